/**
 * What this node may answer for of the registers of atomic buckets, and what it has promised others: the rules are in
 * `protocols/register-seats`, this keeps it, in memory and on disk.
 */

import {
  type Addressed,
  accept,
  type Claiming,
  type Doubt,
  doubtOf,
  forget,
  grant,
  hasGranted,
  isAwaited,
  isPlaceAwaited,
  judge,
  letGo,
  mayHold,
  mergePledges,
  noStanding,
  type Pledge,
  SEVERAL_DISKS,
  type Standing,
} from '../../../protocols/register-seats/index.ts';
import { type NodeName, nodeName } from '../../../protocols/ring/index.ts';
import type { Seats } from '../../../protocols/transfer/index.ts';
import { Writer } from '../../../runtime/bytes/index.ts';
import type { NodeWorld, OnDurable } from '../../../runtime/world/index.ts';
import type { NodeConfiguration } from '../configuration.ts';
import { type PlacedSeat, type Seating, type SeatsAndRing, storedAsKnown, takeSeats } from '../seating/index.ts';
import { writeSeats } from './seats-bytes.ts';
import { diskNumber, loadStandings, storedStanding } from './standing-key.ts';

export interface RegisterSeatsParts extends SeatsAndRing {
  readonly world: NodeWorld;
  readonly configuration: NodeConfiguration;
}

/** The seats of a partition as a request names them. */
export interface SeatsView {
  readonly seats: Seats;
  /** As in a frame. */
  readonly bytes: Uint8Array;
}

export class RegisterSeats {
  readonly #parts: RegisterSeatsParts;
  readonly #self: NodeName;
  readonly #standings = new Map<number, Map<number, Standing>>();
  readonly #views = new Map<number, (SeatsView | undefined)[]>();
  /** Version of the wanted ring. */
  #viewsOf = '';
  /** Every N of an atomic bucket. */
  readonly ns: readonly number[];
  /** 0 where there are no atomic buckets. */
  readonly disk: number;

  constructor(parts: RegisterSeatsParts) {
    this.#parts = parts;
    const { configuration, world } = parts;
    this.#self = nodeName(configuration.nodeName);
    const atomic = [...configuration.buckets.values()].filter(({ consistency }) => consistency === 'atomic');
    this.ns = [...new Set(atomic.map(({ n }) => n))];
    this.disk = this.ns.length === 0 ? 0 : diskNumber(world.engine, world.random);
    for (const { n, partition, standing } of loadStandings(world.engine)) this.#keep(n, partition, standing);
  }

  get #seating(): Seating {
    return this.#parts.seating;
  }

  standing(n: number, partition: number): Standing {
    return this.#standings.get(n)?.get(partition) ?? noStanding(n);
  }

  #keep(n: number, partition: number, standing: Standing): void {
    const known = this.#standings.get(n) ?? new Map<number, Standing>();
    this.#standings.set(n, known.set(partition, standing));
  }

  #store(n: number, partition: number, standing: Standing, seats: readonly PlacedSeat[], onDurable: OnDurable): void {
    const batch = [storedStanding(n, partition, standing), ...storedAsKnown(this.#seating, seats)];
    this.#parts.world.engine.write(batch, onDurable);
  }

  /** The same object for as long as neither the members change nor the seats of the partition. */
  view(n: number, partition: number): SeatsView {
    if (this.#viewsOf !== this.#seating.wanted.version) {
      this.#views.clear();
      this.#viewsOf = this.#seating.wanted.version;
    }
    const views = this.#views.get(n) ?? [];
    this.#views.set(n, views);
    const known = views[partition];
    const seats = this.#seating.seats(n, partition);
    if (known?.seats === seats) return known;
    const view = { seats, bytes: writeSeats(new Writer(16 * n), seats).copy() };
    views[partition] = view;
    return view;
  }

  judge(n: number, partition: number, addressed: Addressed): ReturnType<typeof judge> {
    return judge(addressed, this.view(n, partition).seats, this.standing(n, partition), this.#self);
  }

  isFit(n: number, partition: number, place: number): boolean {
    const { seats } = this.view(n, partition);
    return this.judge(n, partition, { place, seats }) === 'answer';
  }

  /** Of a seat that this node holds: it never was fit for it, nor anybody else. */
  isUntouched(n: number, partition: number, place: number): boolean {
    const seat = this.view(n, partition).seats[place];
    const { fit, pledged } = this.standing(n, partition);
    const isUnread = fit[place] === undefined && pledged[place]?.disk !== SEVERAL_DISKS;
    return seat?.version === 0 && seat.holder === this.#self && isUnread;
  }

  /** The places of the seats that this node holds. */
  places(n: number, partition: number): readonly number[] {
    return this.view(n, partition).seats.flatMap(({ holder }, place) => (holder === this.#self ? [place] : []));
  }

  /** A seat may be this node's by now without its having heard of that. */
  isAwaited(n: number, partition: number): boolean {
    const standing = this.#standings.get(n)?.get(partition);
    return standing !== undefined && isAwaited(standing, this.view(n, partition).seats);
  }

  /** Of an acceptance of which nothing has been heard since. */
  doubt(n: number, partition: number, place: number): Doubt | undefined {
    const standing = this.standing(n, partition);
    return isPlaceAwaited(standing, this.#seating.seats(n, partition), place) ? doubtOf(standing, place) : undefined;
  }

  /** Partitions of which a seat has ever been accepted here. */
  accepted(): { readonly n: number; readonly partition: number }[] {
    return [...this.#standings].flatMap(([n, standings]) =>
      [...standings].flatMap(([partition, { accepted }]) =>
        accepted.every((version) => version === undefined) ? [] : [{ n, partition }],
      ),
    );
  }

  /** Its holder has said that it is void. `onDurable` is called if that settles it. */
  forget(n: number, partition: number, doubt: Doubt, onDurable: OnDurable): void {
    const standing = this.standing(n, partition);
    if (forget(standing, doubt)) this.#store(n, partition, standing, [], onDurable);
  }

  /** Records of the partition are about to go. What is written afterwards is durable after this. */
  letGo(n: number, partition: number): void {
    const standing = this.#standings.get(n)?.get(partition);
    if (standing !== undefined && letGo(standing)) this.#store(n, partition, standing, [], () => {});
  }

  /** Whether this node may be given a seat: see `protocols/register-seats`. */
  mayHold(n: number, partition: number, place: number): boolean {
    return mayHold(this.standing(n, partition), this.view(n, partition).seats, place, this.#self);
  }

  /** What another node knows of the seats of a partition. Not stored: who has to remember it has stored it. */
  learn(n: number, partition: number, seats: Seats): void {
    takeSeats(
      this.#parts,
      seats.map((seat, place) => ({ n, partition, place, seat })),
    );
  }

  /** Another node claims a seat. `onDurable` is called if it is granted, once all of it is durable. @returns whether it is */
  grant(n: number, partition: number, claiming: Claiming, onDurable: OnDurable): boolean {
    const standing = this.standing(n, partition);
    const { seats } = this.view(n, partition);
    const isSaidAlready = hasGranted(standing, seats, claiming);
    if (!grant(standing, seats, claiming)) return false;
    if (isSaidAlready) {
      // A claim that cannot be completed is made again and again.
      this.#parts.world.engine.write([], onDurable);
      return true;
    }
    this.#keep(n, partition, standing);
    const placed = [{ n, partition, place: claiming.place, seat: claiming.seat }];
    takeSeats(this.#parts, placed);
    this.#store(n, partition, standing, placed, onDurable);
    return true;
  }

  /** The holder of a seat is about to pass it on to this node, which has everything in it. */
  accept(placed: PlacedSeat, isFit: boolean, pledged: readonly (Pledge | undefined)[], onDurable: OnDurable): void {
    const { n, partition, place, seat } = placed;
    const standing = this.standing(n, partition);
    accept(standing, place, seat.version, isFit, pledged);
    this.#keep(n, partition, standing);
    this.#store(n, partition, standing, this.placed(n, partition), onDurable);
  }

  /**
   * The claim of a seat is complete. Everything that was read for it has been written before; so if this node forgets in a crash that it is fit, it
   * claims the seat anew, with all that it has acknowledged.
   */
  becomeFit(n: number, partition: number, place: number, version: number, pledged: readonly (Pledge | undefined)[]): void {
    const standing = this.standing(n, partition);
    mergePledges(standing.pledged, pledged);
    standing.fit[place] = version;
    this.#keep(n, partition, standing);
    this.#store(n, partition, standing, this.placed(n, partition), () => {});
  }

  /** All seats of a partition that have ever changed hands. */
  placed(n: number, partition: number): PlacedSeat[] {
    return this.view(n, partition).seats.flatMap((seat, place) => (seat.version === 0 ? [] : [{ n, partition, place, seat }]));
  }
}
