/**
 * A hash table from keys to entries, both numbers behind the scenes: the keys lie where the log wrote them, so that the table
 * holds no object per key and the garbage collector has nothing to look at. Open addressing with linear probing (Knuth, The Art
 * of Computer Programming, volume 3, section 6.4, algorithm L), at most half full.
 *
 * Entries count up from 0 in the order they were added; the table finds the last one of a key, the earlier ones stay readable
 * by their number. Whoever makes keys collide on purpose makes this slow, not wrong, and only until the table is cleared.
 */

import { fnv1a } from '../hash/index.ts';

/** Compares the key of an entry with a key. */
export type IsKeyOf = (entry: number, key: Uint8Array) => boolean;

const INITIAL_SLOTS = 1024;
/** A table of this size grows at once to that of a whole generation: each later doubling would hold up the node for 10 ms and more. */
const LAST_SMALL_SLOTS = 65_536;
const WHOLE_SLOTS = 1_048_576;
export const NO_ENTRY = -1;

export class KeyIndex {
  readonly #isKeyOf: IsKeyOf;
  /** The last entry of a key plus one; 0 where there is none. */
  #slots = new Int32Array(INITIAL_SLOTS);
  /** By entry. */
  #hashes = new Int32Array(INITIAL_SLOTS / 2);
  #count = 0;

  constructor(isKeyOf: IsKeyOf) {
    this.#isKeyOf = isKeyOf;
  }

  /** How many entries were added. */
  get count(): number {
    return this.#count;
  }

  /** The last entry of the key, or {@link NO_ENTRY}. */
  find(key: Uint8Array, hash = fnv1a(key)): number {
    return (this.#slots[this.#slotOf(key, hash)] as number) - 1;
  }

  /** The next entry is for this key. @returns its number. */
  add(key: Uint8Array): number {
    if (this.#count === this.#hashes.length) this.#grow();
    const entry = this.#count++;
    const hash = fnv1a(key);
    this.#hashes[entry] = hash;
    this.#slots[this.#slotOf(key, hash)] = entry + 1;
    return entry;
  }

  /** Whether it is the last one of its key. */
  isLast(entry: number): boolean {
    const mask = this.#slots.length - 1;
    // The table holds last entries only: an entry that has been followed by another of its key is nowhere on its way.
    for (let slot = (this.#hashes[entry] as number) & mask; ; slot = (slot + 1) & mask) {
      const held = this.#slots[slot] as number;
      if (held === entry + 1) return true;
      if (held === 0) return false;
    }
  }

  clear(): void {
    this.#slots.fill(0);
    this.#count = 0;
  }

  /** Where the key is, or else where it would go. */
  #slotOf(key: Uint8Array, hash: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = (this.#slots[slot] as number) - 1;
      if (entry < 0 || (this.#hashes[entry] === hash && this.#isKeyOf(entry, key))) return slot;
    }
  }

  #grow(): void {
    const old = this.#slots;
    const slots = new Int32Array(old.length === LAST_SMALL_SLOTS ? WHOLE_SLOTS : old.length * 2);
    const hashes = new Int32Array(slots.length / 2);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
    const mask = slots.length - 1;
    for (const held of old) {
      if (held === 0) continue;
      let slot = (hashes[held - 1] as number) & mask;
      // All keys differ here: the first free slot is the one.
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = held;
    }
    this.#slots = slots;
  }
}
