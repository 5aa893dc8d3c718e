/**
 * Time limits of the requests under way, checked by one timer in coarse steps: a request is told at most one step late. A timer
 * per request would cost more than the request.
 */
import type { Clock, Instant, Timers } from '../../../runtime/world/index.ts';

const STEP_MS = 10;

export interface Expiring {
  /** When to call `onDeadline`; may be moved while it is registered. */
  readonly deadline: Instant;
  /** Must remove itself, or move its deadline. */
  onDeadline(): void;
}

export class Deadlines {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #waiting = new Set<Expiring>();
  #armed = false;

  constructor(clock: Clock, timers: Timers) {
    this.#clock = clock;
    this.#timers = timers;
  }

  /** How many are under way. */
  get size(): number {
    return this.#waiting.size;
  }

  add(operation: Expiring): void {
    this.#waiting.add(operation);
    this.#arm();
  }

  remove(operation: Expiring): void {
    this.#waiting.delete(operation);
  }

  #arm(): void {
    if (this.#armed || this.#waiting.size === 0) return;
    this.#armed = true;
    this.#timers.after(STEP_MS, () => {
      this.#armed = false;
      const now = this.#clock.now();
      for (const operation of this.#waiting) if (operation.deadline <= now) operation.onDeadline();
      this.#arm();
    });
  }
}
