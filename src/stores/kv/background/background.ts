/**
 * All background work of a node: each slice asks here and is called when it may go, at a rate that keeps the foreground at its
 * target (`protocols/admission`). This is the part that has timers; they run only while work is waiting or was lately.
 */
import {
  type AdmissionState,
  CONTROL_INTERVAL_MS,
  creditAfterMs,
  hasNext,
  kindOf,
  onAsked,
  onControl,
  onForeground,
  onSlices,
  onTakenUpAgain,
  type RateLimits,
  setPaused,
  startAdmission,
  withdraw,
} from '../../../protocols/admission/index.ts';
import { invariant } from '../../../runtime/errors/index.ts';
import type { Clock, Instant, Timer, Timers } from '../../../runtime/world/index.ts';
import type { Cancel } from '../requests.ts';
import { type BackgroundStatus, statusOf } from './background-status.ts';
import { BACKGROUND_KINDS, type BackgroundKind } from './kinds.ts';

/**
 * The 99.9th percentile of foreground latencies that background work must not raise further. The paper's are 50 ms (section 6.5), on the
 * disks of 2007; a node that is a third busy has 8 to 12 today, and twice that is what it may have while others are brought up to date.
 */
export const DEFAULT_TARGET_MS = 20;

/** The floor moves a gibibyte in two hours, whatever happens; the ceiling is more than one thread can do. */
const RATES: RateLimits = { floor: 160 * 1024, start: 256 * 1024, near: 512 * 1024, ceiling: 256 * 1024 * 1024 };
/** A slice costs its bytes, and never less: there is work in asking, too. */
const LEAST_COST_BYTES = 256;
/** So long a turn of slices may take before the event loop has a look at what else there is: that is how late a request can be by them. */
const MOST_TURN_MS = 2;
/** A slice is what the rate gives in so long a time, within limits. */
const SLICE_MS = 5;
const LEAST_SLICE_BYTES = 2 * 1024;
const MOST_SLICE_BYTES = 32 * 1024;
/** Without a foreground: nobody waits for it to end, and each has some work of its own whatever its size. */
const IDLE_SLICE_BYTES = 64 * 1024;
/** After so many controls without work there are none until there is some again. */
const IDLE_CONTROLS = 50;

/** In place of a timer: it finds out by itself that it comes too late. */
const SOON: Timer = { cancel: () => {} };

export interface Slice {
  readonly task: () => void;
}

export class Background {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #state: AdmissionState<Slice>;
  readonly #done = new Map<BackgroundKind, { slices: number; bytes: number }>();
  #control: Timer | undefined;
  #next: Timer | undefined;
  #isHandingOut = false;
  #idleControls = 0;
  #isStopped = false;

  constructor({ clock, timers }: { readonly clock: Clock; readonly timers: Timers }, targetMs: number = DEFAULT_TARGET_MS) {
    this.#clock = clock;
    this.#timers = timers;
    this.#state = startAdmission({ kinds: BACKGROUND_KINDS.length, targetMs, rates: RATES }, clock.now());
    for (const kind of BACKGROUND_KINDS) this.#done.set(kind, { slices: 0, bytes: 0 });
  }

  /**
   * Call `task` once, when a slice of so many bytes (read, sent or written) may go; never before this returns, and never after
   * {@link stop} or what is returned was called. The rate counts what is asked for, so ask for each slice when it is about to be
   * done, not for all of them at once. Slices of 64 KiB or less keep the others' waits short.
   */
  run(kind: BackgroundKind, costBytes: number, task: () => void): Cancel {
    invariant(Number.isFinite(costBytes) && costBytes >= 0, `a slice costs a number of bytes, not ${costBytes}`);
    if (this.#isStopped) return () => {};
    if (this.#control === undefined) {
      onTakenUpAgain(this.#state, this.#clock.now());
      this.#controlAfter(CONTROL_INTERVAL_MS);
    }
    const cost = Math.max(LEAST_COST_BYTES, Math.ceil(costBytes));
    const waiting = onAsked(this.#state, BACKGROUND_KINDS.indexOf(kind), cost, { task });
    if (!this.#isHandingOut) this.#arm();
    return () => withdraw(this.#state.queue, waiting);
  }

  /** How large a slice should be now, for work that can be cut as one likes: small while the rate is low, so that each is hardly felt by requests. */
  get sliceBytes(): number {
    const { rate, busyRate } = this.#state.rate;
    if (busyRate !== undefined) return IDLE_SLICE_BYTES;
    const bytes = Math.floor((rate * SLICE_MS) / 1000);
    return Math.max(LEAST_SLICE_BYTES, Math.min(MOST_SLICE_BYTES, bytes));
  }

  /** Of a request that this node coordinated or forwarded. On the hot path. */
  onRequest(durationMs: number): void {
    onForeground(this.#state, 'request', durationMs);
  }

  /** For {@link onStored}. */
  now(): Instant {
    return this.#clock.now();
  }

  /** A write that another node's request brought is durable here. On the hot path. */
  onStored(arrived: Instant): void {
    onForeground(this.#state, 'storage', this.#clock.now() - arrived);
  }

  /** Slices of that kind wait until {@link resume}; those that went through go on. */
  pause(kind: BackgroundKind): void {
    setPaused(this.#state.queue, BACKGROUND_KINDS.indexOf(kind), true);
  }

  resume(kind: BackgroundKind): void {
    setPaused(this.#state.queue, BACKGROUND_KINDS.indexOf(kind), false);
    this.#arm();
  }

  isPaused(kind: BackgroundKind): boolean {
    return kindOf(this.#state.queue, BACKGROUND_KINDS.indexOf(kind)).isPaused;
  }

  status(): BackgroundStatus {
    return statusOf(this.#state, this.#done);
  }

  /** No task is called any more. */
  stop(): void {
    this.#isStopped = true;
    this.#control?.cancel();
    this.#next?.cancel();
  }

  #arm(): void {
    if (this.#next !== undefined || this.#isStopped || !hasNext(this.#state.queue)) return;
    const handOut = (): void => {
      this.#next = undefined;
      this.#handOut();
    };
    const afterMs = creditAfterMs(this.#state);
    if (afterMs > 0) this.#next = this.#timers.after(afterMs, handOut);
    else {
      // Behind whatever came in meanwhile, and not a millisecond later, as a timer would be.
      this.#next = SOON;
      this.#timers.soon(handOut);
    }
  }

  #handOut(): void {
    if (this.#isStopped) return;
    this.#isHandingOut = true;
    const began = this.#clock.now();
    onSlices(this.#state, began, ({ task }, kind, cost) => {
      const done = this.#done.get(BACKGROUND_KINDS[kind] as BackgroundKind);
      if (done !== undefined) {
        done.slices++;
        done.bytes += cost;
      }
      if (!this.#isStopped) task();
      return this.#clock.now() - began < MOST_TURN_MS;
    });
    this.#isHandingOut = false;
    this.#arm();
  }

  #controlAfter(delayMs: number): void {
    const due = this.#clock.now() + delayMs;
    this.#control = this.#timers.after(delayMs, () => {
      const now = this.#clock.now();
      onControl(this.#state, now, Math.max(0, now - due));
      this.#idleControls = this.#state.queue.kinds.some(({ waiting }) => waiting > 0) ? 0 : this.#idleControls + 1;
      this.#control = undefined;
      if (this.#idleControls < IDLE_CONTROLS) this.#controlAfter(CONTROL_INTERVAL_MS);
      else this.#idleControls = 0;
    });
  }
}
