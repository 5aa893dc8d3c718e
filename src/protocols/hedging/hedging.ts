/**
 * When a read that waits asks further replicas as well.
 *
 * | the read waits     | tokens left | the one it waits for has answered someone since | then                     |
 * |--------------------|-------------|--------------------------------------------------|--------------------------|
 * | less than its p95  |             |                                                  | wait                     |
 * | its p95, 2..50 ms  | yes         |                                                  | hedge, for tokens        |
 * | its p95, 2..50 ms  | no          |                                                  | wait, to 50 ms           |
 * | 50 ms              |             | yes: it is slow, and more requests make it slower | wait                     |
 * | 50 ms              |             | no: it is silent                                 | hedge, for nothing       |
 *
 * Source: Dean and Barroso, "The Tail at Scale" (2013), hedged requests: deferred to the 95th percentile, they cost a few percent more
 * load. Deviation: the few percent are enforced, since under overload everything is late; and a silent node, which is not loaded by
 * what it does not take, is excepted.
 * Invariant: of the requests for which tokens were taken there are at most {@link SHARE} per read, and {@link MOST_TOKENS} ahead.
 */
import type { Latency } from './latency.ts';

/** Requests beyond those that a read needs, per read. */
export const SHARE = 0.05;
export const MOST_TOKENS = 20;
const LEAST_DELAY_MS = 2;
export const MOST_DELAY_MS = 50;

export interface HedgeBudget {
  tokens: number;
}

export function startBudget(): HedgeBudget {
  return { tokens: MOST_TOKENS };
}

export function onRead(budget: HedgeBudget): void {
  budget.tokens = Math.min(MOST_TOKENS, budget.tokens + SHARE);
}

/** Milliseconds to wait for an answer of that node. */
export function hedgeDelayMs({ p95Ms }: Latency): number {
  return Math.min(MOST_DELAY_MS, Math.max(LEAST_DELAY_MS, p95Ms));
}

/**
 * Whether to ask so many more now; takes the tokens for them.
 * @param heardAt - when the last of those that the read waits for answered anyone
 */
export function mayHedge(budget: HedgeBudget, requests: number, startedAt: number, heardAt: number, now: number): boolean {
  if (budget.tokens >= requests) {
    budget.tokens -= requests;
    return true;
  }
  return isSilent({ heardAt }, startedAt, now);
}

/** Asked at `startedAt`, it has answered nobody since, and not for a trifle of time. */
export function isSilent({ heardAt }: Pick<Latency, 'heardAt'>, startedAt: number, now: number): boolean {
  return now - startedAt >= MOST_DELAY_MS && heardAt < startedAt;
}
