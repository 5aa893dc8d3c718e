/**
 * One slot of all preference lists (all first replicas, or all second ones, ...), filled so that load is even and little moves.
 *
 * Intuition: each partition hands one unit of load to one of the nodes it may be put on. A distribution is as even as the
 * permissions allow exactly when no chain of hand-overs `a -> b -> ... -> z` takes a unit from a node that is fuller to one that
 * stays less full with it. So start from what is there, and shift along such chains until there is none: an even distribution
 * stays untouched, and a new node draws exactly its share from the fullest.
 *
 * Source: Harvey, Ladner, Lovász, Tamir, "Semi-matchings for bipartite graphs and load balancing" (2003): cost-reducing paths.
 * Here with weights: what counts is load per unit of weight. As a quotient of two integers below 2^26 it is the same on each
 * machine, and of two such quotients that differ, the floating-point numbers differ as well.
 *
 * Invariant: each shift lowers the sum over nodes of (1 + 2 + ... + load) / weight, so the search ends.
 */
import { invariant } from '../../runtime/errors/index.ts';
import { HeldPartitions, type Holding } from './held-partitions.ts';
import { Ranking } from './ranking.ts';

/** What filling one slot needs to know. */
export interface Slot extends Holding {
  readonly partitions: number;
  readonly weights: readonly number[];
  /** Units per node, earlier slots included; kept up to date. */
  readonly loads: number[];
  /** The node of each partition in this slot; -1 for none yet. Filled in place. */
  readonly holder: Int32Array;
}

/** Fill the empty places, then even out. The loads must count the places already filled. */
export function fillSlot(slot: Slot): void {
  for (let partition = 0; partition < slot.partitions; partition++) {
    if (slot.holder[partition] === -1) place(slot, partition);
  }
  // Most changes leave most slots as even as they were: seeing that takes no ranking.
  if (!mayImprove(slot)) return;
  const levelling = new Levelling(slot);
  while (levelling.shiftOne() || levelling.shiftChain());
}

/** The cheapest permitted node; among equals the emptiest. */
function place(slot: Slot, partition: number): void {
  let chosen = -1;
  let chosenCost = 0;
  for (let node = 0; node < slot.nodes; node++) {
    if (!slot.permits(partition, node)) continue;
    const cost = slot.cost(partition, node);
    if (chosen === -1 || cost < chosenCost || (cost === chosenCost && isEmptier(slot, partition, node, chosen))) {
      chosen = node;
      chosenCost = cost;
    }
  }
  invariant(chosen !== -1, 'each partition may go to some node');
  slot.holder[partition] = chosen;
  slot.loads[chosen] = loadOf(slot, chosen) + 1;
}

function isEmptier(slot: Slot, partition: number, node: number, other: number): boolean {
  const after = fullnessAfterOneMore(slot, node);
  const otherAfter = fullnessAfterOneMore(slot, other);
  return after !== otherAfter ? after < otherAfter : slot.tieBreak(partition, node) < slot.tieBreak(partition, other);
}

function loadOf(slot: Slot, node: number): number {
  return slot.loads[node] as number;
}

function fullness(slot: Slot, node: number): number {
  return loadOf(slot, node) / (slot.weights[node] as number);
}

function fullnessAfterOneMore(slot: Slot, node: number): number {
  return (loadOf(slot, node) + 1) / (slot.weights[node] as number);
}

/** Whether a unit taken from some node would leave another with less than the first has now. */
function mayImprove(slot: Slot): boolean {
  let fullest = Number.NEGATIVE_INFINITY;
  let emptiest = Number.POSITIVE_INFINITY;
  for (let node = 0; node < slot.nodes; node++) {
    fullest = Math.max(fullest, fullness(slot, node));
    emptiest = Math.min(emptiest, fullnessAfterOneMore(slot, node));
  }
  return fullest > emptiest;
}

class Levelling {
  readonly #slot: Slot;
  readonly #held: HeldPartitions;
  readonly #fullestFirst: Ranking;
  readonly #emptiestFirst: Ranking;

  constructor(slot: Slot) {
    this.#slot = slot;
    this.#held = new HeldPartitions(slot);
    this.#fullestFirst = new Ranking(Float64Array.from(slot.loads, (_, node) => -fullness(slot, node)));
    this.#emptiestFirst = new Ranking(Float64Array.from(slot.loads, (_, node) => fullnessAfterOneMore(slot, node)));
  }

  /** A chain of one step moves one partition where a longer one moves several: look for all of those first. */
  shiftOne(): boolean {
    const count = this.#slot.nodes;
    for (let i = 0; i < count; i++) {
      const from = this.#fullestFirst.at(i);
      if (!this.#improves(from, this.#emptiestFirst.at(0))) return false;
      if (this.#held.count(from) === 0) continue;
      for (let j = 0; j < count; j++) {
        const to = this.#emptiestFirst.at(j);
        if (!this.#improves(from, to)) break;
        if (this.#handOver(from, to)) return true;
      }
    }
    return false;
  }

  shiftChain(): boolean {
    const cameFrom = new Int32Array(this.#slot.nodes).fill(-1);
    for (let i = 0; i < this.#slot.nodes; i++) {
      const from = this.#fullestFirst.at(i);
      if (!this.#improves(from, this.#emptiestFirst.at(0))) return false;
      // Whoever was reached from a fuller node, in vain, can reach no more than that one.
      if (cameFrom[from] !== -1) continue;
      const path = this.#shortestPath(from, cameFrom);
      if (path === undefined) continue;
      for (let step = path.length - 1; step > 0; step--) {
        const moved = this.#handOver(path[step - 1] as number, path[step] as number);
        invariant(moved, `node ${path[step - 1]} has a partition for node ${path[step]}`);
      }
      return true;
    }
    return false;
  }

  /** Whether a unit taken from `from` leaves `to` with less than `from` has now. */
  #improves(from: number, to: number): boolean {
    return -this.#fullestFirst.keyOf(from) > this.#emptiestFirst.keyOf(to);
  }

  /** From `from` to the emptiest among the nearest nodes with which the shift is an improvement; past none that has been reached. */
  #shortestPath(from: number, cameFrom: Int32Array): number[] | undefined {
    cameFrom[from] = from;
    let frontier = [from];
    while (frontier.length > 0) {
      const next: number[] = [];
      for (const node of frontier) {
        if (this.#held.count(node) === 0) continue;
        for (const [to, count] of this.#held.movable(node).entries()) {
          if (count === 0 || cameFrom[to] !== -1) continue;
          cameFrom[to] = node;
          next.push(to);
        }
      }
      const keyOf = (node: number): number => this.#emptiestFirst.keyOf(node);
      const best = next.filter((to) => this.#improves(from, to)).sort((a, b) => keyOf(a) - keyOf(b) || a - b)[0];
      if (best !== undefined) return trace(cameFrom, from, best);
      frontier = next;
    }
    return undefined;
  }

  /** Give the partition whose change of holder costs least. False when there is none to give. */
  #handOver(from: number, to: number): boolean {
    const partition = this.#held.cheapest(from, to);
    if (partition === undefined) return false;
    this.#held.move(partition, from, to);
    this.#setLoad(from, loadOf(this.#slot, from) - 1);
    this.#setLoad(to, loadOf(this.#slot, to) + 1);
    return true;
  }

  #setLoad(node: number, load: number): void {
    const slot = this.#slot;
    slot.loads[node] = load;
    this.#fullestFirst.change(node, -fullness(slot, node));
    this.#emptiestFirst.change(node, fullnessAfterOneMore(slot, node));
  }
}

function trace(cameFrom: Int32Array, from: number, to: number): number[] {
  const path = [to];
  for (let at = to; at !== from; ) {
    at = cameFrom[at] as number;
    path.push(at);
  }
  return path.reverse();
}
