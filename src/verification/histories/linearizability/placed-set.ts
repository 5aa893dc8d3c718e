/**
 * Which operations are placed, as bits, with a short text that is equal for equal sets and for no others.
 *
 * Operations that returned have their bits in the order of their responses: all but a window of them are placed or none are, since
 * nothing is placed after the first response that is still open. Only the window goes into the text. The others, of unknown
 * outcome, could hold the window open for ever, so their bits come first and are always written out.
 */
import type { Operation } from '../history.ts';

const ALL = 0xffff_ffff;

export class PlacedSet {
  readonly #words: Uint32Array;
  readonly #bitOf: Int32Array;
  /** Words of operations with unknown outcome. */
  readonly #unknownWords: number;
  /** All words from `#unknownWords` up to here are full, this one is not. */
  #low: number;
  /** No word after this one has a bit. */
  #high: number;

  constructor(operations: readonly Operation[]) {
    const response = ({ outcome, responseMs }: Operation): number => (outcome === 'ok' ? (responseMs ?? Infinity) : -Infinity);
    const order = operations.map((operation, index) => ({ index, at: response(operation) }));
    order.sort((one, other) => (one.at === other.at ? one.index - other.index : one.at - other.at));
    const unknown = order.findIndex(({ at }) => at !== -Infinity);
    this.#unknownWords = Math.ceil((unknown === -1 ? order.length : unknown) / 32);
    const shift = this.#unknownWords * 32 - (unknown === -1 ? order.length : unknown);
    this.#bitOf = new Int32Array(operations.length);
    for (const [rank, { index, at }] of order.entries()) this.#bitOf[index] = at === -Infinity ? rank : rank + shift;
    this.#words = new Uint32Array(Math.ceil((operations.length + shift) / 32) + 1);
    this.#low = this.#unknownWords;
    this.#high = this.#unknownWords - 1;
  }

  has(operation: number): boolean {
    const bit = this.#bitOf[operation] ?? 0;
    return ((this.#words[bit >>> 5] ?? 0) & (1 << (bit & 31))) !== 0;
  }

  add(operation: number): void {
    const bit = this.#bitOf[operation] ?? 0;
    const word = bit >>> 5;
    this.#words[word] = (this.#words[word] ?? 0) | (1 << (bit & 31));
    if (word < this.#unknownWords) return;
    if (word > this.#high) this.#high = word;
    while (this.#words[this.#low] === ALL) this.#low++;
  }

  remove(operation: number): void {
    const bit = this.#bitOf[operation] ?? 0;
    const word = bit >>> 5;
    this.#words[word] = (this.#words[word] ?? 0) & ~(1 << (bit & 31));
    if (word < this.#unknownWords) return;
    if (word < this.#low) this.#low = word;
    while (this.#high >= this.#unknownWords && this.#words[this.#high] === 0) this.#high--;
  }

  /** For use as a key; not for reading. */
  text(): string {
    let text = String.fromCharCode(this.#low & 0xffff, this.#low >>> 16);
    for (let word = 0; word < this.#unknownWords; word++) text += this.#wordText(word);
    for (let word = this.#low; word <= this.#high; word++) text += this.#wordText(word);
    return text;
  }

  #wordText(index: number): string {
    const word = this.#words[index] ?? 0;
    return String.fromCharCode(word & 0xffff, word >>> 16);
  }
}
