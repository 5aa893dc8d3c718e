/**
 * The states that a search has met: their fingerprints, who met them first from where, and how deep.
 *
 * All of it lies in shared memory, so that threads search one graph: a slot of the index is claimed by compare-and-swap, the entry
 * written, and only then its number published in the slot. A table never shrinks or moves an entry; it grows when all threads
 * stand still. A slot holds the fingerprint as well, so that a look-up touches one line of the cache, which is what a search of
 * millions of states waits for. 48 to 96 bytes a state.
 */
import { invariant } from '../../runtime/errors/index.ts';

/** Where in the table a state is: numbers from 0 in the order of their coming. */
export type Entry = number;

/** No entry: the beginning of a run. */
export const NO_ENTRY = -1;

/** What {@link StateTable.add} says when there is no room: grow it and ask again. */
export const TABLE_FULL = Number.MIN_SAFE_INTEGER;

const EMPTY = 0;
const CLAIMED = -1;
/** Words of a slot of the index: the number of the entry plus one, both lanes of the fingerprint, and one for the alignment. */
const SLOT = 4;
const INITIAL_CAPACITY = 1 << 12;
const WORD = Int32Array.BYTES_PER_ELEMENT;

/** What another thread needs to search in the same table. */
export interface SharedStateTable {
  readonly capacity: number;
  readonly counter: SharedArrayBuffer;
  readonly index: SharedArrayBuffer;
  readonly entries: SharedArrayBuffer;
}

export class StateTable {
  #capacity: number;
  #counter: Int32Array<SharedArrayBuffer>;
  #index: Int32Array<SharedArrayBuffer>;
  /** Four words each: both lanes of the fingerprint, the entry from which it was met, its depth. */
  #entries: Int32Array<SharedArrayBuffer>;

  constructor(shared: SharedStateTable = emptyTable(INITIAL_CAPACITY)) {
    this.#capacity = shared.capacity;
    this.#counter = new Int32Array(shared.counter);
    this.#index = new Int32Array(shared.index);
    this.#entries = new Int32Array(shared.entries);
  }

  /** Go on with the table as another thread has made it grow. */
  use(shared: SharedStateTable): void {
    this.#capacity = shared.capacity;
    this.#index = new Int32Array(shared.index);
    this.#entries = new Int32Array(shared.entries);
  }

  share(): SharedStateTable {
    return {
      capacity: this.#capacity,
      counter: this.#counter.buffer,
      index: this.#index.buffer,
      entries: this.#entries.buffer,
    };
  }

  /** How many states were met. Other threads may meet more at any moment. */
  get size(): number {
    return Math.min(Atomics.load(this.#counter, 0), this.#capacity);
  }

  get isFull(): boolean {
    return Atomics.load(this.#counter, 0) >= this.#capacity;
  }

  /** @returns the new entry; or, if the state was met before, `-2 - entry`; or {@link TABLE_FULL}. */
  add(low: number, high: number, from: Entry, depth: number): number {
    const index = this.#index;
    const mask = index.length / SLOT - 1;
    for (let slot = (low ^ (high << 7)) & mask; ; slot = (slot + 1) & mask) {
      const at = SLOT * slot;
      let published = Atomics.load(index, at);
      if (published === EMPTY) {
        if (this.isFull) return TABLE_FULL;
        published = Atomics.compareExchange(index, at, EMPTY, CLAIMED);
        if (published === EMPTY) return this.#publish(at, low, high, from, depth);
      }
      while (published === CLAIMED) published = Atomics.load(index, at);
      if (published === EMPTY) return TABLE_FULL;
      if (index[at + 1] === low && index[at + 2] === high) return -1 - published;
    }
  }

  #publish(slot: number, low: number, high: number, from: Entry, depth: number): number {
    const entry = Atomics.add(this.#counter, 0, 1);
    if (entry >= this.#capacity) {
      Atomics.store(this.#index, slot, EMPTY);
      return TABLE_FULL;
    }
    const at = 4 * entry;
    this.#entries[at] = low;
    this.#entries[at + 1] = high;
    this.#entries[at + 2] = from;
    this.#entries[at + 3] = depth;
    this.#index[slot + 1] = low;
    this.#index[slot + 2] = high;
    Atomics.store(this.#index, slot, entry + 1);
    return entry;
  }

  from(entry: Entry): Entry {
    return this.#entries[4 * entry + 2] ?? NO_ENTRY;
  }

  depth(entry: Entry): number {
    return this.#entries[4 * entry + 3] ?? 0;
  }

  /** A shorter way to a state that was met before. */
  reach(entry: Entry, from: Entry, depth: number): void {
    this.#entries[4 * entry + 2] = from;
    this.#entries[4 * entry + 3] = depth;
  }

  isAt(entry: Entry, low: number, high: number): boolean {
    return this.#entries[4 * entry] === low && this.#entries[4 * entry + 1] === high;
  }

  /** Room for at least twice as many. No other thread may use the table meanwhile, and each must take up the new shares. */
  grow(): void {
    const size = this.size;
    const entries = new Int32Array(new SharedArrayBuffer(8 * this.#capacity * WORD));
    entries.set(this.#entries);
    const index = new Int32Array(new SharedArrayBuffer(4 * this.#capacity * SLOT * WORD));
    const mask = index.length / SLOT - 1;
    for (let entry = 0; entry < size; entry++) {
      const low = entries[4 * entry] ?? 0;
      const high = entries[4 * entry + 1] ?? 0;
      let slot = (low ^ (high << 7)) & mask;
      while (index[SLOT * slot] !== EMPTY) slot = (slot + 1) & mask;
      index[SLOT * slot] = entry + 1;
      index[SLOT * slot + 1] = low;
      index[SLOT * slot + 2] = high;
    }
    this.#capacity *= 2;
    this.#entries = entries;
    this.#index = index;
    Atomics.store(this.#counter, 0, size);
    invariant(this.size === size, 'a state table grew without losing a state');
  }
}

/** Twice as many slots as entries, so that few of them are met on the way to the right one. */
function emptyTable(capacity: number): SharedStateTable {
  return {
    capacity,
    counter: new SharedArrayBuffer(WORD),
    index: new SharedArrayBuffer(2 * capacity * SLOT * WORD),
    entries: new SharedArrayBuffer(4 * capacity * WORD),
  };
}
