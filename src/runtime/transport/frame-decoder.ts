/**
 * Cuts a stream of chunks into frames. A frame that lies whole in a chunk is read where it lies; only one that straddles
 * chunks is assembled elsewhere. What is held for an unfinished frame grows with the bytes that really came, never with
 * the length that a header claims.
 */
import { Reader } from '../bytes/index.ts';
import { FRAME_HEADER_BYTES, type FrameSink, frameSize, MAX_FRAME_BYTES } from './frame.ts';

const SMALLEST_ASSEMBLY_BYTES = 4096;
const LARGEST_KEPT_ASSEMBLY_BYTES = 256 * 1024;

export class FrameDecoder {
  readonly #sink: FrameSink;
  readonly #reader = new Reader(new Uint8Array(0));
  #maxFrameBytes: number;
  /** The beginning of a frame whose end has not come: the first `#held` bytes. Empty buffer until first needed. */
  #assembly = new Uint8Array(0);
  #held = 0;

  constructor(sink: FrameSink, maxFrameBytes = MAX_FRAME_BYTES) {
    this.#sink = sink;
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** Bytes of an unfinished frame. At the end of the stream anything but 0 means that it was truncated. */
  get heldBytes(): number {
    return this.#held;
  }

  /** The limit for frames whose header has not been looked at yet: strangers get less than friends. */
  set maxFrameBytes(value: number) {
    this.#maxFrameBytes = value;
  }

  /**
   * Deliver every frame that is complete with this chunk.
   * @returns what was not looked at because the sink said stop (a view into the chunk; feed it again later), or `undefined`.
   * @throws MalformedBytes when the form is broken (feed no more then), and whatever the sink throws.
   */
  feed(chunk: Uint8Array): Uint8Array | undefined {
    let at = 0;
    if (this.#held > 0) {
      at = this.#complete(chunk);
      if (at < 0) return undefined;
      if (!this.#deliverAssembly()) return chunk.subarray(at);
    }
    const end = chunk.length;
    while (end - at >= FRAME_HEADER_BYTES) {
      const size = frameSize(chunk, at, this.#maxFrameBytes);
      if (end - at < size) break;
      const start = at;
      at += size;
      if (!this.#deliver(chunk, start, at)) return chunk.subarray(at);
    }
    if (at < end) this.#hold(chunk, at, end);
    return undefined;
  }

  #deliver(bytes: Uint8Array, start: number, end: number): boolean {
    const correlation =
      (((bytes[start + 8] as number) << 24) |
        ((bytes[start + 9] as number) << 16) |
        ((bytes[start + 10] as number) << 8) |
        (bytes[start + 11] as number)) >>>
      0;
    return this.#sink(bytes[start + 4] as number, correlation, this.#reader.reset(bytes, start + FRAME_HEADER_BYTES, end));
  }

  /** Add to the held frame what it still lacks. @returns the bytes used of the chunk, or -1 while the frame is unfinished. */
  #complete(chunk: Uint8Array): number {
    let at = 0;
    if (this.#held < FRAME_HEADER_BYTES) {
      at = Math.min(FRAME_HEADER_BYTES - this.#held, chunk.length);
      this.#hold(chunk, 0, at);
      if (this.#held < FRAME_HEADER_BYTES) return -1;
    }
    const size = frameSize(this.#assembly, 0, this.#maxFrameBytes);
    const to = Math.min(at + size - this.#held, chunk.length);
    this.#hold(chunk, at, to);
    return this.#held < size ? -1 : to;
  }

  #hold(chunk: Uint8Array, from: number, to: number): void {
    const needed = this.#held + to - from;
    if (needed > this.#assembly.length) {
      const larger = new Uint8Array(Math.max(needed, this.#assembly.length * 2, SMALLEST_ASSEMBLY_BYTES));
      larger.set(this.#assembly.subarray(0, this.#held));
      this.#assembly = larger;
    }
    this.#assembly.set(chunk.subarray(from, to), this.#held);
    this.#held = needed;
  }

  /** Nothing is fed while the sink runs, so the bytes stay as they are until it returns; a small buffer stays for the next. */
  #deliverAssembly(): boolean {
    const size = this.#held;
    this.#held = 0;
    const goOn = this.#deliver(this.#assembly, 0, size);
    if (this.#assembly.length > LARGEST_KEPT_ASSEMBLY_BYTES) this.#assembly = new Uint8Array(0);
    return goOn;
  }
}
