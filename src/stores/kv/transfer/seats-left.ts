/** Seats that are not where the ring wants them, and what one node has to do for them. */
import type { NodeName } from '../../../protocols/ring/index.ts';
import type { SeatMove } from '../../../protocols/transfer/index.ts';
import type { Seating } from '../seating/index.ts';
import type { Errand } from './outgoing.ts';

export interface SeatLeft {
  readonly partition: number;
  readonly n: number;
  readonly move: SeatMove;
}

/** Of the whole cluster, as far as this node knows. */
export function seatsLeft(seating: Seating, partitions: number): SeatLeft[] {
  const left: SeatLeft[] = [];
  if (seating.isQuiet) return left;
  for (const n of seating.ns) {
    for (let partition = 0; partition < partitions; partition++) {
      for (const move of seating.moves(n, partition)) left.push({ partition, n, move });
    }
  }
  return left;
}

/** What a node holds it hands over; of a lost seat whoever holds another one gives what it has. */
export function errandsFor(self: NodeName, seating: Seating, left: readonly SeatLeft[]): Errand[] {
  return left.flatMap(({ n, partition, move: { place, from, to, isLost } }): Errand[] => {
    if (!isLost) return from === self ? [{ purpose: 'hand-over', n, partition, place, to }] : [];
    const isHolder = seating.holders(n, partition).some((holder) => holder === self);
    return isHolder && to !== self ? [{ purpose: 'rebuild', n, partition, place, to }] : [];
  });
}

/** Of the whole cluster. */
export class Pace {
  #most = { left: 0, at: 0 };

  /** Seats per second, since there were most of them left. */
  rate(now: number, left: number): number {
    if (left === 0 || left > this.#most.left) this.#most = { left, at: now };
    const seconds = (now - this.#most.at) / 1000;
    return seconds <= 0 ? 0 : Math.round(((this.#most.left - left) / seconds) * 10) / 10;
  }
}
