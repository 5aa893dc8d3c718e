/**
 * Numbers for plain data: the same for the same content.
 *
 * A state of many processes is mostly made of parts that come in few variants; kept as numbers they cost little, compare at once, and
 * what a handler did with them once needs not be done again (COLLAPSE: Holzmann, "State Compression in SPIN", 1997).
 */
import { copyOf, type Fingerprint, fingerprintOf, frozen, mixed } from '../plain-data/index.ts';

export class Interner<Data> {
  /** By the low lane of the fingerprint: mostly one number. */
  readonly #numbers = new Map<number, number[]>();
  readonly #data: Data[] = [];
  readonly #lows: number[] = [];
  readonly #highs: number[] = [];
  readonly #shared = new WeakMap<object, number>();
  readonly #fingerprint: Fingerprint = { low: 0, high: 0 };

  /** @param data - is copied. @throws NotPlainData */
  numberOf(data: Data): number {
    const { low, high } = fingerprintOf(data, this.#fingerprint);
    let numbers = this.#numbers.get(low);
    for (const number of numbers ?? []) if (this.#highs[number] === high) return number;
    if (numbers === undefined) {
      numbers = [];
      this.#numbers.set(low, numbers);
    }
    numbers.push(this.#data.length);
    this.#lows.push(low);
    this.#highs.push(high);
    return this.#data.push(frozen(copyOf(data))) - 1;
  }

  /** Of data that nobody changes: the same object is not looked at twice. */
  numberOfShared(data: Data): number {
    if (data === null || typeof data !== 'object') return this.numberOf(data);
    let number = this.#shared.get(data);
    if (number === undefined) {
      number = this.numberOf(data);
      this.#shared.set(data, number);
    }
    return number;
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
