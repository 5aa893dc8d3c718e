import { lengthAt, neededBytes } from './log-format.ts';

const INITIAL_BYTES = 64 * 1024;
/** A run with so much is full, however few operations it has. */
const FULL_BYTES = 1024 * 1024;

/** Bytes of which the storage driver takes those from `start` to `end` for a value. */
export interface Extent extends Uint8Array<ArrayBuffer> {
  start: number;
  end: number;
}

/**
 * Operations with bytes of their own, whose memory the next run uses again. There is no object per operation: some millions of them
 * would pass by, each just long enough to grow old, and only the slow collection of old objects frees those.
 */
export class OperationRun {
  #bytes = newExtent(INITIAL_BYTES);
  #used = 0;
  /** Where each operation begins, and where the last one ends. */
  #starts = new Uint32Array(64);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** @param operations - the most there may be. */
  isFull(operations: number): boolean {
    return this.#count >= operations || this.#used >= FULL_BYTES;
  }

  /** Copies the operation that lies at `at`, in the form of the log. */
  add(source: Uint8Array, at: number): void {
    const length = neededBytes(source, at, source.length - at);
    this.#makeRoom(length);
    this.#bytes.set(source.subarray(at, at + length), this.#used);
    this.#used += length;
    this.#starts[++this.#count] = this.#used;
  }

  clear(): void {
    this.#used = 0;
    this.#count = 0;
    if (this.#bytes.length > 2 * FULL_BYTES) this.#bytes = newExtent(INITIAL_BYTES);
  }

  /** A view, valid until the run is changed. */
  keyAt(index: number): Uint8Array {
    const from = (this.#starts[index] as number) + 2;
    return this.#bytes.subarray(from, this.#keyEnd(index));
  }

  /** `undefined`: the operation removes the key. Valid until the next call; its bytes stay where they are until the run is changed. */
  valueAt(index: number): Extent | undefined {
    const keyEnd = this.#keyEnd(index);
    if (this.#bytes[keyEnd] === 0) return undefined;
    this.#bytes.start = keyEnd + 5;
    this.#bytes.end = this.#starts[index + 1] as number;
    return this.#bytes;
  }

  #keyEnd(index: number): number {
    const start = this.#starts[index] as number;
    return start + 2 + lengthAt(this.#bytes, start);
  }

  #makeRoom(length: number): void {
    if (this.#used + length > this.#bytes.length) {
      const larger = newExtent(Math.max(this.#used + length, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, this.#used));
      this.#bytes = larger;
    }
    if (this.#count + 1 < this.#starts.length) return;
    const starts = new Uint32Array(this.#starts.length * 2);
    starts.set(this.#starts);
    this.#starts = starts;
  }
}

function newExtent(bytes: number): Extent {
  return Object.assign(new Uint8Array(bytes), { start: 0, end: 0 });
}
