/**
 * Going through the hints for a target, partition by partition, without beginning anew for each page: to begin costs a search in all that the
 * engine has not moved yet.
 */
import { compareBytes } from '../../../runtime/bytes/index.ts';
import type { Engine, Entry, Instant } from '../../../runtime/world/index.ts';
import type { Hint } from './hint.ts';
import { ALL_HINTS, behindHint, behindPartition, hintsWithin, partitionOfHint } from './hint-key.ts';

/** What was so when hints were read, or a little before. */
export interface Mark {
  readonly at: Instant;
  /** The era. */
  readonly readIn: number;
  /** Of the hints for the target, so far: see `HintStore.retire`. */
  readonly changes: number;
}

export interface HintPage {
  /** In the order of storage keys. */
  readonly hints: readonly Hint[];
  readonly mark: Mark;
}

export interface HintPagesParts {
  readonly engine: Pick<Engine, 'range'>;
  readonly target: string;
  /** Now. */
  readonly mark: () => Mark;
  /** `undefined` of a damaged one. */
  readonly hintOf: (entry: Entry) => Hint | undefined;
}

/** The first hint for the target that is not before `from`, in the engine's order. */
export function firstHint(engine: Pick<Engine, 'range'>, target: string, from: Uint8Array): Entry | undefined {
  for (let least: Uint8Array | undefined = from; least !== undefined; ) {
    const [entry]: readonly Entry[] = [...engine.range({ from: least, to: ALL_HINTS.to, limit: 1 })];
    if (entry === undefined) return undefined;
    const partition = partitionOfHint(entry.key);
    const own = hintsWithin(partition, target);
    if (compareBytes(entry.key, own.from) < 0) least = own.from;
    else if (compareBytes(entry.key, own.to) < 0) return entry;
    else least = behindPartition(partition, target);
  }
  return undefined;
}

interface Open {
  readonly entries: Iterator<Entry>;
  readonly mark: Mark;
  /** Where the next partition begins. */
  readonly next: Uint8Array | undefined;
}

export class HintPages {
  readonly #parts: HintPagesParts;
  /** `undefined`: all are read. */
  #from: Uint8Array | undefined;
  #open: Open | undefined;

  /** @param after - the storage key behind which they begin, if not at the first. */
  constructor(parts: HintPagesParts, after?: Uint8Array) {
    this.#parts = parts;
    this.#from = after === undefined ? ALL_HINTS.from : behindHint(parts.target, after);
  }

  /** The next ones of one partition, of about so many bytes together; `undefined`: there are no more. None at all if they were damaged. */
  next(mostBytes: number): HintPage | undefined {
    for (;;) {
      this.#open ??= this.#begin();
      if (this.#open === undefined) return undefined;
      const { entries, mark } = this.#open;
      const hints: Hint[] = [];
      let bytes = 0;
      while (bytes < mostBytes) {
        const { done, value: entry } = entries.next();
        if (done === true) break;
        bytes += entry.key.length + entry.value.length;
        const hint = this.#parts.hintOf(entry);
        if (hint !== undefined) hints.push(hint);
      }
      if (bytes < mostBytes) {
        this.#from = this.#open.next;
        this.#open = undefined;
      }
      if (bytes > 0) return { hints, mark };
    }
  }

  /** What is open is as it was when it was opened, and the engine keeps it so. @param last - the last hint that was read. */
  closeOld(before: Instant, last: Uint8Array | undefined): void {
    if (this.#open === undefined || this.#open.mark.at >= before) return;
    this.close();
    if (last !== undefined) this.#from = behindHint(this.#parts.target, last);
  }

  close(): void {
    this.#open?.entries.return?.();
    this.#open = undefined;
  }

  #begin(): Open | undefined {
    const { engine, target } = this.#parts;
    if (this.#from === undefined) return undefined;
    const mark = this.#parts.mark();
    const first = firstHint(engine, target, this.#from);
    if (first === undefined) {
      this.#from = undefined;
      return undefined;
    }
    const partition = partitionOfHint(first.key);
    const { to } = hintsWithin(partition, target);
    const entries = engine.range({ from: first.key, to })[Symbol.iterator]();
    return { entries, mark, next: behindPartition(partition, target) };
  }
}
