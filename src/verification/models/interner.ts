/**
 * Numbers for plain data: the same for the same content.
 *
 * A state of many processes is mostly made of parts that come in few variants; kept as numbers they cost little, compare at once, and
 * what a handler did with them once needs not be done again (COLLAPSE: Holzmann, "State Compression in SPIN", 1997).
 */
import { copyOf, fingerprintOf, frozen, mixed, textOf } from '../plain-data/index.ts';

export class Interner<Data> {
  readonly #numbers = new Map<string, number>();
  readonly #data: Data[] = [];
  readonly #lows: number[] = [];
  readonly #highs: number[] = [];

  get size(): number {
    return this.#data.length;
  }

  /** @param data - is copied. @throws NotPlainData */
  numberOf(data: Data): number {
    // The refusal of what is not plain comes with the fingerprint: it must see the data itself, not a copy.
    const { low, high } = fingerprintOf(data);
    const text = textOf(data);
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.#data.length);
    this.#lows.push(low);
    this.#highs.push(high);
    return this.#data.push(frozen(copyOf(data))) - 1;
  }

  dataOf(number: number): Data {
    const data = this.#data[number];
    if (data === undefined && number >= this.#data.length) throw new RangeError(`nothing has the number ${number}`);
    return data as Data;
  }

  /** Both lanes of the data's fingerprint, mixed with the place where it stands. */
  lowAt(number: number, place: number): number {
    return mixed((this.#lows[number] ?? 0) + Math.imul(place, 0x9e3779b1));
  }

  highAt(number: number, place: number): number {
    return mixed((this.#highs[number] ?? 0) ^ Math.imul(place + 1, 0x7feb352d));
  }
}
