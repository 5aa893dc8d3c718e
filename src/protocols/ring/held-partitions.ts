/** Which partitions each node holds in a slot, and to whom it could hand one over. */

/** Which node may have which partition, and what that costs. Nodes and partitions are indices. */
export interface Holding {
  readonly nodes: number;
  /** The node of each partition. */
  readonly holder: Int32Array;
  /** Whether the node may take the partition: at least one may, of each partition. */
  permits(partition: number, node: number): boolean;
  /** Of a pair: what it costs to have it, in moved data. Lower is better. */
  cost(partition: number, node: number): number;
  /** Of a pair: decides between equals. */
  tieBreak(partition: number, node: number): number;
}

export class HeldPartitions {
  readonly #holding: Holding;
  readonly #held: number[][];
  /** Of a node: how many of its partitions each other may take. Counted once it is clear that some may take none. */
  readonly #movable: (Int32Array | undefined)[];

  constructor(holding: Holding) {
    this.#holding = holding;
    this.#held = Array.from({ length: holding.nodes }, () => []);
    this.#movable = new Array<Int32Array | undefined>(holding.nodes).fill(undefined);
    for (const [partition, holder] of holding.holder.entries()) this.#of(holder).push(partition);
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
    if (this.#movable[from]?.[to] === 0) return undefined;
    const holding = this.#holding;
    let chosen: number | undefined;
    let chosenCost = 0;
    let chosenTie = 0;
    for (const partition of this.#of(from)) {
      if (!holding.permits(partition, to)) continue;
      const cost = holding.cost(partition, to) - holding.cost(partition, from);
      if (chosen !== undefined && cost > chosenCost) continue;
      const tie = holding.tieBreak(partition, to);
      const better = chosen === undefined || cost < chosenCost || tie < chosenTie || (tie === chosenTie && partition < chosen);
      if (better) [chosen, chosenCost, chosenTie] = [partition, cost, tie];
    }
    if (chosen === undefined) this.movable(from);
    return chosen;
  }

  move(partition: number, from: number, to: number): void {
    const held = this.#of(from);
    const last = held.pop() as number;
    if (last !== partition) held[held.indexOf(partition)] = last;
    this.#of(to).push(partition);
    this.#holding.holder[partition] = to;
    const [fewer, more] = [this.#movable[from], this.#movable[to]];
    if (fewer !== undefined) this.#count(fewer, partition, -1);
    if (more !== undefined) this.#count(more, partition, 1);
  }

  #of(node: number): number[] {
    return this.#held[node] as number[];
  }

  #count(counts: Int32Array, partition: number, by: 1 | -1): void {
    for (let node = 0; node < counts.length; node++) {
      if (this.#holding.permits(partition, node)) counts[node] = (counts[node] as number) + by;
    }
  }
}
