import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../../runtime/simulated/index.ts';
import { CHANGE_KINDS, drawChanges, membersAt, newcomersOf } from './index.ts';

const names = (count: number): readonly string[] => Array.from({ length: count }, (_unused, index) => `n${index + 1}`);
const drawn = fc
  .record({
    seed: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
    nodes: fc.integer({ min: 3, max: 9 }).map(names),
    kinds: fc.subarray([...CHANGE_KINDS]),
    durationMs: fc.integer({ min: 5_000, max: 600_000 }),
  })
  .map((given) => ({ ...given, changes: drawChanges(new SeededRandom(given.seed), given) }));

describe('the changes of the ring in a drill', () => {
  test('are each of those asked for once, but for a leave that would leave too few', () => {
    fc.assert(
      fc.property(drawn, ({ kinds, changes, nodes }) => {
        const made = changes.map(({ change }) => change.kind);
        expect(new Set(made).size).toBe(made.length);
        const left = kinds.filter((kind) => !made.includes(kind));
        expect(left).toEqual(left.length > 0 ? ['leave'] : []);
        if (left.length > 0) expect(nodes.length + Number(made.includes('join'))).toBe(3);
      }),
    );
  });

  test('come one behind the other, in the first two thirds or so', () => {
    fc.assert(
      fc.property(drawn, ({ changes, durationMs }) => {
        let lastMs = 0;
        for (const { atMs } of changes) {
          expect(atMs).toBeGreaterThan(lastMs);
          lastMs = atMs;
        }
        expect(lastMs).toBeLessThan(0.7 * durationMs);
      }),
    );
  });

  test('concern members only, and never make them fewer than three', () => {
    fc.assert(
      fc.property(drawn, ({ changes, nodes }) => {
        for (const { change, atMs } of changes) {
          const before = membersAt(nodes, changes, atMs - 1);
          if (change.kind !== 'join') expect(before).toContain(change.node);
          expect(membersAt(nodes, changes, atMs).length).toBeGreaterThanOrEqual(3);
        }
        for (const newcomer of newcomersOf(changes)) expect(nodes).not.toContain(newcomer);
      }),
    );
  });
});
