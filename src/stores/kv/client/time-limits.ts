/**
 * Time limits of the requests under way, without a timer per request.
 *
 * Intuition: nearly all requests have one of a few time limits. Those of one limit end in the order in which they began, so a
 * queue per limit is ordered by deadline without sorting; joining and leaving take constant time, and a sweep looks at the heads
 * only. One timer sweeps in coarse steps, and only while something is under way: a request is told at most one step late.
 */
import type { Clock, Instant, Timers } from '../../../runtime/world/index.ts';
import { Chain, type ChainLink } from './chain.ts';

const STEP_MS = 10;

export interface Limited {
  /** Set by {@link TimeLimits.add}. */
  deadline: Instant;
  /** Has left already. */
  onDeadline(): void;
}

export type Registration = ChainLink<Limited>;

export class TimeLimits {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #byLimit = new Map<number, Chain<Limited>>();
  #armed = false;

  constructor(clock: Clock, timers: Timers) {
    this.#clock = clock;
    this.#timers = timers;
  }

  add(limited: Limited, limitMs: number): Registration {
    limited.deadline = this.#clock.now() + limitMs;
    let chain = this.#byLimit.get(limitMs);
    if (chain === undefined) {
      chain = new Chain();
      this.#byLimit.set(limitMs, chain);
    }
    this.#arm();
    return chain.append(limited);
  }

  /** No effect after the deadline. */
  remove(registration: Registration): void {
    registration.chain?.remove(registration);
  }

  /** All that are under way. */
  *[Symbol.iterator](): Iterator<Limited> {
    for (const chain of this.#byLimit.values()) yield* chain;
  }

  #arm(): void {
    if (this.#armed) return;
    this.#armed = true;
    this.#timers.after(STEP_MS, () => this.#sweep());
  }

  #sweep(): void {
    this.#armed = false;
    const now = this.#clock.now();
    for (const [limitMs, chain] of this.#byLimit) {
      for (let due = chain.first; due !== undefined && due.deadline <= now; due = chain.first) {
        chain.removeFirst();
        due.onDeadline();
      }
      if (chain.size === 0) this.#byLimit.delete(limitMs);
    }
    if (this.#byLimit.size > 0) this.#arm();
  }
}
