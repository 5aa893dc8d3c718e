/** Seats whose holders are gone for good and that this node shall have: each is taken as soon as all other holders have given what they have. */
import type { SeatMove } from '../../../protocols/transfer/index.ts';
import type { Seating } from '../seating/index.ts';

/** One seat, by its place. */
export interface OneSeat {
  readonly n: number;
  readonly partition: number;
  readonly place: number;
}

export class LostSeats {
  readonly #seating: Seating;
  readonly #self: string;
  /** Who has given all, by N and partition. */
  readonly #completed = new Map<string, Set<string>>();
  #toTake: readonly OneSeat[] = [];

  constructor(seating: Seating, self: string) {
    this.#seating = seating;
    this.#self = self;
  }

  /** The seats are others than before. Whoever has completed says so again. */
  plan(left: readonly { readonly n: number; readonly partition: number; readonly move: SeatMove }[]): void {
    this.#completed.clear();
    this.#toTake = left.flatMap(({ n, partition, move }) =>
      move.isLost && move.to === this.#self ? [{ n, partition, place: move.place }] : [],
    );
  }

  /** Another replica has given all that it has. */
  onComplete(n: number, partition: number, from: string): void {
    const key = `${n}/${partition}`;
    const completed = this.#completed.get(key) ?? new Set();
    completed.add(from);
    this.#completed.set(key, completed);
  }

  notCompleted(n: number, partition: number): readonly string[] {
    const completed = this.#completed.get(`${n}/${partition}`);
    return this.#seating.holders(n, partition).filter((holder) => completed?.has(holder) !== true);
  }

  /** Those that may be taken now; each is told of once. */
  ready(): readonly OneSeat[] {
    const ready = this.#toTake.filter(({ n, partition }) => this.notCompleted(n, partition).length === 0);
    this.#toTake = this.#toTake.filter((seat) => !ready.includes(seat));
    return ready;
  }
}
