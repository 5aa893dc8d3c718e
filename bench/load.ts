/**
 * Load with its latencies. Closed loop: so many requests always under way. Open loop: requests begin by a timetable fixed
 * beforehand, and latency counts from the time in the timetable, so that a stall is charged to all whom it kept waiting
 * (no coordinated omission).
 */
import { build, type Histogram } from 'hdr-histogram-js';
import { processorTimes } from './stolen-time.ts';
import type { System } from './systems/system.ts';

export type Verb = 'put' | 'get';

export interface Point {
  readonly system: string;
  readonly verb: Verb;
  /** `64 in flight` or `5000/s`. */
  readonly load: string;
  readonly operationsPerSecond: number;
  /** The same by round: rounds of different systems with the same number were measured one right after the other. */
  readonly rounds: readonly number[];
  /** The 99.9th percentile by round, in milliseconds. */
  readonly roundTailsMs: readonly number[];
  /** Share of the processors' time that the machine's host took away meanwhile. */
  readonly stolenShare: number;
  readonly errors: number;
  readonly firstError: string | undefined;
  /** Milliseconds, by percentile. */
  readonly latencyMs: Readonly<Record<'50' | '90' | '99' | '99.9' | 'max', number>>;
  /** Percentile and milliseconds, for a curve. */
  readonly curve: readonly (readonly [percentile: number, milliseconds: number])[];
}

export const VALUE = new Uint8Array(256).map((_byte, index) => index);
export const PRELOADED_KEYS = 100_000;

const CURVE_PERCENTILES = [0, 25, 50, 75, 90, 95, 97.5, 99, 99.5, 99.75, 99.9, 99.95, 99.99, 99.995, 99.999];

/** What comes before the number in a key: `scattered` over the key space, as hashes or random ids are, or in `sequence`. */
export type KeyOrder = 'scattered' | 'sequence';

let keyOrder: KeyOrder = 'scattered';
let written = 0;

export function setKeyOrder(order: KeyOrder): void {
  keyOrder = order;
}

/** Never the same twice. */
export function nextKey(): string {
  return keyOf('put', written++);
}

export function preloadedKey(index: number): string {
  return keyOf('get', index);
}

/** Knuth's multiplicative hash scatters. */
function keyOf(kind: string, number: number): string {
  const prefix = keyOrder === 'scattered' ? Math.imul(number + 1, 2_654_435_761) >>> 0 : number;
  return `${prefix.toString(16).padStart(8, '0')}/${kind}/${number}`;
}

/** Microseconds, up to two minutes. */
function latencyHistogram(): Histogram {
  return build({ lowestDiscernibleValue: 1, highestTrackableValue: 120_000_000, numberOfSignificantValueDigits: 3 });
}

/** Gathers the rounds of one point. */
export class Recorder {
  readonly #histogram = latencyHistogram();
  readonly #roundHistogram = latencyHistogram();
  readonly #roundTailsMs: number[] = [];
  #errors = 0;
  #firstError: string | undefined;
  #count = 0;
  #began = processorTimes();
  #stolen = 0;
  #total = 0;
  readonly #rounds: { readonly operations: number; readonly seconds: number }[] = [];

  record(sinceMs: number, error: unknown): void {
    this.#count++;
    if (error !== undefined) {
      this.#errors++;
      this.#firstError ??= String(error);
    }
    const microseconds = Math.max(1, Math.round((performance.now() - sinceMs) * 1000));
    this.#histogram.recordValue(microseconds);
    this.#roundHistogram.recordValue(microseconds);
  }

  beginRound(): void {
    this.#began = processorTimes();
  }

  /** A round has ended, with everything recorded since the last one. */
  endRound(seconds: number): void {
    const before = this.#rounds.reduce((sum, round) => sum + round.operations, 0);
    const { total, stolen } = processorTimes();
    this.#total += total - this.#began.total;
    this.#stolen += stolen - this.#began.stolen;
    this.#rounds.push({ operations: this.#count - this.#errors - before, seconds });
    this.#roundTailsMs.push(this.#roundHistogram.getValueAtPercentile(99.9) / 1000);
    this.#roundHistogram.reset();
  }

  point(system: string, verb: Verb, load: string): Point {
    const at = (percentile: number): number => this.#histogram.getValueAtPercentile(percentile) / 1000;
    const latencyMs = { '50': at(50), '90': at(90), '99': at(99), '99.9': at(99.9), max: this.#histogram.maxValue / 1000 };
    // Further out, a percentile would be a single request.
    const told = CURVE_PERCENTILES.filter((percentile) => this.#count * (1 - percentile / 100) >= 1);
    const curve = told.map((percentile) => [percentile, at(percentile)] as const);
    const seconds = this.#rounds.reduce((sum, round) => sum + round.seconds, 0);
    const operationsPerSecond = (this.#count - this.#errors) / seconds;
    const rounds = this.#rounds.map((round) => round.operations / round.seconds);
    const stolenShare = this.#total === 0 ? 0 : this.#stolen / this.#total;
    return {
      system,
      verb,
      load,
      operationsPerSecond,
      rounds,
      roundTailsMs: this.#roundTailsMs,
      stolenShare,
      errors: this.#errors,
      firstError: this.#firstError,
      latencyMs,
      curve,
    };
  }
}

function request(system: System, verb: Verb, done: (error?: unknown) => void): void {
  if (verb === 'put') system.put(nextKey(), VALUE, done);
  else system.get(preloadedKey(Math.floor(Math.random() * PRELOADED_KEYS)), done);
}

/** One round. */
export function closedLoop(system: System, verb: Verb, inFlight: number, seconds: number, recorder: Recorder): Promise<void> {
  recorder.beginRound();
  const started = performance.now();
  const end = started + seconds * 1000;
  let open = inFlight;
  return new Promise((resolve) => {
    const next = (): void => {
      const since = performance.now();
      request(system, verb, (error) => {
        recorder.record(since, error);
        if (performance.now() < end) next();
        else if (--open === 0) {
          recorder.endRound((performance.now() - started) / 1000);
          resolve();
        }
      });
    };
    for (let count = 0; count < inFlight; count++) next();
  });
}

/** One round. */
export function openLoop(system: System, verb: Verb, perSecond: number, seconds: number, recorder: Recorder): Promise<void> {
  recorder.beginRound();
  const started = performance.now();
  const total = Math.round(perSecond * seconds);
  const intervalMs = 1000 / perSecond;
  let begun = 0;
  let ended = 0;
  return new Promise((resolve) => {
    const onEnd = (since: number, error: unknown): void => {
      recorder.record(since, error);
      if (++ended < total) return;
      recorder.endRound((performance.now() - started) / 1000);
      resolve();
    };
    const beginDue = (): void => {
      const now = performance.now();
      while (begun < total) {
        const due = started + begun * intervalMs;
        if (due > now) break;
        begun++;
        request(system, verb, (error) => onEnd(due, error));
      }
      // A timer's millisecond is charged to the system. To spin instead would take one of its cores away from it.
      if (begun < total) setTimeout(beginDue, 1);
    };
    beginDue();
  });
}

/** Store the keys that the gets read. @throws the first failure, when all the others have ended. */
export async function preload(system: System, keys: number, inFlight: number): Promise<void> {
  let next = 0;
  let errors = 0;
  let firstError: unknown;
  const worker = async (): Promise<void> => {
    while (next < keys && errors === 0) {
      const key = preloadedKey(next++);
      await new Promise<void>((resolve) => {
        system.put(key, VALUE, (error) => {
          if (error !== undefined && errors++ === 0) firstError = error;
          resolve();
        });
      });
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  if (errors > 0) throw new Error(`${errors} errors while the keys for the gets were stored`, { cause: firstError });
}
