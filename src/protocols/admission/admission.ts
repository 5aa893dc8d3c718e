/**
 * Admission control of background work: slices are let through so fast as the tail of the foreground's latencies allows.
 *
 * | event                     | what happens                                                                                   |
 * |---------------------------|------------------------------------------------------------------------------------------------|
 * | a slice is asked for      | it waits with its kind                                                                         |
 * | a foreground latency      | counted against the target: of requests, and of this node's own storage                        |
 * | time for slices           | as long as there is credit, the next slice of the fairest kind goes through and is charged     |
 * | the foreground comes back | the rate is that of the last busy time at once                                                 |
 * | control (every interval)  | the rate is adjusted by the evidence; every so often the windows move on                       |
 *
 * Credit grows with the rate and is kept for a few milliseconds only; a slice may overdraw it, and those behind it wait until the debt is
 * paid. So any size of slice gets through, and the rate holds on average. The tail is judged by counting: above the target is
 * when more than one in a thousand of the window was slow, and more than one at all; near is when as many of the last two
 * seconds took more than half of it. A control that comes late shows that
 * the queue in front of the node was as long; beyond the target that counts as a slow request of its own.
 *
 * Source: the Dynamo paper, section 6.5 (a feedback controller hands slices to background tasks by the 99th percentile of the
 * latency of the database over the last 60 seconds; here the 99.9th over ten). Invariants: no slice goes through while credit is
 * not positive; over any time, no more goes through
 * than the rate gives, a burst and one slice; as long as slices wait, the floor goes through.
 */
import { enqueue, type FairQueue, hasNext, startQueue, takeNext, type Waiting } from './fair-queue.ts';
import { countsOf, type LatencyWindow, latestCountsOf, moveOn, observeLatency, startWindow } from './latency-window.ts';
import { adjustRate, type Evidence, onBusy, type RateLimits, type RateState, startRate } from './rate.ts';

/** `request`: as its coordinator saw it. `storage`: from a write's arrival to its being durable here. */
export type Signal = 'request' | 'storage';

export interface AdmissionOptions {
  /** How many kinds of work share. */
  readonly kinds: number;
  /** Of the 99.9th percentile. */
  readonly targetMs: number;
  readonly rates: RateLimits;
}

export interface AdmissionState<Work> {
  readonly options: AdmissionOptions;
  readonly queue: FairQueue<Work>;
  readonly windows: Readonly<Record<Signal, LatencyWindow>>;
  readonly rate: RateState;
  /** Bytes that may go through now; negative after a slice that was larger. */
  credit: number;
  /** When `credit` was right. */
  creditedAt: number;
  usedUp: boolean;
  slowBefore: number;
  controls: number;
  /** In the foreground since the last control. */
  observed: number;
  /** Controls in a row with hardly anything in the foreground. */
  quietControls: number;
  evidence: Evidence;
}

export const CONTROL_INTERVAL_MS = 100;
const CONTROLS_PER_SLOT = 10;
const SLOTS = 10;
/** One request in so many may be slow. */
const ALLOWANCE = 1000;
/** Credit is kept for so long. */
const BURST_MS = 5;
/** Fewer observations than these in an interval are as good as none: a probe of the health now and then, say. */
const SOME = 2;
/** After so many intervals there is no foreground. */
const QUIET_CONTROLS = 3;
const SLICES_PER_TURN = 64;
const MS_PER_SECOND = 1000;

export function startAdmission<Work>(options: AdmissionOptions, now: number): AdmissionState<Work> {
  const window = (): LatencyWindow => startWindow(options.targetMs, SLOTS);
  return {
    options,
    queue: startQueue(options.kinds),
    windows: { request: window(), storage: window() },
    rate: startRate(options.rates),
    credit: 1,
    creditedAt: now,
    usedUp: false,
    slowBefore: 0,
    controls: 0,
    observed: 0,
    quietControls: 0,
    evidence: { tail: 'within', usedUp: false },
  };
}

/** On hot paths. */
export function onForeground<Work>(state: AdmissionState<Work>, signal: Signal, durationMs: number): void {
  observeLatency(state.windows[signal], durationMs);
  state.observed++;
  if (state.observed === SOME && state.rate.busyRate !== undefined) onForegroundBegins(state);
}

/** It need not wait for the next control. */
function onForegroundBegins<Work>(state: AdmissionState<Work>): void {
  state.quietControls = 0;
  onBusy(state.rate);
  state.credit = Math.min(state.credit, 1);
}

/** Ask for a slice of so many bytes. */
export function onAsked<Work>(state: AdmissionState<Work>, kind: number, cost: number, work: Work): Waiting<Work> {
  return enqueue(state.queue, kind, cost, work);
}

/**
 * Hand out what there is credit for, or the most of a turn: more than that would itself be felt. `admit` may ask for more, and returns
 * whether there is time for another one in this turn.
 */
export function onSlices<Work>(
  state: AdmissionState<Work>,
  now: number,
  admit: (work: Work, kind: number, cost: number) => boolean,
): void {
  gainCredit(state, now);
  for (let slices = 0; state.credit > 0; slices++) {
    if (slices === SLICES_PER_TURN) return;
    const next = takeNext(state.queue);
    if (next === undefined) return;
    state.credit -= next.entry.cost;
    if (!admit(next.work, next.entry.kind, next.entry.cost)) return;
  }
  if (hasNext(state.queue)) state.usedUp = true;
}

/** How long until there is credit again; 0 if there is. */
export function creditAfterMs<Work>(state: AdmissionState<Work>): number {
  return state.credit > 0 ? 0 : ((1 - state.credit) * MS_PER_SECOND) / state.rate.rate;
}

/** Nothing was asked for in a while: what was learnt of the rate and the tail is of another time. */
export function onTakenUpAgain<Work>(state: AdmissionState<Work>, now: number): void {
  for (const window of Object.values(state.windows)) for (let slot = 0; slot < SLOTS; slot++) moveOn(window);
  Object.assign(state.rate, startRate(state.options.rates));
  state.credit = 1;
  state.creditedAt = now;
  state.usedUp = false;
  state.slowBefore = 0;
  state.observed = 0;
  state.quietControls = 0;
}

/** `lateMs`: how much later than {@link CONTROL_INTERVAL_MS} after the one before. */
export function onControl<Work>(state: AdmissionState<Work>, now: number, lateMs: number): void {
  // At the rate that was in force.
  gainCredit(state, now);
  state.quietControls = state.observed < SOME ? state.quietControls + 1 : 0;
  state.observed = 0;
  state.evidence = evidenceOf(state, lateMs);
  state.usedUp = false;
  adjustRate(state.rate, state.options.rates, state.evidence);
  state.controls++;
  if (state.controls % CONTROLS_PER_SLOT === 0) for (const window of Object.values(state.windows)) moveOn(window);
  state.slowBefore = slowOf(state);
}

function evidenceOf<Work>(state: AdmissionState<Work>, lateMs: number): Evidence {
  const counts = Object.values(state.windows).map(countsOf);
  const usedUp = state.usedUp || (state.credit <= 0 && hasNext(state.queue));
  if (state.quietControls >= QUIET_CONTROLS) return { tail: 'none', usedUp };
  const stalled = lateMs > state.options.targetMs && counts.some(({ total }) => total > 0);
  if (stalled) return { tail: 'above-now', usedUp };
  const isAbove = counts.some(({ total, slow }) => slow > Math.max(1, total / ALLOWANCE));
  const isNear = Object.values(state.windows)
    .map(latestCountsOf)
    .some(({ total, near }) => near > Math.max(1, total / ALLOWANCE));
  if (!isAbove) return { tail: isNear ? 'near' : 'within', usedUp };
  return { tail: slowOf(state) > state.slowBefore ? 'above-now' : 'above-earlier', usedUp };
}

function slowOf<Work>({ windows }: AdmissionState<Work>): number {
  return countsOf(windows.request).slow + countsOf(windows.storage).slow;
}

function gainCredit<Work>(state: AdmissionState<Work>, now: number): void {
  const { rate } = state.rate;
  const most = Math.max(1, (rate * BURST_MS) / MS_PER_SECOND);
  const gained = (rate * Math.max(0, now - state.creditedAt)) / MS_PER_SECOND;
  state.credit = Math.min(most, state.credit + gained);
  state.creditedAt = now;
}
