/**
 * How fast background work may go, by feedback from those in the foreground.
 *
 * Intuition: the target allows one request in a thousand to be slow. As long as none comes near, go faster; when some come near, go a
 * little slower; when more than allowed are slow, and one of them just now, halve. Like congestion control, with slow requests in
 * place of lost packets: and as there, the rate that was too much is remembered, and approached with care. The steps are in
 * proportion to the rate, since there is no other flow with which to become fair, and the range is wide. Without a
 * foreground there is nothing to protect, and nothing to learn: the rate of busy times is kept for the next one.
 *
 * | the foreground                                     | rate                                                             |
 * |----------------------------------------------------|------------------------------------------------------------------|
 * | there is none                                      | doubled, up to the ceiling                                       |
 * | begins                                             | that of the busy time before, or less                            |
 * | within half of the target, all was used            | searching: an eighth more; else a sixteenth; beyond that of near, or three quarters of what was too much, a 128th |
 * | within half of the target, less was used           | a sixteenth less, to that of near                                |
 * | near the target                                    | a sixteenth less or more, to that of near; no longer searching   |
 * | above the target, and someone was slow just now    | halved, down to the floor; that was too much                     |
 * | above the target, from earlier on                  | as it is                                                         |
 *
 * Source: the Dynamo paper, section 6.5, which leaves the law of control open; the steps are those of Jacobson, "Congestion
 * avoidance and control" (1988), the memory of what was too much that of Ha, Rhee, Xu, "CUBIC" (2008). Invariants: floor <= rate <=
 * ceiling; a rate grows only when it was used up, so it tells something of what the machine bears.
 */

/** Bytes per second. */
export interface RateLimits {
  /** Never less, so that background work ends, whatever the foreground suffers from. */
  readonly floor: number;
  readonly ceiling: number;
  readonly start: number;
  /** Kept while the tail is near the target: what a node bears in any case, or background work would not end. */
  readonly near: number;
}

export interface RateState {
  phase: 'searching' | 'adjusting';
  /** Bytes per second, a whole number. */
  rate: number;
  /** The rate for when the foreground comes back; `undefined` while it is there. */
  busyRate: number | undefined;
  /** The last one that was too much; infinite when the foreground was slow whatever the rate. */
  tooMuch: number;
  /** The tail is above the target: not each rate on the way down was too much. */
  isAbove: boolean;
}

export interface Evidence {
  readonly tail: 'none' | 'within' | 'near' | 'above-now' | 'above-earlier';
  /** Somebody had to wait because the rate was used up. */
  readonly usedUp: boolean;
}

const SEARCH_STEP = 8;
const STEP = 16;
const CAREFUL_STEP = 128;
/** Of what was too much: beyond it the steps are small. */
const CARE_FROM = 0.75;

export function startRate(limits: RateLimits): RateState {
  return { phase: 'searching', rate: limits.start, busyRate: undefined, tooMuch: Number.POSITIVE_INFINITY, isAbove: false };
}

export function adjustRate(state: RateState, limits: RateLimits, { tail, usedUp }: Evidence): void {
  if (tail === 'none') {
    state.busyRate ??= state.rate;
    if (usedUp) state.rate = Math.min(limits.ceiling, state.rate * 2);
    return;
  }
  onBusy(state);
  adjustBusyRate(state, limits, tail, usedUp);
  state.isAbove = tail === 'above-now' || tail === 'above-earlier';
}

function adjustBusyRate(state: RateState, limits: RateLimits, tail: Evidence['tail'], usedUp: boolean): void {
  if (tail === 'above-now') {
    state.phase = 'adjusting';
    if (state.rate === limits.floor) state.tooMuch = Number.POSITIVE_INFINITY;
    else if (!state.isAbove) state.tooMuch = state.rate;
    state.rate = Math.max(limits.floor, Math.floor(state.rate / 2));
  } else if (tail === 'within' && usedUp) {
    state.rate = Math.min(limits.ceiling, state.rate + Math.ceil(state.rate / growthOf(state, limits)));
  } else if (tail === 'near' && state.rate < limits.near) {
    if (usedUp) state.rate = Math.min(limits.near, state.rate + Math.ceil(state.rate / STEP));
  } else if (tail === 'near' || tail === 'within') {
    if (tail === 'near') state.phase = 'adjusting';
    if (state.rate > limits.near) state.rate = Math.max(limits.near, state.rate - Math.ceil(state.rate / STEP));
  }
}

/** The foreground is there again. */
export function onBusy(state: RateState): void {
  if (state.busyRate === undefined) return;
  state.rate = Math.min(state.rate, state.busyRate);
  state.busyRate = undefined;
}

/** Beyond what is kept near the target, a step has to be small enough that the tail of a thousand requests tells of it before the next ones. */
function growthOf({ phase, rate, tooMuch }: RateState, { near }: RateLimits): number {
  if (rate > tooMuch * CARE_FROM) return CAREFUL_STEP;
  if (phase === 'searching') return SEARCH_STEP;
  return rate < near ? STEP : CAREFUL_STEP;
}
