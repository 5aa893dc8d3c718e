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
  lossPerMillion: 0,
  duplicationPerMillion: 0,
  reorderingPerMillion: 0,
  reorderingMsMax: 5,
  breakPerMillion: 0,
};

/** @throws RangeError naming the setting that is out of its range. */
export function checkFaults(faults: PathFaults): PathFaults {
  for (const [name, value] of Object.entries(faults)) {
    const isShare = name.endsWith('PerMillion');
    if (!Number.isFinite(value) || value < 0 || (isShare && (value > 1_000_000 || !Number.isInteger(value)))) {
      throw new RangeError(`${name} ${value} is not ${isShare ? 'an integer in 0 .. 1,000,000' : 'a time of zero or more'}`);
    }
  }
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
  #faults: PathFaults;
  #delayMin = 0;
  #delayMax = 0;

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
    return random.between(this.#delayMin, max);
  }

  /** Draw how much longer a frame takes that lost its place in line, in microseconds. */
  detour(): number {
    return this.random.between(0, toMicroseconds(this.faults.reorderingMsMax));
  }
}
