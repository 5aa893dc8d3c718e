/** Memory in which groups of operations are put together before the log writes them; what a generation gives up, the next takes. */

const CHUNK_BYTES = 1024 * 1024;
/** More would be kept for a burst that may never come again. */
const KEPT_CHUNKS = 8;

export class ChunkPool {
  readonly #free: Uint8Array[] = [];

  /** Of at least `bytes`. */
  take(bytes: number): Uint8Array {
    if (bytes > CHUNK_BYTES) return new Uint8Array(bytes);
    return this.#free.pop() ?? new Uint8Array(CHUNK_BYTES);
  }

  give(chunk: Uint8Array | undefined): void {
    if (chunk?.length === CHUNK_BYTES && this.#free.length < KEPT_CHUNKS) this.#free.push(chunk);
  }
}
