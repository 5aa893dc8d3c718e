/**
 * Sets of writes, a bit for each. What a writer has seen grows by all that was seen before it, so that thousands of writes have seen
 * thousands of others: as sets of names, they would be most of what a long simulation does.
 */

const BITS = 32;

/** Gives each write of a history a number, in the order in which they are first named. */
export class WriteNumbers {
  readonly #numbers = new Map<string, number>();

  of(id: string): number {
    const known = this.#numbers.get(id);
    if (known !== undefined) return known;
    this.#numbers.set(id, this.#numbers.size);
    return this.#numbers.size - 1;
  }
}

/** Never altered. */
export class WriteSet {
  readonly #numbers: WriteNumbers;
  readonly #words: Uint32Array;

  constructor(numbers: WriteNumbers, words: Uint32Array = new Uint32Array()) {
    this.#numbers = numbers;
    this.#words = words;
  }

  has(id: string): boolean {
    const number = this.#numbers.of(id);
    return (((this.#words[Math.floor(number / BITS)] ?? 0) >>> (number % BITS)) & 1) === 1;
  }

  /** These and those of all the others. */
  union(others: readonly WriteSet[]): WriteSet {
    const words = this.#copy(Math.max(0, ...others.map((other) => other.#words.length)));
    for (const other of others) {
      const more = other.#words;
      for (let index = 0; index < more.length; index++) words[index] = (words[index] as number) | (more[index] as number);
    }
    return new WriteSet(this.#numbers, words);
  }

  /** These and one more. */
  plus(id: string): WriteSet {
    const number = this.#numbers.of(id);
    const index = Math.floor(number / BITS);
    const words = this.#copy(index + 1);
    words[index] = (words[index] as number) | (1 << (number % BITS));
    return new WriteSet(this.#numbers, words);
  }

  #copy(least: number): Uint32Array {
    const words = new Uint32Array(Math.max(least, this.#words.length));
    words.set(this.#words);
    return words;
  }
}
