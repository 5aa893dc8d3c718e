import { describe, expect, test } from 'vitest';
import { emptyAssignment, reassign } from './assignment.ts';
import { nodeName } from './node.ts';
import { CIRCLE, loadBalancingEfficiency, type Placement, strategy1, strategy2, strategy3 } from './strategies.ts';

const S = 30;
const N = 3;
const names = Array.from({ length: S }, (_, index) => nodeName(`n${index}`));
const assignment = (partitions: number) =>
  reassign(
    emptyAssignment(partitions),
    names.map((name) => ({ name, host: name, zone: 'z', weight: 1 })),
  );

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

describe("the paper's three strategies (section 6.2)", () => {
  test.each<[string, Placement]>([
    ['1', strategy1(names, { tokensPerNode: 20, seed: 1 })],
    ['2', strategy2(names, 512, { tokensPerNode: 20, seed: 1 })],
    ['3', strategy3(assignment(512))],
  ])('strategy %s covers the circle once, with all nodes in each list, none twice', (_, placement) => {
    expect(sum(placement.sizes)).toBe(CIRCLE);
    expect(placement.sizes.every((size) => size > 0)).toBe(true);
    expect(placement.sizes).toHaveLength(placement.preferenceLists.length);
    for (const list of placement.preferenceLists) expect(new Set(list).size).toBe(S);
  });

  test('the same seed gives the same placement, another seed another', () => {
    const of = (seed: number) => strategy1(names, { tokensPerNode: 4, seed, listLength: N });
    expect(of(7)).toEqual(of(7));
    expect(of(7).sizes).not.toEqual(of(8).sizes);
  });

  test('strategies 1 and 2 read the same tokens: a partition of 2 has the list of the part of 1 that its end lies in', () => {
    const options = { tokensPerNode: 5, seed: 3 };
    const [byToken, byPartition] = [strategy1(names, options), strategy2(names, 64, options)];
    const lists = byToken.preferenceLists.map((list) => list.join());
    for (const list of byPartition.preferenceLists) expect(lists).toContain(list.join());
  });

  test('strategy 2 walks from the end of a partition: the list of a partition is that of its second half', () => {
    const options = { tokensPerNode: 5, seed: 3 };
    const [coarse, fine] = [strategy2(names, 64, options), strategy2(names, 128, options)];
    for (const [partition, list] of coarse.preferenceLists.entries())
      expect(list).toEqual(fine.preferenceLists[2 * partition + 1]);
    expect(coarse.preferenceLists.some((list, partition) => list.join() !== fine.preferenceLists[2 * partition]?.join())).toBe(
      true,
    );
  });

  test('figure 8: with S=30, N=3 and equal metadata, strategy 3 balances best and strategy 2 worst', () => {
    for (const entries of [512, 2048]) {
      const efficiencies = { 1: 0, 2: 0, 3: 0 };
      const seeds = 12;
      for (let seed = 0; seed < seeds; seed++) {
        const one = strategy1(names, { tokensPerNode: Math.round(entries / S), seed, listLength: N });
        const two = strategy2(names, entries / 2, { tokensPerNode: Math.round(entries / 2 / S), seed, listLength: N });
        for (const { metadataEntries } of [one, two]) expect(Math.abs(metadataEntries - entries) / entries).toBeLessThan(0.03);
        efficiencies[1] += loadBalancingEfficiency(one, names, N) / seeds;
        efficiencies[2] += loadBalancingEfficiency(two, names, N) / seeds;
      }
      efficiencies[3] = loadBalancingEfficiency(strategy3(assignment(entries), N), names, N);
      expect(efficiencies[3]).toBeGreaterThan(0.98);
      expect(efficiencies[3]).toBeGreaterThan(efficiencies[1] + 0.05);
      expect(efficiencies[1]).toBeGreaterThan(efficiencies[2] + 0.02);
    }
  });
});

describe('load-balancing efficiency', () => {
  const [a, b] = [nodeName('a'), nodeName('b')];

  test('is the mean load divided by the highest', () => {
    const placement: Placement = {
      sizes: [3, 1],
      preferenceLists: [
        [a, b],
        [b, a],
      ],
      metadataEntries: 2,
    };
    expect(loadBalancingEfficiency(placement, [a, b], 1)).toBeCloseTo(2 / 3);
    expect(loadBalancingEfficiency(placement, [a, b], 2)).toBe(1);
  });

  test('counts nodes that serve nothing', () => {
    expect(loadBalancingEfficiency({ sizes: [4], preferenceLists: [[a]], metadataEntries: 1 }, [a, b], 1)).toBe(0.5);
  });
});
