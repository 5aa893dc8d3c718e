/**
 * A growing run of bytes, the counterpart of the reader. Numbers are big-endian. The buffer is kept over `clear`, so one
 * writer per connection or per codec allocates nothing in the steady state. Pure: no Node types.
 */
export class Writer {
  #bytes: Uint8Array;
  #length = 0;

  constructor(initialCapacity = 256) {
    this.#bytes = new Uint8Array(initialCapacity);
  }

  get length(): number {
    return this.#length;
  }

  clear(): this {
    this.#length = 0;
    return this;
  }

  /** Drop what was written behind `length`; undoes a half-written frame. */
  truncate(length: number): void {
    this.#length = length;
  }

  u8(value: number): this {
    const at = this.#reserve(1);
    this.#bytes[at] = value;
    return this;
  }

  u16(value: number): this {
    const at = this.#reserve(2);
    this.#bytes[at] = value >>> 8;
    this.#bytes[at + 1] = value;
    return this;
  }

  u32(value: number): this {
    this.setU32(this.#reserve(4), value);
    return this;
  }

  /** Fill in a number whose place was written before, such as a length known only at the end. */
  setU32(at: number, value: number): void {
    const bytes = this.#bytes;
    bytes[at] = value >>> 24;
    bytes[at + 1] = value >>> 16;
    bytes[at + 2] = value >>> 8;
    bytes[at + 3] = value;
  }

  u48(value: number): this {
    this.u16(Math.floor(value / 0x1_0000_0000));
    return this.u32(value % 0x1_0000_0000);
  }

  f64(value: number): this {
    const at = this.#reserve(8);
    new DataView(this.#bytes.buffer, this.#bytes.byteOffset + at, 8).setFloat64(0, value);
    return this;
  }

  bytes(value: Uint8Array): this {
    const at = this.#reserve(value.length);
    this.#bytes.set(value, at);
    return this;
  }

  bytes16(value: Uint8Array): this {
    this.#limit(value.length, 0xffff);
    return this.u16(value.length).bytes(value);
  }

  bytes32(value: Uint8Array): this {
    return this.u32(value.length).bytes(value);
  }

  /** Printable ASCII behind an 8-bit length. */
  ascii(text: string): this {
    this.#limit(text.length, 0xff);
    const at = this.#reserve(text.length + 1);
    this.#bytes[at] = text.length;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code < 0x20 || code > 0x7e) throw new RangeError(`'${text}' is not printable ASCII`);
      this.#bytes[at + 1 + index] = code;
    }
    return this;
  }

  /** What has been written. A view, valid until the next write or `clear`. */
  view(from = 0): Uint8Array {
    return this.#bytes.subarray(from, this.#length);
  }

  /** What has been written, as bytes of its own. */
  copy(from = 0): Uint8Array {
    return this.#bytes.slice(from, this.#length);
  }

  /** Hand the buffer over and go on with a new one: how a connection passes its output to the socket without a copy. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = new Uint8Array(this.#bytes.length);
    this.#length = 0;
    return taken;
  }

  #limit(length: number, limit: number): void {
    if (length > limit) throw new RangeError(`${length} bytes do not fit a length field of ${limit}`);
  }

  #reserve(count: number): number {
    const at = this.#length;
    const needed = at + count;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
    }
    this.#length = needed;
    return at;
  }
}
