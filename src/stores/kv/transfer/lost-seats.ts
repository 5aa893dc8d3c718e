/** Seats whose holders are gone for good and that this node shall have: each is taken as soon as all other holders have given what they have. */
import type { NodeName } from '../../../protocols/ring/index.ts';
import { nextEpoch, type SeatMove } from '../../../protocols/transfer/index.ts';
import { type PlacedSeat, storedSeat } from '../seating/index.ts';
import type { ServiceParts } from '../service-parts.ts';

/** One seat, by its place. */
export interface OneSeat {
  readonly n: number;
  readonly partition: number;
  readonly place: number;
}

export class LostSeats {
  readonly #parts: Pick<ServiceParts, 'seating' | 'registerSeats' | 'world'>;
  readonly #self: NodeName;
  readonly #taken: (placed: PlacedSeat) => void;
  /** Who has given all, by N and partition. */
  readonly #completed = new Map<string, Set<string>>();
  #toTake: readonly OneSeat[] = [];

  /** Of what is about to be durable: N and partition. */
  readonly #taking = new Set<string>();

  /** @param taken - is called when it is durable */
  constructor(
    parts: Pick<ServiceParts, 'seating' | 'registerSeats' | 'world'>,
    self: NodeName,
    taken: (placed: PlacedSeat) => void,
  ) {
    this.#parts = parts;
    this.#self = self;
    this.#taken = taken;
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
    return this.#parts.seating.holders(n, partition).filter((holder) => completed?.has(holder) !== true);
  }

  /** Whether a seat of the partition is about to be this node's. */
  isTaking(n: number, partition: number): boolean {
    return this.#taking.has(`${n}/${partition}`);
  }

  /** Now and then: takes those that it may by now. */
  look(): void {
    const { registerSeats } = this.#parts;
    const ready = this.#toTake.filter(
      ({ n, partition, place }) => this.notCompleted(n, partition).length === 0 && registerSeats.mayHold(n, partition, place),
    );
    this.#toTake = this.#toTake.filter((seat) => !ready.includes(seat));
    for (const seat of ready) this.#take(seat);
  }

  #take({ n, partition, place }: OneSeat): void {
    const { seating, world } = this.#parts;
    const key = `${n}/${partition}`;
    const version = nextEpoch(seating.seats(n, partition)[place]?.version ?? 0);
    const placed: PlacedSeat = { n, partition, place, seat: { version, holder: this.#self } };
    this.#taking.add(key);
    world.engine.write([storedSeat(placed)], (error) => {
      this.#taking.delete(key);
      if (error === undefined) this.#taken(placed);
    });
  }
}
