import { describe, expect, test } from 'vitest';
import { type AtomicRun, drawAtomicPlan, runAtomicPlan } from '../../src/verification/simulation/atomic/index.ts';

/** Fixed, so that a failure here is a change of the code; the soak tries new ones each time. */
const SEEDS = Array.from({ length: 120 }, (_unused, index) => BigInt(index + 1));
/** The last two: a request came back to a node that had become a home meanwhile. */
const RING_SEEDS = [...Array.from({ length: 38 }, (_unused, index) => BigInt(index + 1)), 235n, 240n];

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
    expect(sum(({ crashes }) => crashes)).toBeGreaterThan(190);
    expect(sum(({ answered }) => answered)).toBeGreaterThan(8_000);
    expect(sum(({ reads, writes, answered }) => reads + writes - answered)).toBeGreaterThan(800);
  });
});

describe('an atomic bucket, while nodes join, leave, are removed, weighted, and lose their disks under the same faults', () => {
  const results: AtomicRun[] = [];

  // Before registers followed their seats, 8 and 38 were the first of these that were not.
  test('is linearizable', () => {
    for (const seed of RING_SEEDS) {
      const result = runAtomicPlan(drawAtomicPlan(seed, { ring: true }));
      expect(result.violation, `seed ${seed}`).toBeUndefined();
      results.push(result);
    }
  }, 60_000);

  test('has really changed, and has answered all the same', () => {
    const sum = (of: (result: AtomicRun) => number): number => results.reduce((total, result) => total + of(result), 0);
    expect(sum(({ isJudged }) => (isJudged ? 0 : 1))).toBeLessThan(2);
    expect(sum(({ changes }) => changes)).toBeGreaterThan(80);
    expect(sum(({ answered }) => answered)).toBeGreaterThan(2_600);
    expect(sum(({ answeredLast }) => answeredLast)).toBeGreaterThan(650);
  });
});
