/**
 * The rule of placement with nothing done to make it fast: every pair of partition and node is looked at, every time. What the
 * ring computes must be the same.
 */
import { type Assignment, BALANCED_REPLICAS } from './assignment.ts';
import { hashText, mixPair } from './hash.ts';
import { compareText, type NodeName, type RingNode } from './node.ts';

type Pair = (partition: number, node: number) => number;

export function plainReassign(previous: Assignment, members: readonly RingNode[]): Assignment {
  const { partitions } = previous;
  const nodes = members.toSorted((a, b) => compareText(a.name, b.name));
  const loads = nodes.map(() => 0);
  const slots: Int32Array[] = [];
  const place: Pair = (partition, node) => {
    const found = previous.slots.findIndex((holders) => previous.nodes[holders[partition] as number]?.name === nodes[node]?.name);
    return found === -1 ? BALANCED_REPLICAS : found;
  };
  for (let slot = 0; slot < Math.min(nodes.length, BALANCED_REPLICAS); slot++) {
    const permitted = Array.from({ length: partitions }, (_, partition) => next(listOf(slots, partition), nodes));
    const cost: Pair = (partition, node) => {
      const rank = place(partition, node);
      return rank <= slot ? 0 : BALANCED_REPLICAS + rank - slot;
    };
    const tie: Pair = (partition, node) => mixPair(hashText((nodes[node] as RingNode).name), partition);
    const holder = permitted.map((takers, partition) => takers.find((node) => place(partition, node) === slot) ?? -1);
    for (const node of holder) if (node !== -1) loads[node] = (loads[node] as number) + 1;
    const after = (node: number): number => ((loads[node] as number) + 1) / (nodes[node] as RingNode).weight;
    for (const [partition, takers] of permitted.entries()) {
      if (holder[partition] !== -1) continue;
      const [first] = takers.toSorted(
        (a, b) => cost(partition, a) - cost(partition, b) || after(a) - after(b) || tie(partition, a) - tie(partition, b),
      );
      holder[partition] = first as number;
      loads[first as number] = (loads[first as number] as number) + 1;
    }
    while (shift(nodes, permitted, holder, loads, cost, tie));
    slots.push(Int32Array.from(holder));
  }
  return { partitions, nodes, slots };
}

/** One chain of hand-overs that makes the load more even. */
function shift(
  nodes: readonly RingNode[],
  permitted: number[][],
  holder: number[],
  loads: number[],
  cost: Pair,
  tie: Pair,
): boolean {
  const weight = (node: number): number => (nodes[node] as RingNode).weight;
  const fullness = (node: number): number => (loads[node] as number) / weight(node);
  const after = (node: number): number => ((loads[node] as number) + 1) / weight(node);
  const all = [...nodes.keys()];
  const fullestFirst = all.toSorted((a, b) => fullness(b) - fullness(a) || a - b);
  const emptiestFirst = all.toSorted((a, b) => after(a) - after(b) || a - b);
  const offers = (from: number, to: number): number[] =>
    [...holder.keys()].filter((partition) => holder[partition] === from && permitted[partition]?.includes(to));
  const handOver = (from: number, to: number): void => {
    const change = (partition: number): number => cost(partition, to) - cost(partition, from);
    const [cheapest] = offers(from, to).toSorted((a, b) => change(a) - change(b) || tie(a, to) - tie(b, to));
    holder[cheapest as number] = to;
    loads[from] = (loads[from] as number) - 1;
    loads[to] = (loads[to] as number) + 1;
  };
  for (const from of fullestFirst) {
    for (const to of emptiestFirst) {
      if (fullness(from) <= after(to) || offers(from, to).length === 0) continue;
      handOver(from, to);
      return true;
    }
  }
  for (const from of fullestFirst) {
    const cameFrom = new Map([[from, from]]);
    for (let frontier = [from]; frontier.length > 0; ) {
      const reached: number[] = [];
      for (const node of frontier) {
        for (const to of all) {
          if (cameFrom.has(to) || offers(node, to).length === 0) continue;
          cameFrom.set(to, node);
          reached.push(to);
        }
      }
      const best = emptiestFirst.find((to) => reached.includes(to) && fullness(from) > after(to));
      if (best !== undefined) {
        for (let to = best; to !== from; to = cameFrom.get(to) as number) handOver(cameFrom.get(to) as number, to);
        return true;
      }
      frontier = reached;
    }
  }
  return false;
}

function listOf(slots: readonly Int32Array[], partition: number): number[] {
  return slots.map((holders) => holders[partition] as number);
}

/** Who may stand behind these: a node whose host, and then whose zone, is used least. */
function next(list: readonly number[], nodes: readonly RingNode[]): number[] {
  const uses = (same: (one: RingNode) => boolean): number => list.filter((node) => same(nodes[node] as RingNode)).length;
  const crowding = nodes.map(
    ({ host, zone }) => uses((one) => one.host === host) * (nodes.length + 1) + uses((one) => one.zone === zone),
  );
  const left = [...nodes.keys()].filter((node) => !list.includes(node));
  const least = Math.min(...left.map((node) => crowding[node] as number));
  return left.filter((node) => crowding[node] === least);
}

/** All nodes, those behind the assigned ones in the partition's own order. */
export function plainPreferenceList({ nodes, slots }: Assignment, partition: number): NodeName[] {
  const list = listOf(slots, partition);
  const order = (node: number): number => mixPair(hashText((nodes[node] as RingNode).name), partition);
  while (list.length < nodes.length) list.push(next(list, nodes).toSorted((a, b) => order(a) - order(b))[0] as number);
  return list.map((node) => (nodes[node] as RingNode).name);
}
