/**
 * Which partitions each node holds in a slot, and to whom it could hand one over.
 *
 * A node that joins takes hundreds of partitions from few others: what each could give it is put into an order once, and kept in it
 * as partitions come and go, instead of being looked through for each.
 */
import { Offers } from './offers.ts';

/** Which node may have which partition, and what that costs. Nodes and partitions are indices. */
export interface Holding {
  readonly nodes: number;
  /** The node of each partition. */
  readonly holder: Int32Array;
  /** Whether the node may take the partition: at least one may, of each partition. */
  permits(partition: number, node: number): boolean;
  /** Of a pair: what it costs to have it, in moved data: a whole number, below a million. Lower is better. */
  cost(partition: number, node: number): number;
  /** Of a pair: decides between equals. 32 bits. */
  tieBreak(partition: number, node: number): number;
}

export class HeldPartitions {
  readonly #holding: Holding;
  readonly #held: number[][];
  /** Where each partition is in its holder's list. */
  readonly #places: Int32Array;
  /** Of a node: how many of its partitions each other may take. Counted once it is clear that some may take none. */
  readonly #movable: (Int32Array | undefined)[];
  /** Of a node: what each other could get from it, as far as that was asked. */
  readonly #offers: (Offers | undefined)[][];

  constructor(holding: Holding) {
    this.#holding = holding;
    this.#held = Array.from({ length: holding.nodes }, () => []);
    this.#places = new Int32Array(holding.holder.length);
    this.#movable = new Array<Int32Array | undefined>(holding.nodes).fill(undefined);
    this.#offers = Array.from({ length: holding.nodes }, () => []);
    const { holder } = holding;
    for (let partition = 0; partition < holder.length; partition++) this.#put(partition, holder[partition] as number);
  }

  count(node: number): number {
    return this.#of(node).length;
  }

  /** Of each node, how many of the partitions of `from` it may take. */
  movable(from: number): Int32Array {
    const known = this.#movable[from];
    if (known !== undefined) return known;
    const counts = new Int32Array(this.#holding.nodes);
    for (const partition of this.#of(from)) this.#count(counts, partition, 1);
    this.#movable[from] = counts;
    return counts;
  }

  /** The partition whose change of holder costs least; `undefined` when `to` may take none. */
  cheapest(from: number, to: number): number | undefined {
    const row = this.#offers[from] as (Offers | undefined)[];
    let offers = row[to];
    if (offers === undefined) {
      if (this.#movable[from]?.[to] === 0) return undefined;
      offers = new Offers();
      for (const partition of this.#of(from)) this.#offer(offers, partition, from, to);
      row[to] = offers;
    }
    const { holder } = this.#holding;
    const chosen = offers.first((partition) => holder[partition] === from);
    if (chosen === undefined) {
      // Whoever may take nothing is met again and again: a number answers as well, and takes less room.
      row[to] = undefined;
      this.movable(from);
    }
    return chosen;
  }

  move(partition: number, from: number, to: number): void {
    this.#take(partition, from);
    this.#put(partition, to);
    this.#holding.holder[partition] = to;
    const row = this.#offers[to] as (Offers | undefined)[];
    for (let taker = 0; taker < row.length; taker++) {
      const offers = row[taker];
      if (offers !== undefined) this.#offer(offers, partition, to, taker);
    }
    const [fewer, more] = [this.#movable[from], this.#movable[to]];
    if (fewer !== undefined) this.#count(fewer, partition, -1);
    if (more !== undefined) this.#count(more, partition, 1);
  }

  #offer(offers: Offers, partition: number, from: number, to: number): void {
    const holding = this.#holding;
    if (!holding.permits(partition, to)) return;
    offers.add(partition, holding.cost(partition, to) - holding.cost(partition, from), holding.tieBreak(partition, to));
  }

  #of(node: number): number[] {
    return this.#held[node] as number[];
  }

  #put(partition: number, node: number): void {
    const held = this.#of(node);
    this.#places[partition] = held.length;
    held.push(partition);
  }

  #take(partition: number, node: number): void {
    const held = this.#of(node);
    const last = held.pop() as number;
    if (last === partition) return;
    const place = this.#places[partition] as number;
    held[place] = last;
    this.#places[last] = place;
  }

  #count(counts: Int32Array, partition: number, by: 1 | -1): void {
    for (let node = 0; node < counts.length; node++) {
      if (this.#holding.permits(partition, node)) counts[node] = (counts[node] as number) + by;
    }
  }
}
