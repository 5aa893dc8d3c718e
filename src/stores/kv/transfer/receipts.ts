/**
 * What a sender may rely on: what it has found here, or sent, is still here. A receipt of a partition is another one after each start of this
 * node, and whenever records of the partition begin to go, or have gone.
 */
import type { Random } from '../../../runtime/world/index.ts';

export class Receipts {
  readonly #start: number;
  /** By N and partition: how often records began to go, and had gone. */
  readonly #changes = new Map<string, number>();

  constructor(random: Random) {
    this.#start = random.uint32();
  }

  current(n: number, partition: number): number {
    return (this.#start + (this.#changes.get(`${n}/${partition}`) ?? 0)) >>> 0;
  }

  isDropping(n: number, partition: number): boolean {
    return (this.#changes.get(`${n}/${partition}`) ?? 0) % 2 === 1;
  }

  /** To be called when records begin to go, and when they have gone. */
  change(n: number, partition: number): void {
    const key = `${n}/${partition}`;
    this.#changes.set(key, (this.#changes.get(key) ?? 0) + 1);
  }
}
