/**
 * Brings each seat to where the ring wants it: what this node holds and another shall have, it hands over; of a lost seat it gives the new
 * holder what it has; and what it holds without a seat it releases. Looks a few times a second, and not at all while nothing has ever moved.
 */
import { type NodeName, nodeName } from '../../../protocols/ring/index.ts';
import { isCancellable } from '../../../protocols/transfer/index.ts';
import type { Timer } from '../../../runtime/world/index.ts';
import type { Seating } from '../seating/index.ts';
import { loadPassages, type PlacedSeat, storedPassage, storedSeat, takeSeats } from '../seating/index.ts';
import type { ServiceParts } from '../service-parts.ts';
import { askAcceptance } from './acceptance.ts';
import { both } from './both.ts';
import { dropRecords } from './drop-records.ts';
import { sayComplete } from './given-all.ts';
import { LastSeat } from './last-seat.ts';
import { LostSeats, type OneSeat } from './lost-seats.ts';
import { type Errand, latin1, Outgoing } from './outgoing.ts';
import { nOf, partitionOf } from './partition-records.ts';
import { Receipts } from './receipts.ts';
import { Releases } from './releases.ts';
import { announceSeats, tellSeats } from './seat-news.ts';
import { errandsFor, Pace, type SeatLeft, seatsLeft } from './seats-left.ts';

const LOOK_MS = 200;
/** Transfers at a time. */
const MOST_OUTGOING = 4;

export class Transfers {
  readonly #parts: ServiceParts;
  readonly #seating: Seating;
  readonly #self: NodeName;
  readonly #outgoing = new Map<string, Outgoing>();
  readonly #byPartition = new Map<number, Outgoing[]>();
  /** Of seats that this node has passed on: the place, by N and partition. */
  readonly #passedOn = new Map<string, number>();
  readonly lostSeats: LostSeats;
  readonly lastSeat: LastSeat;
  readonly #releases: Releases;
  #revision = '';
  #left = 0;
  #errands: readonly Errand[] = [];
  #timer: Timer | undefined;
  #isStopped = false;
  readonly pace = new Pace();
  /** Whether this node holds a seat of any partition, as of the last look. */
  isSeated: boolean;
  isPaused = false;
  readonly receipts: Receipts;
  moved = 0;
  keys = 0;
  bytes = 0;

  constructor(parts: ServiceParts) {
    this.#parts = parts;
    this.receipts = new Receipts(parts.world.random);
    this.#seating = parts.seating;
    this.#self = nodeName(parts.configuration.nodeName);
    for (const { n, partition, place } of loadPassages(parts.world.engine)) this.#passedOn.set(`${n}/${partition}`, place);
    this.lostSeats = new LostSeats(parts, this.#self, this.receipts, (placed) => {
      if (!this.#isStopped) this.#taken(placed);
    });
    this.lastSeat = new LastSeat(parts, () => this.#errands);
    this.#releases = new Releases(
      parts,
      ({ n, partition }) =>
        // What is about to be this node's is not in the table of seats yet.
        this.lostSeats.isTaking(n, partition) ||
        (this.#byPartition.get(partition) ?? []).some(({ errand }) => errand.n === n && errand.purpose === 'hand-over'),
    );
    this.isSeated = parts.seating.isSeated(this.#self);
    parts.replica.heedTransfers((storageKey, checked, onDurable) => this.#gate(storageKey, checked, onDurable));
  }

  start(): void {
    this.#timer = this.#parts.world.timers.after(LOOK_MS, () => this.#look());
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
    for (const outgoing of this.#outgoing.values()) outgoing.close();
  }

  get outgoing(): readonly Outgoing[] {
    return [...this.#outgoing.values()];
  }

  /** What this node is to do, and has not begun. */
  get waiting(): readonly Errand[] {
    return [...this.#errands, ...this.#releases.errands].filter((errand) => !this.#outgoing.has(keyOf(errand)));
  }

  /** Of the whole cluster, as far as this node knows. */
  seatsLeft(): SeatLeft[] {
    return seatsLeft(this.#seating, this.#parts.configuration.partitions);
  }

  /** The place of a seat that this node has passed on and does not hold. */
  placePassedOn(n: number, partition: number): number | undefined {
    return this.#passedOn.get(`${n}/${partition}`);
  }

  #look(): void {
    if (this.#isStopped) return;
    this.#timer = this.#parts.world.timers.after(LOOK_MS, () => this.#look());
    if (this.#seating.isQuiet) return;
    this.#plan();
    this.#releases.look();
    this.pace.rate(this.#parts.world.clock.now(), this.#left);
    this.lostSeats.look();
    this.#beginSome();
    for (const outgoing of [...this.#outgoing.values()]) {
      outgoing.look(this.isPaused);
      if (outgoing.phase === 'handed') this.#tell(outgoing);
      if (outgoing.phase === 'complete' && outgoing.errand.purpose === 'rebuild') sayComplete(this.#parts, outgoing);
    }
  }

  #beginSome(): void {
    let room = MOST_OUTGOING - this.outgoing.filter(({ isBusy }) => isBusy).length;
    if (room <= 0) return;
    for (const errand of this.waiting) {
      // One to a node that is down does not hold up those to the others.
      if (this.#parts.topology.reach(errand.to)?.peer?.isUp !== true || this.lastSeat.holdsBack(errand)) continue;
      this.#begin(keyOf(errand), errand);
      if (--room === 0) return;
    }
  }

  /** It has been carried out, and the next one need not wait for the next look. */
  #onHandedOver(errand: Errand): void {
    const key = keyOf(errand);
    this.#errands = this.#errands.filter((other) => keyOf(other) !== key);
    if (!this.#isStopped) this.#beginSome();
  }

  /** What may go has become more, though no seat is another's. */
  planAnew(): void {
    this.#revision = '';
  }

  /** Hand-overs of a seat that has been accepted, or is about to be, and has been neither passed on nor kept since. */
  handing({ n, partition, place }: OneSeat): readonly Outgoing[] {
    const all = this.#byPartition.get(partition) ?? [];
    return all.filter(({ errand, phase }) => phase === 'handing' && errand.n === n && errand.place === place);
  }

  #plan(): void {
    const revision = `${this.#seating.wanted.version}.${this.#seating.digest}`;
    if (revision === this.#revision) return;
    this.#revision = revision;
    this.isSeated = this.#seating.isSeated(this.#self);
    const left = this.seatsLeft();
    this.#left = left.length;
    this.#errands = errandsFor(this.#self, this.#seating, left);
    // Whoever had got the seat has it no more, and may never say that it knew: what is here goes to the holders there are, as a release.
    for (const [key, outgoing] of this.#outgoing) {
      const { n, partition, place, to } = outgoing.errand;
      const isPast = this.#seating.isLost(to) || this.#seating.seats(n, partition)[place]?.holder !== to;
      if (outgoing.phase === 'handed' && isPast) this.#end(key, outgoing);
    }
    this.#releases.plan();
    this.lostSeats.plan(left);
    const keys = new Set([...this.#errands, ...this.#releases.errands].map(keyOf));
    for (const [key, outgoing] of this.#outgoing) {
      if (!keys.has(key) && isCancellable(outgoing.state)) this.#end(key, outgoing);
    }
  }

  #begin(key: string, errand: Errand): void {
    const outgoing = new Outgoing(this.#parts, errand, {
      persistMove: (_errand, receipt, moved, refused) => this.#persistMove(outgoing, receipt, moved, refused),
      completed: () => {
        if (errand.purpose === 'release') this.#drop(errand, key);
        else sayComplete(this.#parts, outgoing);
      },
      drop: () => this.#drop(errand, key),
    });
    this.#outgoing.set(key, outgoing);
    this.#byPartition.set(errand.partition, [...(this.#byPartition.get(errand.partition) ?? []), outgoing]);
    outgoing.look(this.isPaused);
  }

  #end(key: string, outgoing: Outgoing): void {
    outgoing.close();
    this.keys += outgoing.keys;
    this.bytes += outgoing.bytes;
    this.#outgoing.delete(key);
    const { partition } = outgoing.errand;
    const left = (this.#byPartition.get(partition) ?? []).filter((other) => other !== outgoing);
    if (left.length === 0) this.#byPartition.delete(partition);
    else this.#byPartition.set(partition, left);
  }

  /** The one moment at which the seat changes hands. */
  #persistMove(outgoing: Outgoing, receipt: number, moved: () => void, refused: () => void): void {
    const { n, partition, place, to } = outgoing.errand;
    // To one node at a time, else two of them might have it under the same version.
    if (this.handing(outgoing.errand).some((other) => other !== outgoing)) {
      refused();
      return;
    }
    const version = (this.#seating.seats(n, partition)[place]?.version ?? 0) + 1;
    const placed: PlacedSeat = { n, partition, place, seat: { version, holder: to } };
    askAcceptance(this.#parts, placed, receipt, (isAccepted) => {
      if (this.#isStopped) return;
      if (!isAccepted || this.lastSeat.holdsBack(outgoing.errand)) {
        refused();
        return;
      }
      this.#parts.world.engine.write([storedSeat(placed), storedPassage(placed)], (error) => {
        if (error !== undefined || this.#isStopped) return;
        // Before anyone else can hear of it: whatever comes from now on is passed on.
        this.#passedOn.set(`${n}/${partition}`, place);
        moved();
        this.#taken(placed);
        this.#tell(outgoing);
      });
    });
  }

  #taken(placed: PlacedSeat): void {
    this.moved++;
    takeSeats(this.#parts, [placed]);
    announceSeats(this.#parts, [placed]);
  }

  /** To the new holder, until it has answered. */
  #tell(outgoing: Outgoing): void {
    tellSeats(this.#parts, outgoing.errand, () => outgoing.moveKnown());
  }

  /** Whether records of a partition may come: not while this node lets them go, and not if it shall not have them. */
  isWelcome(n: number, partition: number): boolean {
    const isLeaving = (this.#byPartition.get(partition) ?? []).some(
      ({ errand, phase }) =>
        errand.n === n &&
        (errand.purpose === 'release' || (errand.purpose === 'hand-over' && (phase === 'handed' || phase === 'done'))),
    );
    // A release ends when this node shall have the partition after all; what it has begun to drop goes nevertheless.
    const isGoing = isLeaving || this.receipts.isDropping(n, partition);
    const homes = [...this.#seating.holders(n, partition), ...this.#seating.wanted.replicas(partition, n)];
    return !isGoing && !this.lostSeats.isTaking(n, partition) && homes.includes(this.#self);
  }

  #drop(errand: Errand, key: string): void {
    const { n, partition } = errand;
    this.#releases.done(errand);
    this.#releases.emptying(partition);
    const isKept = (): boolean =>
      this.#isStopped ||
      this.#parts.registerSeats.isAwaited(n, partition) ||
      this.#seating.holders(n, partition).some((name) => name === this.#self);
    dropRecords(this.#parts, this.receipts, errand, isKept, (isEmpty) => {
      this.#releases.emptied(partition, isEmpty);
      const outgoing = this.#outgoing.get(key);
      if (outgoing !== undefined) this.#end(key, outgoing);
      if (errand.purpose === 'hand-over') this.#onHandedOver(errand);
    });
  }

  #gate(storageKey: Uint8Array, checked: Uint8Array, onDurable: (error?: Error) => void): (error?: Error) => void {
    if (this.#seating.isQuiet) return onDurable;
    const partition = partitionOf(storageKey);
    this.#releases.onWrite(partition);
    const here = this.#byPartition.get(partition);
    if (here === undefined) return onDurable;
    const n = nOf(this.#parts.configuration, storageKey);
    const key = latin1(storageKey);
    let done = onDurable;
    for (const outgoing of here) {
      if (outgoing.errand.n !== n || !outgoing.written(key, checked)) continue;
      done = both(done, (there) => outgoing.whenThere(key, there));
    }
    return done;
  }
}

function keyOf({ purpose, n, partition, place, to }: Errand): string {
  return `${purpose}/${n}/${partition}/${place}/${to}`;
}
