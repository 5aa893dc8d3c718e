import { describe, expect, test } from 'vitest';
import { type Carts, runCarts } from '../../bench/paper/carts.ts';

const CUSTOMERS: Carts = { seed: 1n, durationMs: 120_000, customers: 20, gangs: 0, mostRobots: 0, faults: [] };

describe('shopping carts (section 6.3)', () => {
  test('customers alone never see more than one version of their carts', () => {
    const { versions, reads, failed } = runCarts(CUSTOMERS);
    expect([...versions.keys()]).toEqual([1]);
    expect(reads).toBeGreaterThan(400);
    expect(failed).toBe(0);
  });

  test('robots that change one cart at the same time make versions diverge, and the next change merges them', () => {
    const { versions, reads } = runCarts({ ...CUSTOMERS, gangs: 3, mostRobots: 3 });
    const several = [...versions].filter(([count]) => count > 1).reduce((sum, [, count]) => sum + count, 0);
    expect(several).toBeGreaterThan(0);
    expect(several).toBeLessThan(reads / 10);
  });
});
