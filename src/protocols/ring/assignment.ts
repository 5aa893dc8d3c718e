/**
 * Strategy 3: Q equal partitions, assigned to nodes, changed step by step as the membership changes.
 *
 * Intuition: the ring is fixed and only the owners change. Each change of membership is folded into the assignment before it:
 * whoever holds a partition keeps it unless it must not or the load would be uneven. The slots of the preference lists (first
 * replicas, second, ...) are filled one after the other, each with the loads of the earlier ones counted in, so that the load is
 * even for every number of replicas and not for one only.
 *
 * Source: the Dynamo paper, section 6.2, strategy 3, which asks for Q/S tokens per node and leaves open how nodes give and take
 * them. Deviations: weights; hosts and zones are kept apart; the paper's second and third replicas are the owners of the next
 * partitions clockwise, here each slot is placed by itself. Walking clockwise makes the load of replicas follow from that of
 * owners, and with hosts to skip neither is even, nor is the ring's tail right.
 *
 * Invariants: the first N of a list are on distinct hosts when there are N, and spread over zones as evenly as the zones' hosts
 * allow; the load of the first n <= {@link BALANCED_REPLICAS} is as even as that permits, given the slots before the n-th; the
 * result depends on the history of changes alone.
 *
 * Limits: separation goes before balance. The only node of a third zone gets a replica of everything when N is 3; give zones equal
 * weight. First replicas move no more than they must; of three, a few in a hundred more move, since each slot is evened out by
 * itself.
 */
import { invariant } from '../../runtime/errors/index.ts';
import { hashText, mixPair } from './hash.ts';
import { compareText, isWeight, type RingNode } from './node.ts';
import { ListInProgress, separation } from './separation.ts';
import { fillSlot } from './slot.ts';

/** Places of a preference list whose load is balanced; those behind only stand in. The largest N that a bucket may have. */
export const BALANCED_REPLICAS = 16;

export const DEFAULT_PARTITIONS = 256;
export const MAXIMUM_PARTITIONS = 65_536;

export interface Assignment {
  /** Q: a power of two, 1 .. {@link MAXIMUM_PARTITIONS}. Time and memory grow with Q times the number of nodes. */
  readonly partitions: number;
  /** Sorted by name. */
  readonly nodes: readonly RingNode[];
  /** `slots[k][partition]`: the k-th replica, as an index into `nodes`. As many as nodes, at most {@link BALANCED_REPLICAS}. */
  readonly slots: readonly Int32Array[];
}

/** No nodes yet: where each history begins. */
export function emptyAssignment(partitions = DEFAULT_PARTITIONS): Assignment {
  invariant(isPartitionCount(partitions), `${partitions} partitions are a power of two up to ${MAXIMUM_PARTITIONS}`);
  return { partitions, nodes: [], slots: [] };
}

export function isPartitionCount(partitions: number): boolean {
  return (
    Number.isInteger(partitions) && partitions >= 1 && partitions <= MAXIMUM_PARTITIONS && (partitions & (partitions - 1)) === 0
  );
}

/** The assignment to these nodes that follows the one before and moves little. The order of the nodes does not matter. */
export function reassign(previous: Assignment, nodes: Iterable<RingNode>): Assignment {
  const sorted = [...nodes].sort((a, b) => compareText(a.name, b.name));
  checkNodes(sorted);
  const { partitions } = previous;
  const ranks = previousRanks(previous, sorted);
  const loads = new Array<number>(sorted.length).fill(0);
  const hashes = sorted.map((node) => hashText(node.name));
  const list = new ListInProgress(separation(sorted));
  const slots: Int32Array[] = [];
  for (let slot = 0; slot < Math.min(sorted.length, BALANCED_REPLICAS); slot++) {
    const permitted = permittedNodes(partitions, sorted.length, slots, list);
    const holder = keepHolders(partitions, slot, ranks, permitted, loads);
    fillSlot({
      partitions,
      nodes: sorted.length,
      weights: sorted.map((node) => node.weight),
      loads,
      holder,
      permitted,
      cost: (partition, node) => movingCost(ranks[partition * sorted.length + node] as number, slot),
      tieBreak: (partition, node) => mixPair(hashes[node] as number, partition),
    });
    slots.push(holder);
  }
  return { partitions, nodes: sorted, slots };
}

function checkNodes(nodes: readonly RingNode[]): void {
  for (const [index, node] of nodes.entries()) {
    invariant(node.name !== nodes[index + 1]?.name, `node '${node.name}' is in the ring once`);
    invariant(isWeight(node.weight), `node '${node.name}' has a weight, not ${node.weight}`);
  }
}

/** For each pair of partition and node, the place the node had in the partition's list; behind the last for none. */
function previousRanks(previous: Assignment, nodes: readonly RingNode[]): Uint8Array {
  const ranks = new Uint8Array(previous.partitions * nodes.length).fill(BALANCED_REPLICAS);
  const indexOf = new Map(nodes.map((node, index) => [node.name, index]));
  const renumbered = previous.nodes.map((node) => indexOf.get(node.name));
  for (const [slot, holders] of previous.slots.entries()) {
    for (const [partition, holder] of holders.entries()) {
      const node = renumbered[holder];
      if (node !== undefined) ranks[partition * nodes.length + node] = slot;
    }
  }
  return ranks;
}

function permittedNodes(partitions: number, nodes: number, slots: readonly Int32Array[], list: ListInProgress): Uint8Array {
  const permitted = new Uint8Array(partitions * nodes);
  for (let partition = 0; partition < partitions; partition++) {
    list.clear();
    for (const holders of slots) list.append(holders[partition] as number);
    list.forEachPermitted((node) => {
      permitted[partition * nodes + node] = 1;
    });
  }
  list.clear();
  return permitted;
}

/**
 * A node that stood in this slot or before it needs no data for any N that counts this slot. Any other does, so that it is worth
 * most to touch a list that must change anyway; after that, those who stood next are best, since they serve smaller N elsewhere
 * in the list or have stood in for the replicas before them.
 */
function movingCost(previousRank: number, slot: number): number {
  return previousRank <= slot ? 0 : BALANCED_REPLICAS + previousRank - slot;
}

/** Each partition's former holder of the slot where it still may hold it, else -1. Counts the loads. */
function keepHolders(partitions: number, slot: number, ranks: Uint8Array, permitted: Uint8Array, loads: number[]): Int32Array {
  const holder = new Int32Array(partitions).fill(-1);
  const nodes = loads.length;
  for (let partition = 0; partition < partitions; partition++) {
    for (let node = 0; node < nodes; node++) {
      const pair = partition * nodes + node;
      if (ranks[pair] !== slot || permitted[pair] === 0) continue;
      holder[partition] = node;
      loads[node] = (loads[node] as number) + 1;
    }
  }
  return holder;
}
