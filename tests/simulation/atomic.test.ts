import { describe, expect, test } from 'vitest';
import { type AtomicRun, drawAtomicPlan, runAtomicPlan } from '../../src/verification/simulation/atomic/index.ts';

/** Fixed, so that a failure here is a change of the code; the soak tries new ones each time. */
const SEEDS = Array.from({ length: 300 }, (_unused, index) => BigInt(index + 1));

describe('an atomic bucket, under loss, duplication, reordering, partitions, pauses and crashes', () => {
  const results: AtomicRun[] = [];

  test('is linearizable', () => {
    for (const seed of SEEDS) {
      const result = runAtomicPlan(drawAtomicPlan(seed));
      expect(result.violation, `seed ${seed}`).toBeUndefined();
      results.push(result);
    }
  }, 60_000);

  test('has really been in trouble, and has answered all the same', () => {
    const sum = (of: (result: AtomicRun) => number): number => results.reduce((total, result) => total + of(result), 0);
    expect(sum(({ isJudged }) => (isJudged ? 0 : 1))).toBeLessThan(SEEDS.length / 50);
    expect(sum(({ crashes }) => crashes)).toBeGreaterThan(500);
    expect(sum(({ answered }) => answered)).toBeGreaterThan(20_000);
    expect(sum(({ reads, writes, answered }) => reads + writes - answered)).toBeGreaterThan(2_000);
  });
});
