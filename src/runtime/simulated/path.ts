/** The way from one process to another, one direction: how long a frame takes on it, and what may happen to the frame. */
import type { SeededRandom } from './random.ts';
import { toMicroseconds } from './scheduler.ts';

/**
 * What a network does to frames. Shares are in frames per million: integers, since the last bits of other numbers are not the same
 * everywhere. Times have a resolution of one microsecond.
 */
export interface PathFaults {
  /** Least time on the way. */
  readonly delayMsMin: number;
  /** Most time on the way, but for long delays; in between all are equally likely. */
  readonly delayMsMax: number;
  /** Share that takes up to `longDelayMsMax` instead: a retransmission, a full queue. */
  readonly longDelayPerMillion: number;
  readonly longDelayMsMax: number;
  /**
   * A long tail: with this share the span between least and most doubles, with this share of those it doubles again, and so on up
   * to 1,024 times: P(more than 2^k times the span) = share^k, the tail of a Pareto distribution in integers. At most 900,000.
   */
  readonly tailPerMillion: number;
  /** Bandwidth: frames wait in line for it. 0 for as much as is wanted. */
  readonly bytesPerMs: number;
  /** Share that never arrives, though the link lives on. */
  readonly lossPerMillion: number;
  /** Share that arrives twice, the second time whenever. */
  readonly duplicationPerMillion: number;
  /** Share that loses its place in line: it is held back for up to `reorderingMsMax`, and the frames behind it overtake it. */
  readonly reorderingPerMillion: number;
  readonly reorderingMsMax: number;
  /** Share at which the whole link breaks, with all that is on the way. */
  readonly breakPerMillion: number;
}

/** A local network that works. */
export const CALM_NETWORK: PathFaults = {
  delayMsMin: 0.1,
  delayMsMax: 1,
  longDelayPerMillion: 0,
  longDelayMsMax: 200,
  tailPerMillion: 0,
  bytesPerMs: 0,
  lossPerMillion: 0,
  duplicationPerMillion: 0,
  reorderingPerMillion: 0,
  reorderingMsMax: 5,
  breakPerMillion: 0,
};

const TAIL_PER_MILLION_MAX = 900_000;
const TAIL_DOUBLINGS_MAX = 10;

/** @throws RangeError naming the setting that is out of its range. */
export function checkFaults(faults: PathFaults): PathFaults {
  for (const [name, value] of Object.entries(faults)) {
    const isShare = name.endsWith('PerMillion');
    if (!Number.isFinite(value) || value < 0 || (isShare && (value > 1_000_000 || !Number.isInteger(value)))) {
      throw new RangeError(`${name} ${value} is not ${isShare ? 'an integer in 0 .. 1,000,000' : 'a time of zero or more'}`);
    }
  }
  if (faults.tailPerMillion > TAIL_PER_MILLION_MAX) {
    throw new RangeError(`tailPerMillion ${faults.tailPerMillion} is more than ${TAIL_PER_MILLION_MAX}`);
  }
  if (!Number.isInteger(faults.bytesPerMs)) throw new RangeError(`bytesPerMs ${faults.bytesPerMs} is not a whole number`);
  if (faults.delayMsMax < faults.delayMsMin) {
    throw new RangeError(`delayMsMax ${faults.delayMsMax} is less than delayMsMin ${faults.delayMsMin}`);
  }
  return faults;
}

export class Path {
  readonly from: string;
  readonly to: string;
  /** Its own stream of randomness: traffic elsewhere does not change what happens here. */
  readonly random: SeededRandom;
  /** Since when (microseconds) a partition lies across it: nothing gets through. */
  blockedSince: number | undefined;
  /** When the last of all frames that are on it arrives, in microseconds. */
  lastArrival = 0;
  /** Microseconds that every frame takes on top of everything else. */
  distance = 0;
  #faults: PathFaults;
  #delayMin = 0;
  #delayMax = 0;
  /** When the last frame in line has left, in microseconds. */
  #idleFrom = 0;

  constructor(from: string, to: string, random: SeededRandom, faults: PathFaults) {
    this.from = from;
    this.to = to;
    this.random = random;
    this.#faults = faults;
    this.faults = faults;
  }

  get blocked(): boolean {
    return this.blockedSince !== undefined;
  }

  get faults(): PathFaults {
    return this.#faults;
  }

  set faults(faults: PathFaults) {
    this.#faults = faults;
    this.#delayMin = toMicroseconds(faults.delayMsMin);
    this.#delayMax = toMicroseconds(faults.delayMsMax);
  }

  /** Draw how long the next frame takes, in microseconds. */
  delay(): number {
    const { random, faults } = this;
    const max = random.chance(faults.longDelayPerMillion)
      ? Math.max(this.#delayMax, toMicroseconds(faults.longDelayMsMax))
      : this.#delayMax;
    if (faults.tailPerMillion === 0) return this.distance + random.between(this.#delayMin, max);
    let span = max - this.#delayMin;
    for (let doubled = 0; doubled < TAIL_DOUBLINGS_MAX && random.chance(faults.tailPerMillion); doubled++) span *= 2;
    return this.distance + this.#delayMin + random.between(0, span);
  }

  /** Put a frame in line for the bandwidth. @returns microseconds until its last byte has left. */
  transmit(now: number, bytes: number): number {
    const { bytesPerMs } = this.#faults;
    if (bytesPerMs === 0) return 0;
    this.#idleFrom = Math.max(this.#idleFrom, now) + Math.ceil((bytes * 1_000) / bytesPerMs);
    return this.#idleFrom - now;
  }

  /** Bytes in line now. */
  backlogBytes(now: number): number {
    return Math.floor((Math.max(0, this.#idleFrom - now) * this.#faults.bytesPerMs) / 1_000);
  }

  /** Draw how much longer a frame takes that lost its place in line, in microseconds. */
  detour(): number {
    return this.random.between(0, toMicroseconds(this.faults.reorderingMsMax));
  }
}
