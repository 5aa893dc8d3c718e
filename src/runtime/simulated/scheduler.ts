/**
 * The virtual clock and the loop that select an event, let it happen, and go on: time jumps from event to event. Everything runs
 * on one thread in the order (time, sequence), so the seed decides all.
 *
 * Time is counted in whole microseconds. Events for the present instant bypass the heap: they are younger than all in the heap
 * that are due at the same instant, so a plain queue behind those keeps the order.
 */
import { InvariantViolation } from '../errors/index.ts';
import type { Instant } from '../world/index.ts';
import { realSetImmediate } from './ambient.ts';
import type { Digest } from './digest.ts';
import { EventQueue, type Owner, type ScheduledEvent } from './event-queue.ts';

/** More events than this without time going on mean a loop of the kind "soon, soon, soon". */
const EVENTS_PER_INSTANT_MAX = 1_000_000;
/** Cancelled events are swept out once there are this many and they are the majority. */
const SWEEP_AT = 4_096;
/** How far a run with a condition goes when nothing else is said: one hour. */
const RUN_LIMIT_MS = 3_600_000;

/** When to stop: at this time of the simulation, or as soon as the condition holds. */
export type Until = Instant | (() => boolean);

/** Called with what an event threw; does not return. */
export type OnDefect = (owner: Owner | undefined, error: unknown) => never;

/** Milliseconds to the microseconds of the scheduler, rounded up: nothing happens early. */
export function toMicroseconds(milliseconds: number): number {
  const microseconds = Math.ceil(milliseconds * 1_000);
  if (!(microseconds >= 0)) throw new RangeError(`${milliseconds} ms is not a time span of zero or more`);
  return microseconds;
}

export class Scheduler {
  readonly #later = new EventQueue();
  #present: ScheduledEvent[] = [];
  #presentFirst = 0;
  #time = 0;
  #sequence = 0;
  #cancelled = 0;
  #fired = 0;
  #firedAtInstant = 0;
  #current: Owner | undefined;
  readonly #digest: Digest;
  readonly #onDefect: OnDefect;

  constructor(digest: Digest, onDefect: OnDefect) {
    this.#digest = digest;
    this.#onDefect = onDefect;
  }

  /** Microseconds since the start. */
  get time(): number {
    return this.#time;
  }

  /** Milliseconds since the start. */
  get now(): Instant {
    return this.#time / 1_000;
  }

  /** Whose event happens now, or happened last: what its promises do next is its doing too. */
  get current(): Owner | undefined {
    return this.#current;
  }

  /** How many events have happened. */
  get fired(): number {
    return this.#fired;
  }

  /** Let `action` happen at `time` (microseconds, not in the past), unless the owner's life has ended by then. */
  at(time: number, owner: Owner | undefined, action: () => void): ScheduledEvent {
    if (!(time >= this.#time)) throw new InvariantViolation(`event at ${time} µs lies before the present, ${this.#time} µs`);
    const event = { time, sequence: this.#sequence++, owner, action };
    this.#enqueue(event);
    return event;
  }

  /** Let `action` happen at this very instant, behind all that is already due. */
  soon(owner: Owner | undefined, action: () => void): ScheduledEvent {
    return this.at(this.#time, owner, action);
  }

  /** No effect on an event that has happened. */
  cancel(event: ScheduledEvent): void {
    if (event.action === undefined) return;
    event.action = undefined;
    if (++this.#cancelled < SWEEP_AT || this.#cancelled * 2 < this.#later.size) return;
    this.#later.retain((waiting) => waiting.action !== undefined);
    this.#cancelled = 0;
  }

  /** Put events that were deferred by a pause back in line. Those that came due are due now, in their old order. */
  release(owner: Owner): void {
    for (const event of owner.deferred.splice(0)) {
      // The same object again: it is what its scheduler may still want to cancel.
      event.time = Math.max(event.time, this.#time);
      event.sequence = this.#sequence++;
      this.#enqueue(event);
    }
  }

  /** Let the next event happen. False when nothing is left to happen. */
  step(): boolean {
    const event = this.#next();
    if (event === undefined) return false;
    this.#fire(event);
    return true;
  }

  /**
   * Let events happen up to and including that time, and set the clock to it; or until the condition holds, which is looked at
   * after each event. False if the condition did not come true within `limitMs` of simulated time, or nothing was left to happen.
   */
  run(until: Until, limitMs: number = RUN_LIMIT_MS): boolean {
    const end = this.#end(until, limitMs);
    for (;;) {
      if (typeof until === 'function' && until()) return true;
      const event = this.#next();
      if (event === undefined || event.time > end) return this.#finish(until, end);
      this.#fire(event);
    }
  }

  /**
   * The same for code that uses promises: their continuations run to the end between any two events, so the run is as
   * deterministic as that code is. Slower, by one turn of the event loop per event.
   */
  async runAsync(until: Until, limitMs: number = RUN_LIMIT_MS): Promise<boolean> {
    const end = this.#end(until, limitMs);
    for (;;) {
      await continuations();
      if (typeof until === 'function' && until()) return true;
      const event = this.#next();
      if (event === undefined || event.time > end) return this.#finish(until, end);
      this.#fire(event);
    }
  }

  #enqueue(event: ScheduledEvent): void {
    if (event.time === this.#time) this.#present.push(event);
    else this.#later.push(event);
  }

  #end(until: Until, limitMs: number): number {
    return typeof until === 'number' ? toMicroseconds(until) : this.#time + toMicroseconds(limitMs);
  }

  #finish(until: Until, end: number): boolean {
    if (typeof until === 'function') return false;
    if (end > this.#time) this.#advance(end);
    return true;
  }

  #advance(time: number): void {
    this.#time = time;
    this.#firedAtInstant = 0;
    if (this.#present.length > 0) this.#present = [];
    this.#presentFirst = 0;
  }

  /** The next event that may happen, left in its queue. Drops those that never may, and sets those of paused owners aside. */
  #next(): ScheduledEvent | undefined {
    for (;;) {
      const waiting = this.#later.peek();
      const isPresent = this.#presentFirst < this.#present.length && (waiting === undefined || waiting.time > this.#time);
      const event = isPresent ? this.#present[this.#presentFirst] : waiting;
      if (event === undefined) return undefined;
      const { owner } = event;
      if (event.action !== undefined && (owner === undefined || (owner.alive && !owner.paused))) return event;
      this.#take(event);
      if (event.action === undefined) this.#cancelled = Math.max(0, this.#cancelled - 1);
      else if (owner?.alive) owner.deferred.push(event);
    }
  }

  #take(event: ScheduledEvent): void {
    if (this.#later.peek() === event) this.#later.pop();
    else this.#presentFirst++;
  }

  #fire(event: ScheduledEvent): void {
    const { owner, action } = event;
    this.#take(event);
    if (event.time > this.#time) this.#advance(event.time);
    if (++this.#firedAtInstant > EVENTS_PER_INSTANT_MAX) {
      throw new InvariantViolation(`${EVENTS_PER_INSTANT_MAX} events at ${this.now} ms and time does not go on`);
    }
    this.#fired++;
    this.#current = owner;
    this.#digest.word(event.time);
    this.#digest.word(owner === undefined ? 0 : owner.id);
    event.action = undefined;
    try {
      action?.();
    } catch (error) {
      this.#onDefect(owner, error);
    }
  }
}

/** Resolves once every promise that can be settled without the outside has been. */
function continuations(): Promise<void> {
  return new Promise((resolve) => realSetImmediate(resolve));
}
