/**
 * One slot of all preference lists (all first replicas, or all second ones, ...), filled so that load is even and little moves.
 *
 * Intuition: each partition hands one unit of load to one of the nodes it may be put on. A distribution is as even as the
 * permissions allow exactly when no chain of hand-overs `a -> b -> ... -> z` takes a unit from a node that is fuller to one that
 * stays less full with it. So start from what is there, and shift along such chains until there is none: an even distribution
 * stays untouched, and a new node draws exactly its share from the fullest.
 *
 * Source: Harvey, Ladner, Lovász, Tamir, "Semi-matchings for bipartite graphs and load balancing" (2003): cost-reducing paths.
 * Here with weights: what counts is load per unit of weight, compared by cross-multiplication, in integers.
 *
 * Invariant: each shift lowers the sum over nodes of (1 + 2 + ... + load) / weight, so the search ends.
 */
import { invariant } from '../../runtime/errors/index.ts';

/** What filling one slot needs to know. Nodes and partitions are indices; a pair's place is `partition * nodes + node`. */
export interface Slot {
  readonly partitions: number;
  readonly nodes: number;
  readonly weights: readonly number[];
  /** Units per node, earlier slots included; kept up to date. */
  readonly loads: number[];
  /** The node of each partition in this slot; -1 for none yet. Filled in place. */
  readonly holder: Int32Array;
  /** Pairs: 1 where the node may take the partition. At least one per partition. */
  readonly permitted: Uint8Array;
  /** Of a pair: what it costs to have it, in moved data. Lower is better. */
  cost(partition: number, node: number): number;
  /** Of a pair: decides between equals. */
  tieBreak(partition: number, node: number): number;
}

/** Fill the empty places, then even out. The loads must count the places already filled. */
export function fillSlot(slot: Slot): void {
  for (let partition = 0; partition < slot.partitions; partition++) {
    if (slot.holder[partition] === -1) place(slot, partition);
  }
  const exchange = countMovable(slot);
  while (shiftOnce(slot, exchange));
}

/** The cheapest permitted node; among equals the emptiest. */
function place(slot: Slot, partition: number): void {
  let chosen = -1;
  let chosenCost = 0;
  for (let node = 0; node < slot.nodes; node++) {
    if (slot.permitted[partition * slot.nodes + node] === 0) continue;
    const cost = slot.cost(partition, node);
    if (chosen === -1 || cost < chosenCost || (cost === chosenCost && isEmptier(slot, partition, node, chosen))) {
      chosen = node;
      chosenCost = cost;
    }
  }
  invariant(chosen !== -1, `partition ${partition} may go to some node`);
  slot.holder[partition] = chosen;
  slot.loads[chosen] = loadOf(slot, chosen) + 1;
}

function isEmptier(slot: Slot, partition: number, node: number, other: number): boolean {
  const order = compareAfterOneMore(slot, node, other);
  return order !== 0 ? order < 0 : slot.tieBreak(partition, node) < slot.tieBreak(partition, other);
}

function loadOf(slot: Slot, node: number): number {
  return slot.loads[node] as number;
}

function weightOf(slot: Slot, node: number): number {
  return slot.weights[node] as number;
}

function compareLoads(slot: Slot, a: number, b: number): number {
  return loadOf(slot, a) * weightOf(slot, b) - loadOf(slot, b) * weightOf(slot, a);
}

function compareAfterOneMore(slot: Slot, a: number, b: number): number {
  return (loadOf(slot, a) + 1) * weightOf(slot, b) - (loadOf(slot, b) + 1) * weightOf(slot, a);
}

/** Whether a unit taken from `from` leaves `to` with less than `from` has now. */
function improves(slot: Slot, from: number, to: number): boolean {
  return loadOf(slot, from) * weightOf(slot, to) > (loadOf(slot, to) + 1) * weightOf(slot, from);
}

/** At `from * nodes + to`: how many partitions held by `from` may go to `to`. */
function countMovable(slot: Slot): Int32Array {
  const exchange = new Int32Array(slot.nodes * slot.nodes);
  for (let partition = 0; partition < slot.partitions; partition++) {
    countPartition(slot, exchange, partition, slot.holder[partition] as number, 1);
  }
  return exchange;
}

function countPartition(slot: Slot, exchange: Int32Array, partition: number, holder: number, by: 1 | -1): void {
  const { nodes, permitted } = slot;
  for (let node = 0; node < nodes; node++) {
    if (permitted[partition * nodes + node] === 1)
      exchange[holder * nodes + node] = (exchange[holder * nodes + node] as number) + by;
  }
}

function shiftOnce(slot: Slot, exchange: Int32Array): boolean {
  const order = Array.from({ length: slot.nodes }, (_, node) => node);
  const fullestFirst = order.toSorted((a, b) => compareLoads(slot, b, a) || a - b);
  const emptiestFirst = order.toSorted((a, b) => compareAfterOneMore(slot, a, b) || a - b);
  // A chain of one step moves one partition where a longer one moves several: look for all of those first.
  for (const from of fullestFirst) {
    for (const to of emptiestFirst) {
      if (!improves(slot, from, to)) break;
      if ((exchange[from * slot.nodes + to] as number) === 0) continue;
      handOver(slot, exchange, from, to);
      return true;
    }
  }
  for (const from of fullestFirst) {
    const path = shortestPath(slot, exchange, from);
    if (path === undefined) continue;
    for (let step = path.length - 1; step > 0; step--) handOver(slot, exchange, path[step - 1] as number, path[step] as number);
    return true;
  }
  return false;
}

/** From `from` to the emptiest among the nearest nodes with which the shift is an improvement. */
function shortestPath(slot: Slot, exchange: Int32Array, from: number): number[] | undefined {
  const { nodes } = slot;
  const cameFrom = new Int32Array(nodes).fill(-1);
  cameFrom[from] = from;
  let frontier = [from];
  while (frontier.length > 0) {
    const next: number[] = [];
    for (const node of frontier) {
      for (let to = 0; to < nodes; to++) {
        if (cameFrom[to] !== -1 || exchange[node * nodes + to] === 0) continue;
        cameFrom[to] = node;
        next.push(to);
      }
    }
    const best = next.filter((to) => improves(slot, from, to)).sort((a, b) => compareAfterOneMore(slot, a, b) || a - b)[0];
    if (best !== undefined) return trace(cameFrom, from, best);
    frontier = next;
  }
  return undefined;
}

function trace(cameFrom: Int32Array, from: number, to: number): number[] {
  const path = [to];
  for (let at = to; at !== from; ) {
    at = cameFrom[at] as number;
    path.push(at);
  }
  return path.reverse();
}

/** Give the partition whose change of holder costs least. */
function handOver(slot: Slot, exchange: Int32Array, from: number, to: number): void {
  let chosen = -1;
  let chosenCost = 0;
  for (let partition = 0; partition < slot.partitions; partition++) {
    if (slot.holder[partition] !== from || slot.permitted[partition * slot.nodes + to] === 0) continue;
    const cost = slot.cost(partition, to) - slot.cost(partition, from);
    const better = cost < chosenCost || (cost === chosenCost && slot.tieBreak(partition, to) < slot.tieBreak(chosen, to));
    if (chosen === -1 || better) {
      chosen = partition;
      chosenCost = cost;
    }
  }
  invariant(chosen !== -1, `node ${from} has a partition for node ${to}`);
  countPartition(slot, exchange, chosen, from, -1);
  countPartition(slot, exchange, chosen, to, 1);
  slot.holder[chosen] = to;
  slot.loads[from] = loadOf(slot, from) - 1;
  slot.loads[to] = loadOf(slot, to) + 1;
}
