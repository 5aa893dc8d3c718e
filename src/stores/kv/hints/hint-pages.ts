/**
 * Going through the hints for a target without beginning anew for each page: to begin costs a search in all that the engine has not
 * moved yet, and of hints that is much.
 */
import type { Entry } from '../../../runtime/world/index.ts';
import type { Hint } from './hint.ts';

export class HintPages {
  readonly #entries: Iterator<Entry>;
  readonly #hintOf: (entry: Entry) => Hint | undefined;
  #isOver = false;
  /** Hints read so far. */
  read = 0;

  /** @param hintOf - `undefined` of a damaged one. */
  constructor(entries: Iterable<Entry>, hintOf: (entry: Entry) => Hint | undefined) {
    this.#entries = entries[Symbol.iterator]();
    this.#hintOf = hintOf;
  }

  /** The next ones, of about so many bytes together; without any there are no more. */
  next(mostBytes: number): readonly Hint[] {
    const hints: Hint[] = [];
    for (let bytes = 0; bytes < mostBytes && !this.#isOver; ) {
      const { done, value: entry } = this.#entries.next();
      if (done === true) {
        this.#isOver = true;
        break;
      }
      bytes += entry.key.length + entry.value.length;
      const hint = this.#hintOf(entry);
      if (hint !== undefined) hints.push(hint);
      this.read++;
    }
    return hints;
  }

  /** Soon: the engine keeps what there was when they were opened. */
  close(): void {
    this.#isOver = true;
    this.#entries.return?.();
  }
}
