import { asciiText } from './ascii-text.ts';
import { MalformedBytes } from './malformed-bytes.ts';

/**
 * A cursor over bytes from outside. Every read checks the remaining length first, so that a truncated or hostile input
 * ends in {@link MalformedBytes} and never in a wrong value. Numbers are big-endian. Pure: no Node types.
 */
export class Reader {
  #bytes: Uint8Array;
  #offset: number;
  #end: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#offset = start;
    this.#end = end;
  }

  /** Point the same reader at other bytes; lets a connection keep one reader for all its frames. */
  reset(bytes: Uint8Array, start = 0, end = bytes.length): this {
    this.#bytes = bytes;
    this.#offset = start;
    this.#end = end;
    return this;
  }

  get remaining(): number {
    return this.#end - this.#offset;
  }

  get offset(): number {
    return this.#offset;
  }

  u8(): number {
    return this.#bytes[this.#advance(1)] as number;
  }

  u16(): number {
    const at = this.#advance(2);
    const bytes = this.#bytes;
    return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
  }

  u32(): number {
    const at = this.#advance(4);
    const b = this.#bytes;
    return (
      (((b[at] as number) << 24) | ((b[at + 1] as number) << 16) | ((b[at + 2] as number) << 8) | (b[at + 3] as number)) >>> 0
    );
  }

  /** An unsigned integer of 48 bits, which a JavaScript number holds exactly. */
  u48(): number {
    return this.u16() * 0x1_0000_0000 + this.u32();
  }

  /** An IEEE 754 double. */
  f64(): number {
    const at = this.#advance(8);
    return new DataView(this.#bytes.buffer, this.#bytes.byteOffset + at, 8).getFloat64(0);
  }

  /** A view, not a copy: valid as long as the underlying bytes are. */
  bytes(length: number): Uint8Array {
    const at = this.#advance(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** Bytes behind a 16-bit length. A view. */
  bytes16(): Uint8Array {
    return this.bytes(this.u16());
  }

  /** Bytes behind a 32-bit length. A view. */
  bytes32(): Uint8Array {
    return this.bytes(this.u32());
  }

  /** Printable ASCII behind an 8-bit length: names of buckets, nodes, content types. */
  ascii(): string {
    const length = this.u8();
    return asciiText(this.#bytes, this.#advance(length), length);
  }

  /** All that is left. A view. */
  rest(): Uint8Array {
    return this.bytes(this.remaining);
  }

  /** Trailing bytes mean that sender and receiver disagree on the form. */
  expectEnd(): void {
    if (this.remaining !== 0) throw new MalformedBytes(`${this.remaining} bytes too many`);
  }

  #advance(length: number): number {
    const at = this.#offset;
    if (at + length > this.#end) throw new MalformedBytes(`${length} bytes expected, ${this.#end - at} left`);
    this.#offset = at + length;
    return at;
  }
}
