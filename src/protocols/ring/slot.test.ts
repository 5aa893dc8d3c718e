import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fillSlot } from './slot.ts';

interface Puzzle {
  readonly weights: readonly number[];
  /** Per partition, the nodes that may take it. */
  readonly permitted: readonly (readonly number[])[];
}

const puzzle: fc.Arbitrary<Puzzle> = fc.integer({ min: 1, max: 4 }).chain((nodes) =>
  fc.record({
    weights: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: nodes, maxLength: nodes }),
    permitted: fc.array(fc.uniqueArray(fc.nat(nodes - 1), { minLength: 1 }), { minLength: 1, maxLength: 6 }),
  }),
);

function solve(
  { weights, permitted }: Puzzle,
  start: readonly number[] = permitted.map(() => -1),
): { holder: number[]; loads: number[] } {
  const loads = weights.map((_, node) => start.filter((holder) => holder === node).length);
  const holder = Int32Array.from(start);
  const [partitions, nodes] = [permitted.length, weights.length];
  const permits = (partition: number, node: number): boolean => permitted[partition]?.includes(node) === true;
  fillSlot({ partitions, nodes, weights, loads, holder, permits, cost: () => 0, tieBreak: (_, node) => node });
  return { holder: [...holder], loads };
}

/** Sum over nodes of (1 + 2 + ... + load) / weight, times 6 to stay whole: the measure of unevenness. */
function unevenness(loads: readonly number[], weights: readonly number[]): number {
  return loads.reduce((sum, load, node) => sum + ((load * (load + 1)) / 2) * (6 / (weights[node] as number)), 0);
}

/** By trying every way. */
function least({ weights, permitted }: Puzzle, partition = 0, loads: readonly number[] = weights.map(() => 0)): number {
  const choices = permitted[partition];
  if (choices === undefined) return unevenness(loads, weights);
  return Math.min(
    ...choices.map((node) => least({ weights, permitted }, partition + 1, loads.with(node, (loads[node] as number) + 1))),
  );
}

describe('filling a slot', () => {
  test('gives each partition to a node that may have it, as evenly as any way does', () => {
    fc.assert(
      fc.property(puzzle, (given) => {
        const { holder, loads } = solve(given);
        for (const [partition, node] of holder.entries()) expect(given.permitted[partition]).toContain(node);
        expect(loads).toEqual(given.weights.map((_, node) => holder.filter((one) => one === node).length));
        expect(unevenness(loads, given.weights)).toBe(least(given));
      }),
      { numRuns: 300 },
    );
  });

  test('finds the chain when no single hand-over helps', () => {
    const chain: Puzzle = { weights: [1, 1, 1], permitted: [[0], [0, 1], [0, 1], [1, 2], [1, 2]] };
    expect(solve(chain, [0, 0, 0, 1, 1]).loads.toSorted()).toEqual([1, 2, 2]);
  });

  test('leaves an even distribution as it is', () => {
    const given: Puzzle = {
      weights: [1, 1],
      permitted: [
        [0, 1],
        [0, 1],
        [0, 1],
      ],
    };
    expect(solve(given, [1, 0, 1]).holder).toEqual([1, 0, 1]);
  });
});
