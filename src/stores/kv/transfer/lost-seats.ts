/**
 * Seats whose holders are gone for good and that this node shall have: each is taken as soon as all other holders have given what they have. The rules are
 * in `protocols/transfer/rebuild.ts`.
 */
import type { NodeName } from '../../../protocols/ring/index.ts';
import {
  lacking,
  nextEpoch,
  onGivenAll,
  onSeatsChanged,
  type RebuildState,
  type SeatMove,
  startRebuild,
} from '../../../protocols/transfer/index.ts';
import { type PlacedSeat, storedSeat } from '../seating/index.ts';
import type { ServiceParts } from '../service-parts.ts';
import type { Receipts } from './receipts.ts';

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
  readonly #receipts: Receipts;
  /** By N and partition. */
  readonly #rebuilds = new Map<string, RebuildState>();
  #toTake: readonly OneSeat[] = [];

  /** Of what is about to be durable: N and partition. */
  readonly #taking = new Set<string>();

  /** @param taken - is called when it is durable */
  constructor(
    parts: Pick<ServiceParts, 'seating' | 'registerSeats' | 'world'>,
    self: NodeName,
    receipts: Receipts,
    taken: (placed: PlacedSeat) => void,
  ) {
    this.#parts = parts;
    this.#self = self;
    this.#receipts = receipts;
    this.#taken = taken;
  }

  /** The seats are others than before. Whoever has completed says so again. */
  plan(left: readonly { readonly n: number; readonly partition: number; readonly move: SeatMove }[]): void {
    for (const rebuild of this.#rebuilds.values()) onSeatsChanged(rebuild);
    this.#toTake = left.flatMap(({ n, partition, move }) =>
      move.isLost && move.to === this.#self ? [{ n, partition, place: move.place }] : [],
    );
  }

  /** Another replica has given all that it has. @returns whether that counts; else it is to look again at what is here */
  onComplete(n: number, partition: number, from: NodeName, receipt: number): boolean {
    return onGivenAll(this.#rebuildOf(n, partition), from, receipt, this.#here(n, partition));
  }

  notCompleted(n: number, partition: number): readonly string[] {
    return lacking(this.#rebuildOf(n, partition), this.#parts.seating.holders(n, partition), this.#here(n, partition));
  }

  #rebuildOf(n: number, partition: number): RebuildState {
    const key = `${n}/${partition}`;
    const rebuild = this.#rebuilds.get(key) ?? startRebuild();
    this.#rebuilds.set(key, rebuild);
    return rebuild;
  }

  #here(n: number, partition: number): number | undefined {
    return this.#receipts.isDropping(n, partition) ? undefined : this.#receipts.current(n, partition);
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
