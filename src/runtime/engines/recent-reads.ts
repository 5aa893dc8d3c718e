/**
 * What was read of a log's file last, by entry: a ring of bytes, in which the oldest make room.
 *
 * Who goes through a range asks for each key some times in a row (to put it in order, to find where the range begins, to hand it out) and then for
 * its value; who removes what was in the range asks once more. Without this each time is a system call, some microseconds.
 *
 * Invariant: what is found has not been written over. Positions count up without end, and the ring holds the last of them.
 */
const RING_BYTES = 2 * 1024 * 1024;
/** Longer operations would push out too many others. */
const LONGEST_BYTES = 32 * 1024;
const LEAST_ENTRIES = 1024;
const NOWHERE = -1;

export class RecentReads {
  /** Made when there is something to keep: most generations of a small store are never read from a file. */
  #ring = new Uint8Array(0);
  /** By entry: its position, and 1; 0 for none. */
  #positions = new Float64Array(0);
  /** Where the next one goes. */
  #next = 0;

  /** Where {@link find} finds. */
  get bytes(): Uint8Array {
    return this.#ring;
  }

  /** Where in `bytes` the operation begins, until the next one is kept; -1 if it is not here. */
  find(entry: number): number {
    const position = entry < this.#positions.length ? (this.#positions[entry] as number) - 1 : NOWHERE;
    return position >= 0 && position >= this.#next - RING_BYTES ? position % RING_BYTES : NOWHERE;
  }

  keep(entry: number, operation: Uint8Array): void {
    const { length } = operation;
    if (length > LONGEST_BYTES) return;
    if (this.#ring.length === 0) this.#ring = new Uint8Array(RING_BYTES);
    if (entry >= this.#positions.length) {
      const positions = new Float64Array(Math.max(LEAST_ENTRIES, entry + 1, 2 * this.#positions.length));
      positions.set(this.#positions);
      this.#positions = positions;
    }
    const at = this.#next % RING_BYTES;
    // In one piece: what is left at the end stays empty.
    if (at + length > RING_BYTES) this.#next += RING_BYTES - at;
    this.#ring.set(operation, this.#next % RING_BYTES);
    this.#positions[entry] = this.#next + 1;
    this.#next += length;
  }

  /** The entries are others from now on. */
  clear(): void {
    this.#positions.fill(0);
  }
}
