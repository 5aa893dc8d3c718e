/**
 * When a node may answer for a register while the seats of its partition change hands: the side of the one that is asked.
 *
 * Intuition: ABD (see `../register`) counts seats and not nodes, so two majorities share a seat, whoever holds it. It remains that a seat
 * never forgets what it acknowledged. Its holder passes it on with everything in it (see `../transfer`). If the holder or its disk is lost,
 * the registers are made whole from the other seats (see `claim.ts`), and what the lost holder still acknowledges must not count any more: so every
 * request names the version of all seats that its coordinator knows, and whoever knows of a later one refuses it.
 *
 * | state of the seat here | event                                            | new state  | effects                      |
 * |------------------------|--------------------------------------------------|------------|------------------------------|
 * | unfit                  | accepted from its holder, which is fit           | fit (when the holder has passed it on) | persist, then: accepted |
 * | any                    | accepted from its holder, which is not fit       | unfit      | persist, then: accepted      |
 * | any                    | the same, and this node has another seat of the partition, or has accepted one | as before | refused |
 * | accepted               | nothing heard of it since                        |            | see `acceptance.ts`          |
 * | unfit                  | its claim is complete                            | fit        | persist                      |
 * | fit                    | passed on, or a later version heard of           | unfit      |                              |
 * | fit                    | it was removed, and its records go, whoever has the seat by now | unfit, pledged to nobody | persist, then: records may go |
 * | any                    | claim of another seat, later than all known      | pledged    | persist, then: granted, with what is known |
 * | any                    | claim of another seat, not later                 | as before  | refused, with what is known  |
 * | fit                    | request that names no seat in an older version   | fit        | answer                       |
 * | any                    | request that names one                           | as before  | refused: outdated            |
 * | unfit                  | request                                          | unfit      | refused: unfit               |
 *
 * Source: our own, on what is known of changing the members of ABD: the new configuration is made whole from a majority of the old one after that
 * has been fenced (Lynch and Shvartsman, "RAMBO", 2002; Aguilera, Keidar, Malkhi, Shraer, "Dynamic atomic storage without consensus", 2009).
 * Here one seat changes at a time, each by the word of its own holder, so no consensus is needed.
 * Invariants: of one version of a seat at most one node is ever fit; a pledge never becomes older; who is fit has, for this seat, whatever any majority
 * with it has recorded.
 */
import type { NodeName } from '../ring/index.ts';
import type { Seat, Seats } from '../transfer/index.ts';

/** A promise to know of no older version of a seat, and to whom: the disk, since a node may come back with another one. */
export interface Pledge {
  readonly version: number;
  /** Random, drawn once for each disk; never 0. {@link SEVERAL_DISKS} in what was heard of several nodes. */
  readonly disk: number;
}

/** Others have pledged the same version to different disks; or the disk that had it has let it go: the seat is not whole on any. */
export const SEVERAL_DISKS = 0;

/** What one node keeps of the seats of a partition, through crashes; each by its place. */
export interface Standing {
  /** The version of the seat whose registers are all here. */
  readonly fit: (number | undefined)[];
  /** The version that this node has agreed to hold, whether its holder has passed it on since or not. */
  readonly accepted: (number | undefined)[];
  readonly pledged: (Pledge | undefined)[];
  /** How often this node has accepted a seat of the partition since it started. Not kept through crashes. */
  acceptances: number;
}

export function noStanding(n: number): Standing {
  const none = (): undefined[] => new Array<undefined>(n).fill(undefined);
  return { fit: none(), accepted: none(), pledged: none(), acceptances: 0 };
}

/** Which seat a request is for, and what its coordinator knows of all of them. */
export interface Addressed {
  readonly place: number;
  readonly seats: Seats;
}

/** @param known - the seats as this node knows them */
export function judge(
  { place, seats }: Addressed,
  known: Seats,
  { fit }: Standing,
  self: NodeName,
): 'answer' | 'outdated' | 'unfit' {
  if (seats.some((seat, index) => isOutdated(seat, known[index]))) return 'outdated';
  const seat = seats[place];
  if (seat === undefined || fit[place] !== seat.version) return 'unfit';
  // A seat that has never changed hands has one holder for everybody.
  return seat.version === 0 || seat.holder === self ? 'answer' : 'unfit';
}

function isOutdated(seat: Seat, known: Seat | undefined): boolean {
  if (known === undefined || known.version === 0) return false;
  return seat.version < known.version || (seat.version === known.version && seat.holder !== known.holder);
}

/** Of a seat that nobody passes on to the claimant, or that it holds and knows nothing of. */
export interface Claiming {
  readonly place: number;
  readonly seat: Seat;
  readonly disk: number;
}

/**
 * Pledges the seat, if nothing later is known of it. Both have to be durable before the claimant hears of it: the pledge, and that the seat is the
 * claimant's.
 */
export function grant(standing: Standing, known: Seats, { place, seat, disk }: Claiming): boolean {
  if (isOutdated(seat, known[place]) || !mayPledge(standing.pledged[place], seat.version, disk)) return false;
  standing.pledged[place] = { version: seat.version, disk };
  return true;
}

/** Whether it has granted just this before, and knows it of the seat too: then there is nothing to be stored. */
export function hasGranted({ pledged }: Standing, known: Seats, { place, seat, disk }: Claiming): boolean {
  const [pledge, held] = [pledged[place], known[place]];
  const isPledged = pledge?.version === seat.version && pledge.disk === disk;
  return isPledged && held?.version === seat.version && (seat.version === 0 || held.holder === seat.holder);
}

function mayPledge(pledged: Pledge | undefined, version: number, disk: number): boolean {
  return pledged === undefined || pledged.version < version || (pledged.version === version && pledged.disk === disk);
}

/**
 * The holder of a seat wants to pass it on to this node, which has everything in it. Durable before the holder hears of it.
 * @param isFit - whether the holder is
 * @param pledged - what the holder has pledged: with the seat, it is this node's word
 */
export function accept(
  standing: Standing,
  place: number,
  version: number,
  isFit: boolean,
  pledged: readonly (Pledge | undefined)[],
): void {
  standing.acceptances++;
  standing.accepted[place] = Math.max(standing.accepted[place] ?? 0, version);
  if (isFit) standing.fit[place] = Math.max(standing.fit[place] ?? 0, version);
  // Accepted before, from the holder on another disk, that has recorded more since.
  else if (standing.fit[place] === version) standing.fit[place] = undefined;
  mergePledges(standing.pledged, pledged);
}

/**
 * The records of the partition are about to go, though for all that is known this node has a seat of it: it was removed. It answers for none of them
 * any more, and does not pass for one that never had any: durable before anything is gone.
 * @returns whether that is news
 */
export function letGo({ fit, pledged }: Standing): boolean {
  if (fit.every((version) => version === undefined)) return false;
  mergePledges(
    pledged,
    fit.map((version) => (version === undefined ? undefined : { version, disk: SEVERAL_DISKS })),
  );
  fit.fill(undefined);
  return true;
}

export function mergePledges(into: (Pledge | undefined)[], other: readonly (Pledge | undefined)[]): void {
  for (const [place, pledge] of other.entries()) {
    const own = into[place];
    if (pledge === undefined) continue;
    if (own === undefined || own.version < pledge.version) into[place] = pledge;
    else if (own.version === pledge.version && own.disk !== pledge.disk) into[place] = { ...own, disk: SEVERAL_DISKS };
  }
}

/**
 * Whether a node may be given this seat: not while it has another one of the partition, or may have. With two of three seats at one node a majority would
 * be on one disk, and lost with it.
 */
export function mayHold(standing: Standing, known: Seats, place: number, self: NodeName): boolean {
  return known.every(({ holder }, other) => other === place || (holder !== self && !isPlaceAwaited(standing, known, other)));
}

/** Whether a seat may be this node's by now, which only its last holder knows: then nothing of the partition may go. */
export function isAwaited(standing: Standing, known: Seats): boolean {
  return standing.accepted.some((_version, place) => isPlaceAwaited(standing, known, place));
}

export function isPlaceAwaited({ accepted }: Standing, known: Seats, place: number): boolean {
  const version = accepted[place];
  return version !== undefined && version > (known[place]?.version ?? 0);
}
