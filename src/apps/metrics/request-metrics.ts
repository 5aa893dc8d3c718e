/**
 * What a node's requests cost, counted on the hot path (tens of thousands of calls per second) and read at a scrape.
 *
 * prom-client's own counters and histograms look up a hash of the labels per observation; here an observation is one array
 * index and, for anything but success, one lookup. The exposition format is written in `exposition.ts`.
 */
import type { KvObserver } from '../../stores/kv/index.ts';

export const VERBS = ['get', 'put', 'delete', 'list'] as const;
export type Verb = (typeof VERBS)[number];

/** Upper bounds in milliseconds; what takes longer falls into the last, unbounded bin. */
export const LATENCY_BOUNDS_MS: readonly number[] = [
  0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000,
];
/** Upper bounds of the number of values a get returned. */
export const VALUES_BOUNDS: readonly number[] = [0, 1, 2, 3, 4, 8, 16];

/** Observations per bin, the last bin unbounded. Not cumulative: adding up is the scrape's work. */
export class Bins {
  readonly bounds: readonly number[];
  readonly counts: Float64Array;
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    const { bounds, counts } = this;
    let bin = 0;
    while (bin < bounds.length && value > (bounds[bin] as number)) bin += 1;
    counts[bin] = (counts[bin] as number) + 1;
    this.sum += value;
  }
}

export interface VerbCounts {
  readonly durations: Bins;
  ok: number;
  /** By error code. */
  readonly failures: Map<string, number>;
}

/** The observer of a node that serves `/metrics`. */
export class RequestMetrics implements KvObserver {
  readonly verbs: Readonly<Record<Verb, VerbCounts>> = {
    get: verbCounts(),
    put: verbCounts(),
    delete: verbCounts(),
    list: verbCounts(),
  };
  readonly valuesPerGet = new Bins(VALUES_BOUNDS);
  readRepairs = 0;
  damagedRecords = 0;

  request(verb: Verb, durationMs: number, code: string): void {
    const counts = this.verbs[verb];
    counts.durations.observe(durationMs);
    if (code === 'ok') counts.ok += 1;
    else counts.failures.set(code, (counts.failures.get(code) ?? 0) + 1);
  }

  readRepair(): void {
    this.readRepairs += 1;
  }

  values(count: number): void {
    this.valuesPerGet.observe(count);
  }

  damagedRecord(): void {
    this.damagedRecords += 1;
  }
}

function verbCounts(): VerbCounts {
  return { durations: new Bins(LATENCY_BOUNDS_MS), ok: 0, failures: new Map() };
}
