/**
 * How fast background work may go, by feedback from those in the foreground.
 *
 * Intuition: the target allows one request in a thousand to be slow. As long as fewer are, go faster; when more are, and one of them
 * just now, halve. Like congestion control, with slow requests in place of lost packets. The steps are in proportion to the rate,
 * since there is no other flow with which to become fair, and the range is wide.
 *
 * | phase     | the tail                                        | new phase | rate                          |
 * |-----------|-------------------------------------------------|-----------|-------------------------------|
 * | searching | within the target, all of the rate was used     | searching | doubled, up to the ceiling    |
 * | adjusting | within the target, all of the rate was used     | adjusting | a sixteenth more              |
 * | any       | within the target, less was used                | same      | a sixteenth less, to the start |
 * | any       | above the target, and someone was slow just now | adjusting | halved, down to the floor     |
 * | any       | above the target, from earlier on               | same      | as it is                      |
 *
 * Source: the Dynamo paper, section 6.5, which leaves the law of control open; the steps are those of Jacobson, "Congestion
 * avoidance and control" (1988). Invariants: floor <= rate <= ceiling; a rate grows only when it was used up, so it tells something
 * of what the machine bears.
 */

/** Bytes per second. */
export interface RateLimits {
  /** Never less, so that background work ends, whatever the foreground suffers from. */
  readonly floor: number;
  readonly ceiling: number;
  readonly start: number;
}

export interface RateState {
  phase: 'searching' | 'adjusting';
  /** Bytes per second, a whole number. */
  rate: number;
}

export interface Evidence {
  readonly tail: 'within' | 'above-now' | 'above-earlier';
  /** Somebody had to wait because the rate was used up. */
  readonly usedUp: boolean;
}

/** A step is a sixteenth. */
const STEP = 16;

export function startRate(limits: RateLimits): RateState {
  return { phase: 'searching', rate: limits.start };
}

export function adjustRate(state: RateState, limits: RateLimits, { tail, usedUp }: Evidence): void {
  if (tail === 'above-now') {
    state.phase = 'adjusting';
    state.rate = Math.max(limits.floor, Math.floor(state.rate / 2));
  } else if (tail === 'within' && usedUp) {
    const more = state.phase === 'searching' ? state.rate : Math.ceil(state.rate / STEP);
    state.rate = Math.min(limits.ceiling, state.rate + more);
  } else if (tail === 'within' && state.rate > limits.start) {
    state.rate = Math.max(limits.start, state.rate - Math.ceil(state.rate / STEP));
  }
}
