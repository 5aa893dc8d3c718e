/**
 * Time and timers as one process sees them. Its monotonic clock may run too fast or too slow, its wall clock may be wrong or
 * jump; both start anywhere, so that code which compares the clocks of two processes fails here and not in production.
 */
import type { Clock, Instant, Timer, Timers } from '../world/index.ts';
import type { Owner, ScheduledEvent } from './event-queue.ts';
import { type Scheduler, toMicroseconds } from './scheduler.ts';

/** What the wall clock of a process without skew says when the simulation starts: the first of January 2026, UTC. */
export const WALL_TIME_AT_START = 1_767_225_600_000;

/** A clock may not be wrong by more than this: half its speed. */
const DRIFT_PER_MILLION_MAX = 500_000;
const PER_MILLION = 1_000_000;

/** The clock of a machine: it goes on through crashes and restarts of the process. */
export class SimulatedClock {
  readonly #scheduler: Scheduler;
  #driftPerMillion = 0;
  /** Drift counts from here on: the simulation's time and the machine's, both in microseconds. */
  #driftSince = 0;
  #elapsedBefore = 0;
  #wallOffsetMs = 0;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** Microseconds by this machine's reckoning since the simulation began. Never goes back. */
  get elapsed(): number {
    const span = this.#scheduler.time - this.#driftSince;
    return this.#elapsedBefore + span + Math.floor((span * this.#driftPerMillion) / PER_MILLION);
  }

  get wallTime(): number {
    return WALL_TIME_AT_START + this.#wallOffsetMs + Math.floor(this.elapsed / 1_000);
  }

  /** The wall clock is set forward, or back when negative. The monotonic clock does not notice. */
  jump(milliseconds: number): void {
    this.#wallOffsetMs += milliseconds;
  }

  /**
   * From now on the machine counts this many microseconds per million too many (negative: too few); real quartz stays within 100.
   * Timers already set keep the speed at which they were set. @throws RangeError beyond half a million either way.
   */
  drift(perMillion: number): void {
    if (!Number.isInteger(perMillion) || Math.abs(perMillion) > DRIFT_PER_MILLION_MAX) {
      throw new RangeError(`drift ${perMillion} is not an integer in -${DRIFT_PER_MILLION_MAX} .. ${DRIFT_PER_MILLION_MAX}`);
    }
    this.#elapsedBefore = this.elapsed;
    this.#driftSince = this.#scheduler.time;
    this.#driftPerMillion = perMillion;
  }

  /** The simulation's microseconds until this machine has counted so many of its own; rounded up: no timer fires early. */
  toSimulated(microseconds: number): number {
    if (this.#driftPerMillion === 0) return microseconds;
    return Math.ceil((microseconds * PER_MILLION) / (PER_MILLION + this.#driftPerMillion)) + 1;
  }
}

/** The `Clock` of one life of a process: monotonic time starts anew, anywhere. */
export class ProcessClock implements Clock {
  readonly #clock: SimulatedClock;
  readonly #offset: number;

  /** @param offset microseconds that this life's monotonic clock is ahead */
  constructor(clock: SimulatedClock, offset: number) {
    this.#clock = clock;
    this.#offset = offset;
  }

  now(): Instant {
    return (this.#clock.elapsed + this.#offset) / 1_000;
  }

  wallTime(): number {
    return this.#clock.wallTime;
  }
}

class OnceTimer implements Timer {
  readonly #scheduler: Scheduler;
  readonly #event: ScheduledEvent;

  constructor(scheduler: Scheduler, event: ScheduledEvent) {
    this.#scheduler = scheduler;
    this.#event = event;
  }

  cancel(): void {
    this.#scheduler.cancel(this.#event);
  }
}

/** The `Timers` of one life of a process: none of them outlives it. */
export class ProcessTimers implements Timers {
  readonly #scheduler: Scheduler;
  readonly #clock: SimulatedClock;
  readonly #owner: Owner;

  constructor(scheduler: Scheduler, clock: SimulatedClock, owner: Owner) {
    this.#scheduler = scheduler;
    this.#clock = clock;
    this.#owner = owner;
  }

  after(delayMs: number, callback: () => void): Timer {
    return new OnceTimer(this.#scheduler, this.#schedule(toMicroseconds(delayMs), callback));
  }

  every(intervalMs: number, callback: () => void): Timer {
    // At least a millisecond, as in Node: an interval of zero would stop time.
    const interval = toMicroseconds(Math.max(1, intervalMs));
    const fire = () => {
      event = this.#schedule(interval, fire);
      callback();
    };
    let event = this.#schedule(interval, fire);
    return { cancel: () => this.#scheduler.cancel(event) };
  }

  soon(callback: () => void): void {
    this.#scheduler.soon(this.#owner, callback);
  }

  #schedule(microseconds: number, callback: () => void): ScheduledEvent {
    return this.#scheduler.at(this.#scheduler.time + this.#clock.toSimulated(microseconds), this.#owner, callback);
  }
}
