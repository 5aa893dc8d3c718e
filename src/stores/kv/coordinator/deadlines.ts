/**
 * Time limits of the requests under way, checked by one timer in coarse steps: a request is told at most one step late. A timer
 * per request would cost more than the request.
 */
import type { Clock, Instant, Timers } from '../../../runtime/world/index.ts';

const STEP_MS = 5;

export interface Expiring {
  /** Its place among those that are registered; {@link Deadlines} keeps it. */
  deadlineSlot: number;
  /** When to call `onDeadline`; may be moved while it is registered. */
  readonly deadline: Instant;
  /** Must remove itself, or move its deadline. */
  onDeadline(): void;
}

export class Deadlines {
  readonly #clock: Clock;
  readonly #timers: Timers;
  /** Each knows its slot; who leaves is replaced by the last. A set would make garbage of every request. */
  readonly #waiting: Expiring[] = [];
  #armed = false;

  constructor(clock: Clock, timers: Timers) {
    this.#clock = clock;
    this.#timers = timers;
  }

  /** How many are under way. */
  get size(): number {
    return this.#waiting.length;
  }

  add(operation: Expiring): void {
    operation.deadlineSlot = this.#waiting.length;
    this.#waiting.push(operation);
    this.#arm();
  }

  remove(operation: Expiring): void {
    const slot = operation.deadlineSlot;
    if (this.#waiting[slot] !== operation) return;
    const last = this.#waiting.pop();
    if (last === undefined || last === operation) return;
    this.#waiting[slot] = last;
    last.deadlineSlot = slot;
  }

  #arm(): void {
    if (this.#armed || this.#waiting.length === 0) return;
    this.#armed = true;
    this.#timers.after(STEP_MS, () => {
      this.#armed = false;
      const now = this.#clock.now();
      // From the end, where removal and addition disturb only slots that have had their turn.
      for (let slot = this.#waiting.length - 1; slot >= 0; slot--) {
        const operation = this.#waiting[slot];
        if (operation !== undefined && operation.deadline <= now) operation.onDeadline();
      }
      this.#arm();
    });
  }
}
