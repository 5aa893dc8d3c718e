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
 * An order to change the ring is a rare event, which meets code that nobody has compiled yet: so the loops over all partitions are
 * plain ones, without iterators.
 *
 * Limits: separation goes before balance. The only node of a third zone gets a replica of everything when N is 3; give zones equal
 * weight. First replicas move no more than they must; of three, a few in a hundred more move, since each slot is evened out by
 * itself.
 */
import { invariant } from '../../runtime/errors/index.ts';
import { hashText, mixPair } from './hash.ts';
import { compareText, isWeight, type RingNode } from './node.ts';
import { ListsInProgress, separation } from './separation.ts';
import { fillSlot } from './slot.ts';

/** Places of a preference list whose load is balanced; those behind only stand in. The largest N that a bucket may have. */
export const BALANCED_REPLICAS = 16;

export const DEFAULT_PARTITIONS = 256;
export const MAXIMUM_PARTITIONS = 65_536;

export interface Assignment {
  /** Q: a power of two, 1 .. {@link MAXIMUM_PARTITIONS}. Time and memory of each change grow with Q and with the number of nodes. */
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
  const depth = Math.min(sorted.length, BALANCED_REPLICAS);
  const former = formerLists(previous, sorted);
  const lists = new ListsInProgress(separation(sorted), partitions, depth);
  const loads = new Array<number>(sorted.length).fill(0);
  const weights = sorted.map((node) => node.weight);
  const hashes = sorted.map((node) => hashText(node.name));
  const slots: Int32Array[] = [];
  for (let slot = 0; slot < depth; slot++) {
    const holder = keepHolders(partitions, slot, former, lists, loads);
    fillSlot({
      partitions,
      nodes: sorted.length,
      weights,
      loads,
      holder,
      permits: (partition, node) => lists.permits(partition, node),
      cost: (partition, node) => movingCost(formerPlace(former, partition, node), slot),
      tieBreak: (partition, node) => mixPair(hashes[node] as number, partition),
    });
    for (let partition = 0; partition < partitions; partition++) lists.append(partition, holder[partition] as number);
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

/** The lists before, one after the other, each {@link BALANCED_REPLICAS} long, as indices into the nodes of now; -1 for nobody. */
function formerLists(previous: Assignment, nodes: readonly RingNode[]): Int32Array {
  const former = new Int32Array(previous.partitions * BALANCED_REPLICAS).fill(-1);
  const indexOf = new Map(nodes.map((node, index) => [node.name, index]));
  const renumbered = Int32Array.from(previous.nodes, (node) => indexOf.get(node.name) ?? -1);
  for (const [slot, holders] of previous.slots.entries()) {
    for (let partition = 0; partition < previous.partitions; partition++) {
      former[partition * BALANCED_REPLICAS + slot] = renumbered[holders[partition] as number] as number;
    }
  }
  return former;
}

/** The place the node had in the partition's list; behind the last for none. */
function formerPlace(former: Int32Array, partition: number, node: number): number {
  const first = partition * BALANCED_REPLICAS;
  for (let place = 0; place < BALANCED_REPLICAS; place++) if (former[first + place] === node) return place;
  return BALANCED_REPLICAS;
}

/**
 * A node that stood in this slot or before it needs no data for any N that counts this slot. Any other does, so that it is worth
 * most to touch a list that must change anyway; after that, those who stood next are best, since they serve smaller N elsewhere
 * in the list or have stood in for the replicas before them.
 */
function movingCost(place: number, slot: number): number {
  return place <= slot ? 0 : BALANCED_REPLICAS + place - slot;
}

/** Each partition's former holder of the slot where it still may hold it, else -1. Counts the loads. */
function keepHolders(partitions: number, slot: number, former: Int32Array, lists: ListsInProgress, loads: number[]): Int32Array {
  const holder = new Int32Array(partitions).fill(-1);
  for (let partition = 0; partition < partitions; partition++) {
    const node = former[partition * BALANCED_REPLICAS + slot] as number;
    if (node === -1 || !lists.permits(partition, node)) continue;
    holder[partition] = node;
    loads[node] = (loads[node] as number) + 1;
  }
  return holder;
}
