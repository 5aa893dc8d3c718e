/**
 * Hashes and random numbers for placement: integers of 32 bits only, so that each machine and each engine computes the same.
 * They spread and distinguish; they protect nothing.
 *
 * Sources: Appleby's MurmurHash3 (the finaliser), Fowler, Noll and Vo's FNV-1a, Weyl sequences (Marsaglia 2003).
 */

/** 2^32 divided by the golden ratio, made odd: steps of this size visit all 32-bit numbers, far apart from one another. */
const GOLDEN = 0x9e37_79b9;

/** A bijection of the 32-bit numbers in which each bit of the input changes about half the bits of the output. */
export function mix32(value: number): number {
  let mixed = value | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** Two numbers into one. Not symmetric. */
export function mixPair(a: number, b: number): number {
  return mix32(a ^ mix32((b + GOLDEN) | 0));
}

/** Of ASCII text. */
export function hashText(text: string, seed = 0): number {
  let hash = 0x811c_9dc5 ^ seed;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x0100_0193);
  return mix32(hash);
}

/** 64 bits as 16 hexadecimal digits, from two independent runs over the bytes. */
export function fingerprint(bytes: Uint8Array): string {
  let left = 0x811c_9dc5;
  let right = GOLDEN | 0;
  for (const byte of bytes) {
    left = Math.imul(left ^ byte, 0x0100_0193);
    right = Math.imul((right ^ byte) + (right >>> 15), 0x85eb_ca6b);
  }
  return [mix32(left), mix32(right ^ bytes.length)].map((half) => half.toString(16).padStart(8, '0')).join('');
}

/** A sequence of 32-bit numbers, the same for the same seed. */
export function randomSequence(seed: number): () => number {
  let state = mix32(seed);
  return () => {
    state = (state + GOLDEN) | 0;
    return mix32(state);
  };
}
