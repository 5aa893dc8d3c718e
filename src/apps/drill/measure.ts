/** What the clients noticed, second by second, and of each fault. */
import type { History, Operation } from '../../verification/histories/index.ts';
import type { PlannedFault } from './fault.ts';

/** A fault as it happened, in milliseconds from the beginning. */
export interface HappenedFault extends PlannedFault {
  readonly beganMs: number;
  readonly endedMs: number;
  /** Why it could not be done, if it could not. */
  readonly failure?: string;
  /** What is to be known about it. */
  readonly remark?: string;
}

export interface Bucket {
  readonly fromMs: number;
  readonly toMs: number;
  /** Acknowledged operations per second. */
  readonly throughput: number;
  /** Failed operations, and those of unknown outcome. */
  readonly errors: number;
  /** Latencies of acknowledged operations in milliseconds; `undefined` if there was none. */
  readonly latency: { readonly p50: number; readonly p99: number; readonly most: number } | undefined;
}

export interface Observation {
  readonly happened: HappenedFault;
  /** Acknowledged operations per second in the calm before, and while it lasted. */
  readonly before: number;
  readonly during: number;
  readonly errors: number;
  /** The longest time in which nothing was acknowledged, from its beginning to the next fault. */
  readonly silenceMs: number;
  /** From its end until throughput is back to 80 % of that before; 0 if it was by then, `undefined` if it never was. */
  readonly recoveryMs: number | undefined;
}

const BACK = 0.8;
const WINDOW_MS = 250;
const MOST_CALM_MS = 3_000;
const PER_SECOND = 1_000;

interface Ended {
  readonly atMs: number;
  readonly latencyMs: number;
  readonly ok: boolean;
}

/** The operations of the clients: those that ended, by when they did. */
export function endedOperations({ operations }: History): readonly Ended[] {
  return operations
    .flatMap(({ kind, invocationMs, responseMs, outcome }: Operation): Ended[] =>
      kind === 'get-all' || responseMs === undefined
        ? []
        : [{ atMs: responseMs, latencyMs: responseMs - invocationMs, ok: outcome === 'ok' }],
    )
    .sort((one, other) => one.atMs - other.atMs);
}

export function bucketsOf(ended: readonly Ended[], lengthMs: number, bucketMs: number): readonly Bucket[] {
  // A last one that is hardly begun would look like a fall.
  return Array.from({ length: Math.max(1, Math.round(lengthMs / bucketMs)) }, (_unused, index): Bucket => {
    const [fromMs, toMs] = [index * bucketMs, Math.min(lengthMs, (index + 1) * bucketMs)];
    const within = between(ended, fromMs, toMs);
    const latencies = within.flatMap(({ ok, latencyMs }) => (ok ? [latencyMs] : [])).sort((one, other) => one - other);
    return {
      fromMs,
      toMs,
      throughput: (PER_SECOND * latencies.length) / (toMs - fromMs),
      errors: within.length - latencies.length,
      latency:
        latencies.length === 0
          ? undefined
          : { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99), most: latencies.at(-1) ?? 0 },
    };
  });
}

/** The smallest value that at least this share of the sorted values does not exceed. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

export function observe(ended: readonly Ended[], faults: readonly HappenedFault[], lengthMs: number): readonly Observation[] {
  return faults.map((happened, index) => {
    const { beganMs, endedMs } = happened;
    const calmFromMs = Math.max(faults[index - 1]?.endedMs ?? 0, beganMs - MOST_CALM_MS);
    const nextMs = faults[index + 1]?.beganMs ?? lengthMs;
    const before = rate(ended, calmFromMs, beganMs);
    return {
      happened,
      before,
      during: rate(ended, beganMs, endedMs),
      errors: between(ended, beganMs, endedMs).filter(({ ok }) => !ok).length,
      silenceMs: longestSilence(ended, beganMs, nextMs),
      recoveryMs: before === 0 ? undefined : recovery(ended, { fromMs: endedMs, toMs: nextMs, enough: before * BACK }),
    };
  });
}

/** Until the first of two windows in a row that are both good enough: one alone may be the burst of what had waited. */
function recovery(
  ended: readonly Ended[],
  { fromMs, toMs, enough }: { readonly fromMs: number; readonly toMs: number; readonly enough: number },
): number | undefined {
  let good = 0;
  for (let atMs = fromMs; atMs + WINDOW_MS <= toMs; atMs += WINDOW_MS) {
    good = rate(ended, atMs, atMs + WINDOW_MS) >= enough ? good + 1 : 0;
    if (good === 2) return atMs - WINDOW_MS - fromMs;
  }
  return undefined;
}

function longestSilence(ended: readonly Ended[], fromMs: number, toMs: number): number {
  let longest = 0;
  let lastMs = fromMs;
  for (const { atMs, ok } of between(ended, fromMs, toMs)) {
    if (!ok) continue;
    longest = Math.max(longest, atMs - lastMs);
    lastMs = atMs;
  }
  return Math.max(longest, toMs - lastMs);
}

function rate(ended: readonly Ended[], fromMs: number, toMs: number): number {
  if (toMs <= fromMs) return 0;
  return (PER_SECOND * between(ended, fromMs, toMs).filter(({ ok }) => ok).length) / (toMs - fromMs);
}

function between(ended: readonly Ended[], fromMs: number, toMs: number): readonly Ended[] {
  return ended.slice(firstAt(ended, fromMs), firstAt(ended, toMs));
}

/** Where the first that ended at this time or later is, by halving. */
function firstAt(ended: readonly Ended[], atMs: number): number {
  let [low, high] = [0, ended.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ended[middle]?.atMs ?? 0) < atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
