/**
 * Who answers for the records of a partition while the ring changes.
 *
 * Intuition: a partition has N seats, each with one holder, and a quorum is one of seats. The ring that follows from the history says
 * where the seats should be; this table says where they are. Only a seat's holder passes it on, and counts it up when it does: so
 * of two entries of a seat the one with the greater version is the later one, and tables that have drifted apart merge without anyone being
 * asked. Whoever has not heard of a move still goes to the old holder, which knows better, since it is the one that moved it.
 *
 * A lost holder passes nothing on: then the node to which the ring gives its place takes the seat, once all other holders have given it
 * what they have. If two rings gave the place to two nodes at the same time, one of them wins everywhere, the same one.
 *
 * Invariants: `merge` of entries is commutative, associative and idempotent; the version of a seat only grows.
 */
import { compareText, type NodeName } from '../ring/index.ts';

export interface Seat {
  readonly version: number;
  /** '' for a seat that nobody has had yet: a cluster of fewer nodes than N. */
  readonly holder: NodeName | '';
}

/** The seats of a partition for buckets with a certain N, in the order of their places. */
export type Seats = readonly Seat[];

export const VACANT: Seat = { version: 0, holder: '' };

/**
 * A version is an epoch and the moves since: each holder that passes the seat on counts one move, whoever takes it without its holder begins
 * a new epoch. So whatever a lost holder does that knows nothing of its loss, what has been taken from it stays the later one.
 */
const MOVES_PER_EPOCH = 2 ** 24;

/** The version under which a seat is taken that nobody passes on. */
export function nextEpoch(version: number): number {
  return (Math.floor(version / MOVES_PER_EPOCH) + 1) * MOVES_PER_EPOCH;
}

/** How often a seat of this version has changed hands: that of the latest epoch, and once for each epoch. */
export function timesMoved(version: number): number {
  return Math.floor(version / MOVES_PER_EPOCH) + (version % MOVES_PER_EPOCH);
}

/** Whether nobody has passed the seat on since its epoch began. */
export function beginsEpoch(version: number): boolean {
  return version % MOVES_PER_EPOCH === 0;
}

/** Nobody has ever moved anything. */
export function firstSeats(replicas: readonly NodeName[], n: number): Seats {
  return Array.from({ length: n }, (_unused, place) => ({ version: 0, holder: replicas[place] ?? '' }));
}

/** @returns `a` itself when `b` has no news. */
export function mergeSeats(a: Seats, b: Seats): Seats {
  let merged: Seat[] | undefined;
  for (const [place, other] of b.entries()) {
    const own = a[place] ?? VACANT;
    if (!isLater(other, own)) continue;
    merged ??= [...a];
    merged[place] = other;
  }
  return merged ?? a;
}

/** Of two entries of one seat. */
export function isLater(a: Seat, b: Seat): boolean {
  return a.version > b.version || (a.version === b.version && compareText(a.holder, b.holder) > 0);
}

/** The seats after one has a new holder. */
export function passedOn(seats: Seats, place: number, to: NodeName): Seats {
  const seat = seats[place] ?? VACANT;
  return seats.with(place, { version: seat.version + 1, holder: to });
}

/** Who answers, in the order of places. No node is there twice. */
export function holdersOf(seats: Seats): readonly NodeName[] {
  const holders: NodeName[] = [];
  for (const { holder } of seats) if (holder !== '' && !holders.includes(holder)) holders.push(holder);
  return holders;
}

/** What is to happen to a seat. */
export interface SeatMove {
  readonly place: number;
  readonly from: NodeName | '';
  readonly to: NodeName;
  /** The holder cannot pass it on: all others give the new one what they have. */
  readonly isLost: boolean;
}

/**
 * What brings the seats to where the ring wants them. Whoever has a seat and shall have one keeps the one it has; of two seats of one node it passes on the
 * second.
 * @param wanted - the replicas of the partition on the ring
 * @param isLost - holders that are no more
 */
export function movesOf(seats: Seats, wanted: readonly NodeName[], isLost: (holder: NodeName) => boolean): readonly SeatMove[] {
  const holders = holdersOf(seats);
  const gains = wanted.filter((name) => !holders.includes(name));
  const seen: string[] = [];
  const moves: SeatMove[] = [];
  for (let place = 0; place < seats.length; place++) {
    const { holder } = seats[place] as Seat;
    const isSpare = holder === '' || seen.includes(holder) || !wanted.includes(holder);
    seen.push(holder);
    if (!isSpare) continue;
    const to = gains[moves.length];
    if (to === undefined) break;
    moves.push({ place, from: holder, to, isLost: holder === '' || isLost(holder) });
  }
  return moves;
}
