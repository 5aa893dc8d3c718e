/**
 * How a node becomes fit for a seat that nobody has passed on to it with its registers: at the very beginning, after the loss of its disk, or in
 * the place of a node that is lost.
 *
 * Intuition: whatever a majority has recorded, a majority of the *other* seats shares a seat with. So the claimant has them promise that
 * they know of no older version of its seat, and then takes in all registers that each of them has: what a majority recorded before the promises, one
 * of them has; and after them no majority with the older version comes about any more, since it would need one of them.
 * At the beginning nobody is fit. A seat that never was, holds nothing, and counts like one that was read. But a node that has lost its
 * disk looks the same: therefore the others remember to which disk they have pledged a seat.
 *
 * | state    | event                                            | new state | effects                                 |
 * |----------|--------------------------------------------------|-----------|-----------------------------------------|
 * | claiming | granted by the holder of another seat            | claiming  | read its registers                      |
 * | claiming | registers of a granting seat are here, too few   | claiming  |                                         |
 * | claiming | the same, now enough                             | fit       | persist what was read, and the standing |
 * | claiming | heard that the seat was pledged to another disk  | claiming  | begin the next epoch of the seat, claim that |
 * | claiming | heard of a later holder of the seat              | given up  |                                         |
 *
 * Source and invariants: see `standing.ts`.
 */
import { majority } from '../register/index.ts';
import { beginsEpoch, nextEpoch, type Seats } from '../transfer/index.ts';
import { mergePledges, type Pledge } from './standing.ts';

/** What the holder of another seat has said. */
export interface Grant {
  /** Of its own seat. */
  readonly version: number;
  /** Whether it is fit for that. */
  readonly isFit: boolean;
  readonly disk: number;
  /** All registers that it has are here. */
  isRead: boolean;
}

export interface Claim {
  readonly place: number;
  readonly version: number;
  readonly grants: Map<number, Grant>;
  /** What this node and all others that were heard have pledged, by place. */
  readonly pledged: (Pledge | undefined)[];
}

/** @param pledged - by the claimant itself */
export function startClaim(place: number, version: number, pledged: readonly (Pledge | undefined)[]): Claim {
  return { place, version, grants: new Map(), pledged: [...pledged] };
}

/** How many other seats have to grant a claim: any two such sets meet, and each meets every majority. */
function grantsNeeded(n: number): number {
  return Math.min(n - 1, majority(n));
}

/** @param pledged - by whoever has answered, whether it has granted the claim or not */
export function onHeard(claim: Claim, pledged: readonly (Pledge | undefined)[]): void {
  mergePledges(claim.pledged, pledged);
}

/** Whether a seat is as good as read: it has granted the claim, and its registers are here, or it never had any. */
function counts(claim: Claim, known: Seats, place: number): boolean {
  const seat = known[place];
  if (seat === undefined || place === claim.place) return false;
  // A cluster of fewer nodes than seats.
  if (seat.holder === '') return seat.version === 0;
  const given = claim.grants.get(place);
  if (given === undefined || !given.isRead || given.version !== seat.version) return false;
  if (given.isFit) return true;
  const pledge = claim.pledged[place];
  return seat.version === 0 && (pledge === undefined || (pledge.version === 0 && pledge.disk === given.disk));
}

/** @param known - the seats as the claimant knows them, from all it has heard */
export function isComplete(claim: Claim, known: Seats): boolean {
  return known.filter((_seat, place) => counts(claim, known, place)).length >= grantsNeeded(known.length);
}

/** The version to claim a seat under that this node holds: the one it has, if it can be had. */
export function versionToClaim(version: number, pledge: Pledge | undefined, disk: number): number {
  const isPledged = pledge !== undefined && pledge.version >= version && !(pledge.version === version && pledge.disk === disk);
  if (isPledged) return nextEpoch(pledge.version);
  return beginsEpoch(version) ? version : nextEpoch(version);
}
