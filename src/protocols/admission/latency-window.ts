/**
 * The latencies of the last seconds: how many there were, how many took longer than the target, and their quantiles.
 *
 * Slots of equal length, the oldest of which is emptied when time moves on. Bins grow by a quarter of a power of two, so a quantile
 * is at most a fifth above the true one; who was too slow is counted exactly. Nothing is allocated after the beginning.
 */

/** Four bins for each doubling, from 1/16 ms up to about 65 s. */
const BINS_PER_DOUBLING = 4;
const LEAST_EXPONENT = -4;
const DOUBLINGS = 20;
const BINS = DOUBLINGS * BINS_PER_DOUBLING;

const BOUNDS: readonly number[] = Array.from({ length: BINS }, (_, bin) => {
  const doubling = Math.floor(bin / BINS_PER_DOUBLING);
  const least = 2 ** (LEAST_EXPONENT + doubling);
  return least + (least * ((bin % BINS_PER_DOUBLING) + 1)) / BINS_PER_DOUBLING;
});

interface Slot {
  readonly bins: Uint32Array;
  total: number;
  slow: number;
  /** Longer than half of the target, or more. */
  near: number;
}

export interface LatencyWindow {
  readonly targetMs: number;
  readonly slots: readonly Slot[];
  current: number;
}

export interface LatencyCounts {
  readonly total: number;
  /** Longer than the target. */
  readonly slow: number;
  /** Longer than half of it. */
  readonly near: number;
}

export function startWindow(targetMs: number, slots: number): LatencyWindow {
  return {
    targetMs,
    slots: Array.from({ length: slots }, () => ({ bins: new Uint32Array(BINS), total: 0, slow: 0, near: 0 })),
    current: 0,
  };
}

/** On hot paths. */
export function observeLatency(window: LatencyWindow, durationMs: number): void {
  const slot = window.slots[window.current] as Slot;
  slot.total++;
  if (durationMs > window.targetMs / 2) {
    slot.near++;
    if (durationMs > window.targetMs) slot.slow++;
  }
  const bin = binOf(durationMs);
  slot.bins[bin] = (slot.bins[bin] as number) + 1;
}

/** The next slot begins; what was in it, the oldest, is forgotten. */
export function moveOn(window: LatencyWindow): void {
  window.current = (window.current + 1) % window.slots.length;
  const slot = window.slots[window.current] as Slot;
  slot.bins.fill(0);
  slot.total = 0;
  slot.slow = 0;
  slot.near = 0;
}

export function countsOf({ slots }: LatencyWindow): LatencyCounts {
  return sumOf(slots);
}

/** Of the present slot and the one before. */
export function latestCountsOf({ slots, current }: LatencyWindow): LatencyCounts {
  return sumOf([slots[current] as Slot, slots[(current + slots.length - 1) % slots.length] as Slot]);
}

function sumOf(slots: readonly Slot[]): LatencyCounts {
  const sum = { total: 0, slow: 0, near: 0 };
  for (const { total, slow, near } of slots) {
    sum.total += total;
    sum.slow += slow;
    sum.near += near;
  }
  return sum;
}

/** Upper bound of the bin in which the quantile lies; 0 of an empty window. `perMille`: 0 .. 1000. */
export function quantileMs(window: LatencyWindow, perMille: number): number {
  const rank = Math.max(1, Math.ceil((countsOf(window).total * perMille) / 1000));
  let seen = 0;
  for (let bin = 0; bin < BINS; bin++) {
    for (const slot of window.slots) seen += slot.bins[bin] as number;
    if (seen >= rank) return BOUNDS[bin] as number;
  }
  return 0;
}

/** The first bin whose bound is not exceeded. Without logarithms: those differ from machine to machine. */
function binOf(durationMs: number): number {
  let low = 0;
  let high = BINS - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (durationMs <= (BOUNDS[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}
