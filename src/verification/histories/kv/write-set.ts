/**
 * Sets of writes of one key, a bit for each. What a writer has seen grows by all that was seen before it, so that thousands of
 * writes have seen thousands of others: as sets of names, they would be most of what a long simulation does.
 */

const BITS = 32;

/** The place of each write among those of its key. */
export type WritePlaces = ReadonlyMap<string, number>;

/** Never altered once it is made. */
export class WriteSet {
  readonly #places: WritePlaces;
  #words: Uint32Array;

  constructor(places: WritePlaces) {
    this.#places = places;
    this.#words = new Uint32Array();
  }

  /** These writes, and all that are in the sets. */
  static of(places: WritePlaces, ids: readonly string[], sets: readonly WriteSet[]): WriteSet {
    const numbers = ids.map((id) => places.get(id) ?? 0);
    let length = 0;
    for (const number of numbers) length = Math.max(length, Math.floor(number / BITS) + 1);
    for (const set of sets) length = Math.max(length, set.#words.length);
    const words = new Uint32Array(length);
    for (const set of sets) {
      const more = set.#words;
      for (let index = 0; index < more.length; index++) words[index] = (words[index] as number) | (more[index] as number);
    }
    for (const number of numbers) {
      const index = Math.floor(number / BITS);
      words[index] = (words[index] as number) | (1 << (number % BITS));
    }
    const made = new WriteSet(places);
    made.#words = words;
    return made;
  }

  has(id: string): boolean {
    const number = this.#places.get(id);
    return number !== undefined && (((this.#words[Math.floor(number / BITS)] ?? 0) >>> (number % BITS)) & 1) === 1;
  }

  /** These and one more. */
  plus(id: string): WriteSet {
    return WriteSet.of(this.#places, [id], [this]);
  }
}
