/**
 * A running fingerprint of all that happens in a simulation: two runs of one seed must end with the same one.
 *
 * FNV-1a with 64 bits (http://www.isthe.com/chongo/tech/comp/fnv), fed 32-bit words instead of bytes for speed. The hash is held
 * in two 32-bit halves: the prime is 2^40 + 435, so a multiplication is one by 435 plus a shift by 40, in integers throughout.
 */
const PRIME_LOW = 435;

export class Digest {
  #high = 0xcbf2_9ce4 | 0;
  #low = 0x8422_2325 | 0;

  /** Take in the low 32 bits of a number. */
  word(value: number): void {
    const low = this.#low ^ value;
    const first = (low & 0xffff) * PRIME_LOW;
    const second = (low >>> 16) * PRIME_LOW + (first >>> 16);
    this.#high = (Math.imul(this.#high, PRIME_LOW) + (second >>> 16) + (low << 8)) | 0;
    this.#low = (second << 16) | (first & 0xffff);
  }

  /** Take in a run of bytes and its length. */
  bytes(bytes: Uint8Array): void {
    const length = bytes.length;
    const whole = length & ~3;
    let index = 0;
    this.word(length);
    for (; index < whole; index += 4) {
      this.word(
        (bytes[index] as number) |
          ((bytes[index + 1] as number) << 8) |
          ((bytes[index + 2] as number) << 16) |
          ((bytes[index + 3] as number) << 24),
      );
    }
    for (; index < length; index++) this.word(bytes[index] as number);
  }

  /** Take in a text and its length. */
  text(text: string): void {
    this.word(text.length);
    for (let index = 0; index < text.length; index++) this.word(text.charCodeAt(index));
  }

  /** The fingerprint so far: 16 hexadecimal digits. */
  get hex(): string {
    return half(this.#high) + half(this.#low);
  }
}

function half(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
