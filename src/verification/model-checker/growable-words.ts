/** A list of 32-bit integers that grows at its end. */
const INITIAL_CAPACITY = 1024;

export class GrowableWords {
  #words = new Int32Array(INITIAL_CAPACITY);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(word: number): void {
    if (this.#length === this.#words.length) {
      const larger = new Int32Array(2 * this.#words.length);
      larger.set(this.#words);
      this.#words = larger;
    }
    this.#words[this.#length++] = word;
  }

  truncate(length: number): void {
    this.#length = length;
  }

  /** The words so far; a view, valid until the next push. */
  view(): Int32Array<ArrayBuffer> {
    return this.#words.subarray(0, this.#length);
  }
}
