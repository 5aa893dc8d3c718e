import { describe, expect, test } from 'vitest';
import { fingerprint, hashText, mix32, mixPair, randomSequence } from './hash.ts';

describe('placement hashes', () => {
  test('are the same on each machine', () => {
    expect([mix32(0), mix32(1), mix32(-1), mixPair(1, 2), hashText('node-1')]).toMatchInlineSnapshot(`
      [
        0,
        1364076727,
        2180083513,
        230461417,
        2865264164,
      ]
    `);
    expect(fingerprint(new Uint8Array([1, 2, 3]))).toMatchInlineSnapshot(`"4e63a65b036982fa"`);
    const next = randomSequence(42);
    expect([next(), next(), next()]).toMatchInlineSnapshot(`
      [
        310834301,
        4213354605,
        2761216331,
      ]
    `);
  });

  test('are unsigned numbers of 32 bits that do not run together', () => {
    const hashes = new Set<number>();
    for (let index = 0; index < 10_000; index++) hashes.add(mixPair(hashText(`n${index % 100}`), Math.floor(index / 100)));
    // 10,000 balls in 2^32 bins: one collision in about a hundred runs of a good hash.
    expect(hashes.size).toBeGreaterThan(9_995);
    for (const hash of hashes) expect(Number.isInteger(hash) && hash >= 0 && hash < 2 ** 32).toBe(true);
  });

  test('a fingerprint depends on each byte and on the length', () => {
    const bytes = new Uint8Array(40);
    const seen = new Set([fingerprint(bytes), fingerprint(new Uint8Array(41)), fingerprint(new Uint8Array(0))]);
    for (let index = 0; index < bytes.length; index++) seen.add(fingerprint(bytes.with(index, 1)));
    expect(seen.size).toBe(43);
    for (const text of seen) expect(text).toMatch(/^[0-9a-f]{16}$/);
  });
});
