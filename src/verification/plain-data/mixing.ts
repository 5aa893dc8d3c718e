/** Mixing of 32-bit words, so that a change of one bit changes half of the others. */

/** The finaliser of MurmurHash3 (Appleby, public domain): a bijection of 32-bit words. */
export function mixed(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
