/**
 * What clients did and saw, and what must follow from it. The checker knows nothing of dots and clocks: it only knows which
 * writes each writer had read, so it is a twin of the store made from the specification.
 */

import { WriteSet } from './write-set.ts';

/** `not-applied`: the store said that it certainly did not happen. */
export type WriteFate = 'acknowledged' | 'unknown' | 'not-applied';

export interface WriteEvent {
  readonly id: string;
  readonly key: string;
  readonly deletes: boolean;
  /** Every write that the writer had seen, directly or through those. */
  readonly seen: WriteSet;
  fate: WriteFate;
}

/** Thrown with all that is needed to understand it. */
export class Violation extends Error {
  readonly rule: string;
  /** The writes it speaks of. */
  readonly writes: readonly string[];

  constructor(rule: string, detail: string, writes: readonly string[] = []) {
    super(`${rule}: ${detail}`);
    this.rule = rule;
    this.writes = writes;
    this.name = 'Violation';
  }
}

export class KnownWrites {
  readonly #writes = new Map<string, WriteEvent>();
  readonly #places = new Map<string, number>();
  readonly #writesOfKey = new Map<string, number>();
  readonly #nothing = new WriteSet(this.#places);
  #reads = 0;

  /** @param seen - writes that began earlier: what {@link closure} has told, or that and one more. */
  begin(id: string, key: string, deletes: boolean, seen: WriteSet): WriteEvent {
    const event: WriteEvent = { id, key, deletes, seen, fate: 'unknown' };
    this.#writes.set(id, event);
    const place = this.#writesOfKey.get(key) ?? 0;
    this.#places.set(id, place);
    this.#writesOfKey.set(key, place + 1);
    return event;
  }

  get writes(): readonly WriteEvent[] {
    return [...this.#writes.values()];
  }

  get reads(): number {
    return this.#reads;
  }

  /** What someone has seen who has read nothing. */
  get nothing(): WriteSet {
    return this.#nothing;
  }

  /** What a reader of these values, all of one key, has seen: they, and what their writers had seen. */
  closure(ids: readonly string[]): WriteSet {
    const sets = ids.map((id) => this.#get(id).seen);
    return WriteSet.of(this.#places, ids, sets);
  }

  /** Any read, at any time: every value was written to this key, may have happened, and supersedes no other of the answer. */
  onRead(key: string, ids: readonly string[]): void {
    this.#reads++;
    if (new Set(ids).size !== ids.length) throw new Violation('a value is its own sibling', `${key}: ${ids.join(' ')}`, ids);
    for (const id of ids) {
      const write = this.#get(id);
      if (write.key !== key)
        throw new Violation('a value under another key', `${id}, written to ${write.key}, read at ${key}`, [id]);
      if (write.fate === 'not-applied')
        throw new Violation('a write that was said not to have happened is read', `${key}: ${id}`, [id]);
      for (const other of ids) {
        if (this.#get(other).seen.has(id))
          throw new Violation('a false sibling', `${key}: ${id} was seen by the writer of ${other}`, [id, other]);
      }
    }
  }

  /** After everything healed and went quiet: `ids` is what a read of all replicas finds. */
  onFinalRead(key: string, ids: readonly string[]): void {
    this.onRead(key, ids);
    const writes = this.writes.filter((write) => write.key === key && write.fate !== 'not-applied');
    const survivors = this.#survivors(writes, ids);
    for (const write of writes) {
      if (write.fate !== 'acknowledged') continue;
      if (!write.deletes && !survivors.has(write)) {
        throw new Violation(
          'an acknowledged write is lost',
          `${key}: ${write.id} is missing, found was ${ids.join(' ') || 'nothing'}`,
          [write.id],
        );
      }
      for (const id of ids) {
        if (!write.seen.has(id)) continue;
        const rule = write.deletes ? 'a deleted value has returned' : 'a superseded value has returned';
        throw new Violation(rule, `${key}: ${id} was seen by ${write.id}, which is acknowledged`, [id, write.id]);
      }
    }
  }

  /**
   * Of the writes, the first that a read missed: not among what it found, nor superseded by that, nor by a deletion. A read of
   * a quorum that began after a write was acknowledged by one must miss none, if the two quorums overlap.
   */
  missedBy(key: string, ids: readonly string[], writes: readonly WriteEvent[]): WriteEvent | undefined {
    const covered = this.closure(ids);
    const open = writes.filter((write) => !write.deletes && !covered.has(write.id));
    if (open.length === 0) return undefined;
    const survivors = this.#survivors(
      this.writes.filter((write) => write.key === key && write.fate !== 'not-applied'),
      ids,
    );
    return open.find((write) => !survivors.has(write));
  }

  /**
   * Which of the writes are still there, themselves or in what superseded them: a write survives that is found, or that was seen by
   * a deletion or by a write that survives in turn. Whoever saw a write began later, so one pass from the last to the first knows.
   *
   * @param writes - of one key, those that may have happened, in the order in which they began
   */
  #survivors(writes: readonly WriteEvent[], found: readonly string[]): ReadonlySet<WriteEvent> {
    const survivors = new Set<WriteEvent>();
    let superseded = this.#nothing;
    for (const write of writes.toReversed()) {
      const survives = found.includes(write.id) || superseded.has(write.id);
      if (survives) survivors.add(write);
      if (survives || write.deletes) superseded = WriteSet.of(this.#places, [], [superseded, write.seen]);
    }
    return survivors;
  }

  #get(id: string): WriteEvent {
    const write = this.#writes.get(id);
    if (write === undefined) throw new Violation('a value that nobody wrote', id, [id]);
    return write;
  }
}
