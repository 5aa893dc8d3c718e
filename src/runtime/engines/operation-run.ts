import type { Operation } from './engine.ts';
import { lengthAt, neededBytes } from './log-format.ts';

const INITIAL_BYTES = 64 * 1024;
const LARGEST_KEPT_BYTES = 1024 * 1024;

/** Operations with bytes of their own, whose memory the next run uses again. */
export class OperationRun {
  operations: Operation[] = [];
  #bytes = new Uint8Array(INITIAL_BYTES);
  #used = 0;

  /** Copies the operation that lies at `at`, in the form of the log. */
  add(source: Uint8Array, at: number): void {
    const from = this.#copy(source, at);
    const bytes = this.#bytes;
    const keyEnd = from + 2 + lengthAt(bytes, from);
    const key = bytes.subarray(from + 2, keyEnd);
    this.operations.push({ key, value: bytes[keyEnd] === 0 ? undefined : bytes.subarray(keyEnd + 5, this.#used) });
  }

  clear(): void {
    this.operations = [];
    this.#used = 0;
    if (this.#bytes.length > LARGEST_KEPT_BYTES) this.#bytes = new Uint8Array(INITIAL_BYTES);
  }

  #copy(source: Uint8Array, at: number): number {
    const operation = source.subarray(at, at + neededBytes(source, at, source.length - at));
    if (this.#used + operation.length > this.#bytes.length) {
      // The operations so far keep the bytes they have.
      this.#bytes = new Uint8Array(Math.max(operation.length, this.#bytes.length * 2));
      this.#used = 0;
    }
    const from = this.#used;
    this.#bytes.set(operation, from);
    this.#used += operation.length;
    return from;
  }
}
