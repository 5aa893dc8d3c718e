/**
 * How long a suspected node has to refute. Long at first, in case it is the suspecting node that is ill; shorter with each other node
 * that suspects it independently.
 *
 * Source: Lifeguard (Dadgar, Phillips, Currey 2017), section IV.B. Deviation: their logarithms come from a table, so that each
 * machine computes the same.
 */
import type { NodeName } from '../ring/index.ts';
import type { DetectorOptions } from './options.ts';
import { bits } from './rumours.ts';

export interface Suspicion {
  readonly since: number;
  readonly shortestMs: number;
  readonly longestMs: number;
  /** How many others must confirm until it is the shortest. */
  readonly confirmationsNeeded: number;
  readonly by: Set<NodeName>;
  deadline: number;
}

const CONFIRMATIONS = 3;
/** log(c + 1) / log(needed + 1) in per cent, by `needed` and `c`. */
const SHORTENED_PERCENT: readonly (readonly number[])[] = [[100], [0, 100], [0, 63, 100], [0, 50, 79, 100]];

/** @param clusterSize - members, this node included. */
export function suspect(options: DetectorOptions, clusterSize: number, by: NodeName, now: number): Suspicion {
  const { periodMs, suspicionPeriods, unconfirmedFactor, lifeguard } = options;
  // The bits of a number times 3 / 10 are about its decimal digits.
  const shortestMs = Math.max(10, 3 * bits(clusterSize)) * 0.1 * suspicionPeriods * periodMs;
  // The suspect and the one who suspects it confirm nothing.
  const confirmationsNeeded = lifeguard ? Math.min(CONFIRMATIONS, Math.max(0, clusterSize - 2)) : 0;
  const longestMs = lifeguard ? shortestMs * unconfirmedFactor : shortestMs;
  const suspicion = { since: now, shortestMs, longestMs, confirmationsNeeded, by: new Set([by]), deadline: 0 };
  setDeadline(suspicion);
  return suspicion;
}

/** @returns whether it is news: from one who has not said so yet, while it is needed. */
export function confirm(suspicion: Suspicion, by: NodeName): boolean {
  if (suspicion.by.has(by) || suspicion.by.size > suspicion.confirmationsNeeded) return false;
  suspicion.by.add(by);
  setDeadline(suspicion);
  return true;
}

function setDeadline(suspicion: Suspicion): void {
  const { since, shortestMs, longestMs, confirmationsNeeded, by } = suspicion;
  const percent = SHORTENED_PERCENT[confirmationsNeeded]?.[by.size - 1] ?? 100;
  suspicion.deadline = since + longestMs - ((longestMs - shortestMs) * percent) / 100;
}
