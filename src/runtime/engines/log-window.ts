import type { LogFile } from './log-file.ts';

const WINDOW_BYTES = 4 * 1024 * 1024;
/** A header begins with a length, which has at least one byte that is not zero among the first so many. */
const LENGTH_BYTES = 4;

/** Looks at any place of a file while only a part of it is in memory. */
export class LogWindow {
  readonly #file: LogFile;
  #bytes = new Uint8Array(WINDOW_BYTES);
  #from = 0;
  #to = 0;

  constructor(file: LogFile) {
    this.#file = file;
  }

  get sizeBytes(): number {
    return this.#file.sizeBytes;
  }

  /** Valid until the next call; `undefined` if the file has not so many. @throws the file system's error */
  view(at: number, length: number): Uint8Array | undefined {
    if (at + length > this.sizeBytes) return undefined;
    if ((at < this.#from || at + length > this.#to) && !this.#load(at, length)) return undefined;
    return this.#bytes.subarray(at - this.#from, at - this.#from + length);
  }

  /** The first place from `at` on where a header could be, past zeros. */
  nextHeader(at: number): number {
    for (let from = at; from < this.sizeBytes; ) {
      if (from < this.#from || from >= this.#to) this.#load(from, 1);
      const end = this.#to - this.#from;
      let index = from - this.#from;
      while (index < end && this.#bytes[index] === 0) index++;
      if (index < end) return Math.max(at, this.#from + index - LENGTH_BYTES + 1);
      from = Math.max(this.#to, from + 1);
    }
    return this.sizeBytes;
  }

  #load(at: number, length: number): boolean {
    if (length > this.#bytes.length) this.#bytes = new Uint8Array(length);
    this.#from = at;
    this.#to = at + this.#file.read(at, this.#bytes, Math.min(this.#bytes.length, this.sizeBytes - at));
    return this.#to >= at + length;
  }
}
