/**
 * How long a node takes to answer, but for the slowest in twenty: an estimate that is one number and costs an addition per answer.
 *
 * Intuition: each answer above the estimate pushes it up by nineteen parts, each below pulls it down by one: it rests where one in twenty
 * is above. The parts are a share of the estimate, so that it follows microseconds and seconds alike.
 *
 * Source: Ma, Muthukrishnan, Sandler, "Frugal Streaming for Estimating Quantiles" (2013). Deviation: steps by quantile instead of coin
 * tosses, so that it is deterministic.
 */
export interface Latency {
  /** Milliseconds. */
  p95Ms: number;
  /** When it answered last. */
  heardAt: number;
  /** When it came within reach, the last time: it may have just started. */
  backAt: number;
  /** Someone waited for it in vain, and it has answered nobody since: to be asked last. */
  isSilent: boolean;
}

const START_MS = 10;
const LEAST_MS = 0.05;
const MOST_MS = 10_000;
/** For so long the code and the caches of a process that has just started are cold. */
const FRESH_MS = 3_000;
const STEP = 0.05;
const ABOVE = 0.95;

export function startLatency(): Latency {
  return { p95Ms: START_MS, heardAt: Number.NEGATIVE_INFINITY, backAt: Number.NEGATIVE_INFINITY, isSilent: false };
}

/** It answered, whatever that took. */
export function onHeard(latency: Latency, now: number): void {
  latency.heardAt = now;
  latency.isSilent = false;
}

/** It is within reach, and was not before. */
export function onBack(latency: Latency, now: number): void {
  latency.backAt = now;
}

/** It came back a moment ago: others are asked rather, as long as there are any. */
export function isFresh({ backAt }: Latency, now: number): boolean {
  return now - backAt < FRESH_MS;
}

export function onAnswer(latency: Latency, tookMs: number, now: number): void {
  const step = latency.p95Ms * STEP;
  const next = latency.p95Ms + (tookMs > latency.p95Ms ? step * ABOVE : step * (ABOVE - 1));
  latency.p95Ms = Math.min(MOST_MS, Math.max(LEAST_MS, next));
  onHeard(latency, now);
}
