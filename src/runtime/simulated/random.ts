/**
 * Randomness of the simulated world: everything is determined by one 64-bit seed.
 *
 * The generator is xoshiro128** (D. Blackman, S. Vigna, "Scrambled Linear Pseudorandom Number Generators", ACM TOMS 47(4), 2021,
 * https://prng.di.unimi.it), its state filled by SplitMix64 (G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom Number
 * Generators", OOPSLA 2014), as its authors advise. Integers only: no `Math.log` and its kin, whose last bits engines may choose.
 */
import type { Random } from '../world/index.ts';

const MASK_64 = 0xffff_ffff_ffff_ffffn;
const PER_MILLION = 1_000_000;
/** SplitMix64's step: 2^64 divided by the golden ratio. */
const GOLDEN = 0x9e37_79b9_7f4a_7c15n;

/** SplitMix64's finaliser: spreads each bit of the input over all of the output. */
function mix(value: bigint): bigint {
  let mixed = value & MASK_64;
  mixed = ((mixed ^ (mixed >> 30n)) * 0xbf58_476d_1ce4_e5b9n) & MASK_64;
  mixed = ((mixed ^ (mixed >> 27n)) * 0x94d0_49bb_1331_11ebn) & MASK_64;
  return mixed ^ (mixed >> 31n);
}

/** FNV-1a, 64 bits, over the UTF-16 units of a label. */
function hashLabel(label: string): bigint {
  let hash = 0xcbf2_9ce4_8422_2325n;
  for (let index = 0; index < label.length; index++) {
    hash = ((hash ^ BigInt(label.charCodeAt(index))) * 0x100_0000_01b3n) & MASK_64;
  }
  return hash;
}

/** A stream of numbers that a seed determines. Not for secrets. */
export class SeededRandom implements Random {
  readonly seed: bigint;
  // Fields and not a typed array: a large cluster has a stream per way between two processes.
  #s0 = 0;
  #s1 = 0;
  #s2 = 0;
  #s3 = 0;

  /** @param seed 0 .. 2^64 - 1 */
  constructor(seed: bigint) {
    this.seed = seed & MASK_64;
    const first = mix((this.seed + GOLDEN) & MASK_64);
    const second = mix((this.seed + GOLDEN + GOLDEN) & MASK_64);
    this.#s0 = Number(first & 0xffff_ffffn) | 0;
    this.#s1 = Number(first >> 32n) | 0;
    this.#s2 = Number(second & 0xffff_ffffn) | 0;
    this.#s3 = Number(second >> 32n) | 0;
  }

  /**
   * An independent stream. It depends on this stream's seed and the label alone, not on how much was drawn, so that one more
   * draw here changes nothing there: a seed stays comparable while it is being shrunk.
   */
  fork(label: string): SeededRandom {
    return new SeededRandom(mix(this.seed ^ hashLabel(label)));
  }

  uint32(): number {
    const s1 = this.#s1;
    const scrambled = Math.imul(s1, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const s2 = this.#s2 ^ this.#s0;
    const s3 = this.#s3 ^ s1;
    this.#s1 = s1 ^ s2;
    this.#s0 ^= s3;
    this.#s2 = s2 ^ (s1 << 9);
    this.#s3 = (s3 << 11) | (s3 >>> 21);
    return result;
  }

  below(bound: number): number {
    if (!Number.isInteger(bound) || bound < 1 || bound > 0x1_0000_0000) {
      throw new RangeError(`bound ${bound} is not an integer in 1 .. 2^32`);
    }
    if (bound === 1) return 0;
    // Draw as many bits as the bound needs and reject what is too large: unbiased, and on average fewer than two draws.
    const mask = 0xffff_ffff >>> Math.clz32(bound - 1);
    let drawn = (this.uint32() & mask) >>> 0;
    while (drawn >= bound) drawn = (this.uint32() & mask) >>> 0;
    return drawn;
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let index = 0; index < length; index++) bytes[index] = this.uint32() >>> 24;
    return bytes;
  }

  /** Uniform integer in `min` .. `max`, both inclusive. */
  between(min: number, max: number): number {
    return min + this.below(max - min + 1);
  }

  /** True in `perMillion` of a million cases. Draws nothing when the answer is certain. */
  chance(perMillion: number): boolean {
    if (perMillion <= 0) return false;
    return perMillion >= PER_MILLION || this.below(PER_MILLION) < perMillion;
  }

  /** One of the items. @throws RangeError when there is none. */
  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  /** The items in random order, as a new array (Fisher and Yates). */
  shuffle<Item>(items: readonly Item[]): Item[] {
    const shuffled = [...items];
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      const moved = shuffled[last] as Item;
      shuffled[last] = shuffled[other] as Item;
      shuffled[other] = moved;
    }
    return shuffled;
  }
}
