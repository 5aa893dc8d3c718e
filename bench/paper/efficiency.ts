/** Load-balancing efficiency of the three strategies by the size of what each node has to know (the paper's section 6.2). */

import {
  CIRCLE,
  emptyAssignment,
  loadBalancingEfficiency,
  nodeName,
  type Placement,
  reassign,
  strategy1,
  strategy2,
  strategy3,
} from '../../src/protocols/ring/index.ts';
import { md5 } from '../../src/runtime/hash/index.ts';

/** S and N of the paper's figure 8. */
export const NODES = 30;
export const REPLICAS = 3;

const encoder = new TextEncoder();

/** Where keys lie on the circle, by rank of popularity: the first 32 bits of MD5, as in the store. Each seed has keys of its own. */
export function positions(keys: number, seed: number): Uint32Array {
  return Uint32Array.from({ length: keys }, (_, rank) => {
    const digest = md5(encoder.encode(`${seed}/${rank}`));
    return new DataView(digest.buffer).getUint32(0);
  });
}

function nodesOf(seed: number): ReturnType<typeof nodeName>[] {
  return Array.from({ length: NODES }, (_, index) => nodeName(`n${seed}-${index}`));
}

/** Who serves what when each node may know `entries` tokens or partitions; of several ways to spend them (T against Q), all. */
export const PLACEMENTS = {
  'strategy 1': (entries: number, seed: number): Placement[] => [
    strategy1(nodesOf(seed), { tokensPerNode: Math.max(1, Math.round(entries / NODES)), seed, listLength: REPLICAS }),
  ],
  'strategy 2': (entries: number, seed: number): Placement[] =>
    [
      // The paper wants Q far above the number of tokens: an eighth over the budget, in this strategy's favour, and at the budget.
      { partitions: entries, tokens: entries / 8 },
      { partitions: entries / 2, tokens: entries / 2 },
      { partitions: entries / 4, tokens: (3 * entries) / 4 },
    ].map(({ partitions, tokens }) =>
      strategy2(nodesOf(seed), partitions, {
        tokensPerNode: Math.max(1, Math.round(tokens / NODES)),
        seed,
        listLength: REPLICAS,
      }),
    ),
  'strategy 3': (entries: number, seed: number): Placement[] => {
    const nodes = nodesOf(seed).map((name) => ({ name, host: name, zone: 'z', weight: 1 }));
    return [strategy3(reassign(emptyAssignment(entries), nodes), REPLICAS)];
  },
} as const;

export type Strategy = keyof typeof PLACEMENTS;

/** Mean load of the nodes divided by the load of the hottest, when requests fall evenly on the circle. */
export function evenEfficiency(placement: Placement, seed: number): number {
  return loadBalancingEfficiency(placement, nodesOf(seed), REPLICAS);
}

/** The same when the key at each position gets its share of the requests, and each of its replicas takes part in them. */
export function skewedEfficiency(placement: Placement, at: Uint32Array, shares: Float64Array): number {
  const partitionOf = partitionFinder(placement);
  const loads = new Map<string, number>();
  for (const [rank, position] of at.entries()) {
    const list = placement.preferenceLists[partitionOf(position)] ?? [];
    for (const node of list) loads.set(node, (loads.get(node) ?? 0) + (shares[rank] ?? 0));
  }
  return REPLICAS / NODES / Math.max(...loads.values());
}

/**
 * In which partition a position lies. Strategy 1's partitions are taken to begin at 0: keys lie anywhere, so that turning the circle
 * changes nothing.
 */
export function partitionFinder({ sizes }: Placement): (position: number) => number {
  let end = 0;
  const ends = Float64Array.from(sizes, (size) => {
    end += size;
    return end;
  });
  if (end !== CIRCLE) throw new RangeError(`the partitions cover ${end} points instead of ${CIRCLE}`);
  return (position) => firstAbove(ends, position);
}

/** The place of the first number above the wanted one, in ascending numbers; the last place if none is. */
export function firstAbove(ascending: Float64Array, wanted: number): number {
  let [low, high] = [0, ascending.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) > wanted) high = middle;
    else low = middle + 1;
  }
  return low;
}
