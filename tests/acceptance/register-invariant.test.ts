/** Invariant 11 of those in `fourteen-invariants.test.ts`. */
import { describe, expect, test } from 'vitest';
import { drawAtomicPlan, runAtomicPlan } from '../../src/verification/simulation/atomic/index.ts';

describe('invariant', () => {
  test('11. Reads and writes of an atomic bucket are linearizable through partitions and changes of the membership', () => {
    // There are no conditional writes: a register cannot have them, see docs/atomic.md.
    const plan = drawAtomicPlan(14n, { nodes: 5, clients: 4, faults: ['partition'], ring: true });
    const ring = [
      { kind: 'join', atMs: 300, node: 5, crashes: false },
      { kind: 'remove', atMs: 1_800, node: 1, crashes: false },
      { kind: 'leave', atMs: 3_600, node: 2, crashes: false },
      { kind: 'join', atMs: 4_500, node: 6, crashes: false },
    ] as const;
    const run = runAtomicPlan({ ...plan, setup: { ...plan.setup, ring } });
    expect(run.violation).toBeUndefined();
    expect(run).toMatchObject({ changes: ring.length, isJudged: true });
    expect(run.answered).toBeGreaterThan(100);
  });
});
