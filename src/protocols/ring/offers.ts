/**
 * What one node could hand over to another, the cheapest first: a binary heap (Williams, "Algorithm 232: Heapsort", 1964).
 *
 * What is handed over to somebody else stays in it until it has come to the top: so nothing has to be searched for, and whoever
 * takes the first says which still count.
 */
import { invariant } from '../../runtime/errors/index.ts';

const TIES = 2 ** 32;
/** With 32 bits of tie, a number has room for so much. */
const MOST_COST = 2 ** 20;

export class Offers {
  /** Cost and tie as one number, and the partition; the children of place i are at 2i + 1 and 2i + 2. */
  readonly #keys: number[] = [];
  readonly #partitions: number[] = [];

  /** @param cost - a whole number, negative or not; it and the tie are always the same of a partition. @param tie - 32 bits */
  add(partition: number, cost: number, tie: number): void {
    invariant(Number.isInteger(cost) && Math.abs(cost) < MOST_COST && tie >= 0 && tie < TIES, 'cost and tie are in range');
    const key = cost * TIES + tie;
    let place = this.#keys.length;
    while (place > 0) {
      const parent = (place - 1) >>> 1;
      if (!isLess(key, partition, this.#key(parent), this.#partition(parent))) break;
      this.#put(place, this.#key(parent), this.#partition(parent));
      place = parent;
    }
    this.#put(place, key, partition);
  }

  /** The cheapest partition that the giver still has; of equals the one of the lesser number. */
  first(isHeld: (partition: number) => boolean): number | undefined {
    while (this.#keys.length > 0) {
      const partition = this.#partition(0);
      if (isHeld(partition)) return partition;
      this.#dropFirst();
    }
    return undefined;
  }

  #dropFirst(): void {
    const key = this.#keys.pop() as number;
    const partition = this.#partitions.pop() as number;
    const count = this.#keys.length;
    if (count === 0) return;
    let place = 0;
    for (let child = 1; child < count; child = 2 * place + 1) {
      const other = child + 1;
      const isOther = other < count && isLess(this.#key(other), this.#partition(other), this.#key(child), this.#partition(child));
      const least = isOther ? other : child;
      if (!isLess(this.#key(least), this.#partition(least), key, partition)) break;
      this.#put(place, this.#key(least), this.#partition(least));
      place = least;
    }
    this.#put(place, key, partition);
  }

  #put(place: number, key: number, partition: number): void {
    this.#keys[place] = key;
    this.#partitions[place] = partition;
  }

  #key(place: number): number {
    return this.#keys[place] as number;
  }

  #partition(place: number): number {
    return this.#partitions[place] as number;
  }
}

function isLess(key: number, partition: number, otherKey: number, otherPartition: number): boolean {
  return key !== otherKey ? key < otherKey : partition < otherPartition;
}
