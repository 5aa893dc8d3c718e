import { describe, expect, test } from 'vitest';
import { evenEfficiency, NODES, PLACEMENTS, positions, REPLICAS, skewedEfficiency } from '../../bench/paper/efficiency.ts';
import { shareOfMostPopular, shares } from '../../bench/paper/popularity.ts';

const KEYS = 20_000;
const [placement] = PLACEMENTS['strategy 3'](512, 1);

describe('load-balancing efficiency of skewed requests (figure 8)', () => {
  test('with equally popular keys it comes close to that of even requests', () => {
    const equal = shares({ name: 'equal', keys: KEYS, exponent: 0, flat: 0 });
    expect(skewedEfficiency(placement!, positions(KEYS, 1), equal)).toBeGreaterThan(evenEfficiency(placement!, 1) - 0.1);
  });

  test('with a single key it is what the placement cannot change: N nodes do everything', () => {
    const single = Float64Array.from({ length: KEYS }, (_, rank) => (rank === 0 ? 1 : 0));
    expect(skewedEfficiency(placement!, positions(KEYS, 1), single)).toBe(REPLICAS / NODES);
  });

  test.each(Object.keys(PLACEMENTS) as (keyof typeof PLACEMENTS)[])('%s gives each partition N replicas', (strategy) => {
    for (const { preferenceLists } of PLACEMENTS[strategy](256, 3)) {
      for (const list of preferenceLists) expect(new Set(list).size).toBe(REPLICAS);
    }
  });
});

describe('popularity', () => {
  test('shares add up to 1, fall with the rank, and the flat end spreads them over more keys', () => {
    const steep = shares({ name: 'steep', keys: KEYS, exponent: 1, flat: 0 });
    const flat = shares({ name: 'flat', keys: KEYS, exponent: 1, flat: 500 });
    expect(shareOfMostPopular(steep, 1)).toBeCloseTo(1);
    expect([...steep]).toEqual([...steep].sort((a, b) => b - a));
    expect(flat[0]!).toBeLessThan(steep[0]! / 50);
  });
});
