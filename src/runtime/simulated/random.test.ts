import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Digest } from './digest.ts';
import { SeededRandom } from './random.ts';

/** xoshiro128** in the paper's words, on big integers. */
function* naiveXoshiro(state: bigint[]): Generator<number> {
  const word = (value: bigint) => BigInt.asUintN(32, value);
  const rotate = (value: bigint, by: bigint) => word(value << by) | (value >> (32n - by));
  let [s0, s1, s2, s3] = state as [bigint, bigint, bigint, bigint];
  for (;;) {
    yield Number(word(rotate(word(s1 * 5n), 7n) * 9n));
    const shifted = word(s1 << 9n);
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= shifted;
    s3 = rotate(s3, 11n);
  }
}

describe('the seeded generator', () => {
  it('is xoshiro128** on a state filled by SplitMix64', () => {
    // The first two words of SplitMix64 from seed 0, as published: e220a8397b1dcdaf, 6e789e6aa1b965f4.
    const twin = naiveXoshiro([0x7b1d_cdafn, 0xe220_a839n, 0xa1b9_65f4n, 0x6e78_9e6an]);
    const random = new SeededRandom(0n);
    for (let count = 0; count < 1_000; count++) expect(random.uint32()).toBe(twin.next().value);
  });

  it('gives the same numbers for the same seed, others for another', () => {
    const draw = (seed: bigint) => new SeededRandom(seed).bytes(32).join();
    expect(draw(7n)).toBe(draw(7n));
    expect(draw(7n)).not.toBe(draw(8n));
    expect(draw(7n)).not.toBe(draw(7n + (1n << 63n)));
  });

  it('forks streams that depend on seed and label alone', () => {
    const fresh = new SeededRandom(1n);
    const used = new SeededRandom(1n);
    used.uint32();
    expect(used.fork('a').uint32()).toBe(fresh.fork('a').uint32());
    expect(fresh.fork('a').uint32()).not.toBe(fresh.fork('b').uint32());
    expect(fresh.fork('a').uint32()).not.toBe(fresh.uint32());
  });

  it('stays below the bound', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), fc.integer({ min: 1, max: 0x1_0000_0000 }), (seed, bound) => {
        const drawn = new SeededRandom(seed).below(bound);
        return Number.isInteger(drawn) && drawn >= 0 && drawn < bound;
      }),
    );
  });

  it('is uniform below a bound that is no power of two', () => {
    const random = new SeededRandom(3n);
    const counts = new Array<number>(6).fill(0);
    for (let count = 0; count < 60_000; count++) counts[random.below(6)]! += 1;
    // 10,000 expected each, standard deviation 91.
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  it('refuses bounds out of range', () => {
    for (const bound of [0, -1, 1.5, 0x1_0000_0001, Number.NaN]) {
      expect(() => new SeededRandom(0n).below(bound)).toThrow(RangeError);
    }
  });

  it('is true in the given share of cases', () => {
    const random = new SeededRandom(4n);
    let hits = 0;
    for (let count = 0; count < 100_000; count++) if (random.chance(30_000)) hits++;
    expect(hits).toBeGreaterThan(2_700);
    expect(hits).toBeLessThan(3_300);
    expect(random.chance(0)).toBe(false);
    expect(random.chance(1_000_000)).toBe(true);
  });

  it('shuffles without losing anything', () => {
    const items = Array.from({ length: 50 }, (_, index) => index);
    const shuffled = new SeededRandom(5n).shuffle(items);
    expect(shuffled).not.toEqual(items);
    expect([...shuffled].sort((a, b) => a - b)).toEqual(items);
  });
});

describe('the digest', () => {
  const digestOf = (feed: (digest: Digest) => void) => {
    const digest = new Digest();
    feed(digest);
    return digest.hex;
  };

  it('is FNV-1a with 64 bits', () => {
    // Published test vectors: the empty text, 'a', and 'foobar'.
    expect(digestOf(() => undefined)).toBe('cbf29ce484222325');
    expect(digestOf((digest) => digest.word(0x61))).toBe('af63dc4c8601ec8c');
    expect(digestOf((digest) => [...'foobar'].forEach((unit) => void digest.word(unit.charCodeAt(0))))).toBe('85944171f73967e8');
  });

  it('tells any two runs of bytes apart', () => {
    const bytes = fc.uint8Array({ maxLength: 12 });
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        const same = a.length === b.length && a.every((byte, index) => byte === b[index]);
        return same === (digestOf((digest) => digest.bytes(a)) === digestOf((digest) => digest.bytes(b)));
      }),
    );
  });
});
