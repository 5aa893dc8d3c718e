/**
 * Operations of a generation that lie all over the log's file, fetched in the order of the file and asked for in the order of
 * keys. A read for each of them would be the greater part of a move's work: so the file is read in large windows, once for each
 * stage, and what a stage wants of a window is kept until the stage is over.
 */
import { neededBytes } from './log-format.ts';

export const WINDOW_BYTES = 1024 * 1024;
/** Longer operations are not kept: they are worth a read of their own. */
const LONGEST_BYTES = 64 * 1024;

/** So many entries are looked at in one fetch: to learn where each is takes about as long as reading it. */
const MOST_ENTRIES = 2048;

export interface LogOfGeneration {
  /** @returns how many bytes there were. */
  read(position: number, target: Uint8Array, length: number): number;
  /** `undefined`: it need not be fetched. */
  positionOf(entry: number): number | undefined;
}

const NOTHING: Uint32Array = new Uint32Array(0);

export class Staging {
  readonly #log: LogOfGeneration;
  readonly #window = new Uint8Array(WINDOW_BYTES);
  /** By entry: where in `bytes` it is, and 1; 0 for none. */
  readonly #places: Int32Array;
  #bytes: Uint8Array;
  #used = 0;
  /** In the order of the file. */
  #wanted = NOTHING;
  /** Of those wanted, how many have been looked at. */
  #done = 0;

  /**
   * @param entries - the greatest one, and 1.
   * @param expectedBytes - of a stage; it grows when there are more.
   */
  constructor(entries: number, expectedBytes: number, log: LogOfGeneration) {
    this.#places = new Int32Array(entries);
    this.#bytes = new Uint8Array(expectedBytes);
    this.#log = log;
  }

  /** Where {@link find} finds. Valid until more is fetched. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Where in `bytes` the operation begins; -1 if it is not here. */
  find(entry: number): number {
    return (this.#places[entry] as number) - 1;
  }

  /** Forget what is here. @param wanted - in the order of the file. */
  begin(wanted: Uint32Array): void {
    for (const entry of this.#wanted) this.#places[entry] = 0;
    this.#wanted = wanted;
    this.#done = 0;
    this.#used = 0;
  }

  /** Fetch some more. @returns whether there is still more to fetch. @throws what reading throws */
  fetch(): boolean {
    const wanted = this.#wanted;
    const until = Math.min(wanted.length, this.#done + MOST_ENTRIES);
    let first = -1;
    let known = 0;
    for (; this.#done < until; this.#done++) {
      const entry = wanted[this.#done] as number;
      const position = this.#log.positionOf(entry);
      if (position === undefined) continue;
      if (first < 0) {
        first = position;
        known = this.#log.read(first, this.#window, WINDOW_BYTES);
      }
      const at = position - first;
      if (at >= known) {
        // A file that ends too early: whoever needs the rest finds that out.
        if (known < WINDOW_BYTES) this.#done = wanted.length;
        break;
      }
      const length = neededBytes(this.#window, at, known - at);
      if (length > LONGEST_BYTES) continue;
      // Cut by the window's end: it comes first in the next one. What the file's end cuts is left to a read of its own.
      if (length > known - at && known === WINDOW_BYTES) break;
      if (length <= known - at) this.#keep(entry, at, length);
    }
    return this.#done < wanted.length;
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
