/**
 * Operations of a generation that lie all over the log's file, fetched in the order of the file and asked for in the order of
 * keys. A read for each of them would be the greater part of a move's work: so the file is read in large windows, once for each
 * stage, and what a stage wants of a window is kept until the stage is over.
 */
import { neededBytes } from './log-format.ts';

export const WINDOW_BYTES = 1024 * 1024;
/** Longer operations are not kept: they are worth a read of their own. */
const LONGEST_BYTES = 64 * 1024;

/** Operations and where they lie in the file, in its order. */
export interface Filed {
  readonly entries: Uint32Array;
  readonly positions: Float64Array;
}

/** @returns how many bytes there were. */
type ReadFile = (position: number, target: Uint8Array, length: number) => number;

const NOTHING: Filed = { entries: new Uint32Array(0), positions: new Float64Array(0) };

export class Staging {
  readonly #read: ReadFile;
  readonly #window = new Uint8Array(WINDOW_BYTES);
  /** By entry: where in `bytes` it is, and 1; 0 for none. */
  readonly #places: Int32Array;
  #bytes: Uint8Array;
  #used = 0;
  #wanted: Filed = NOTHING;
  /** Of those wanted, how many have been looked at. */
  #done = 0;

  /**
   * @param entries - the greatest one, and 1.
   * @param expectedBytes - of a stage; it grows when there are more.
   */
  constructor(entries: number, expectedBytes: number, read: ReadFile) {
    this.#places = new Int32Array(entries);
    this.#bytes = new Uint8Array(expectedBytes);
    this.#read = read;
  }

  /** Where {@link find} finds. Valid until more is fetched. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Where in `bytes` the operation begins; -1 if it is not here. */
  find(entry: number): number {
    return (this.#places[entry] as number) - 1;
  }

  /** Forget what is here. */
  begin(wanted: Filed): void {
    for (const entry of this.#wanted.entries) this.#places[entry] = 0;
    this.#wanted = wanted;
    this.#done = 0;
    this.#used = 0;
  }

  /** Fetch some more. @returns whether there is still more to fetch. @throws what reading throws */
  fetch(): boolean {
    const { entries, positions } = this.#wanted;
    const first = positions[this.#done];
    if (first === undefined) return false;
    const known = this.#read(first, this.#window, WINDOW_BYTES);
    const from = this.#done;
    for (; this.#done < entries.length; this.#done++) {
      const at = (positions[this.#done] as number) - first;
      if (at >= known) break;
      const length = neededBytes(this.#window, at, known - at);
      if (length > LONGEST_BYTES) continue;
      // Cut by the window's end: it comes first in the next one. What the file's end cuts is left to a read of its own.
      if (length > known - at && known === WINDOW_BYTES) break;
      if (length <= known - at) this.#keep(entries[this.#done] as number, at, length);
    }
    // A file that ends too early: whoever needs the rest finds that out.
    if (this.#done === from) this.#done = entries.length;
    return this.#done < entries.length;
  }

  #keep(entry: number, at: number, length: number): void {
    if (this.#used + length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#used + length));
      larger.set(this.#bytes.subarray(0, this.#used));
      this.#bytes = larger;
    }
    this.#bytes.set(this.#window.subarray(at, at + length), this.#used);
    this.#places[entry] = this.#used + 1;
    this.#used += length;
  }
}
