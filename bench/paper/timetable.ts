/**
 * An open loop: requests begin by a timetable fixed beforehand, and latency counts from the time in the timetable, so that a stall is
 * charged to all whom it kept waiting (no coordinated omission). Only the timer's own grain, up to two milliseconds, is not charged.
 */

/** A request's place in the timetable and what came of it. */
export interface Timed {
  readonly dueMs: number;
  readonly latencyMs: number;
  readonly failed: boolean;
}

const TIMER_GRAIN_MS = 2;

/** When requests are due, in milliseconds from the beginning, at a rate that changes. */
export function timetable(durationMs: number, perSecondAt: (ms: number) => number): number[] {
  const due: number[] = [];
  for (let at = 0; at < durationMs; at += 1_000 / perSecondAt(at)) due.push(at);
  return due;
}

/** @param request - begins the request at that place and calls back once */
export function follow(
  due: readonly number[],
  request: (place: number, done: (failed: boolean) => void) => void,
): Promise<Timed[]> {
  const started = performance.now();
  const results: Timed[] = [];
  let next = 0;
  return new Promise((resolve) => {
    const begin = (place: number, dueMs: number): void => {
      const now = performance.now() - started;
      const since = now - dueMs > TIMER_GRAIN_MS ? dueMs : now;
      request(place, (failed) => {
        results.push({ dueMs, latencyMs: performance.now() - started - since, failed });
        if (results.length === due.length) resolve(results);
      });
    };
    const beginDue = (): void => {
      for (let dueMs = due[next]; dueMs !== undefined && dueMs <= performance.now() - started; dueMs = due[next])
        begin(next++, dueMs);
      if (next < due.length) setTimeout(beginDue, 1);
    };
    beginDue();
  });
}

/** Also of those that failed: they have kept someone waiting as well. */
export function latenciesOf(timed: readonly Timed[]): number[] {
  return timed.map(({ latencyMs }) => latencyMs);
}

export function failuresOf(timed: readonly Timed[]): number {
  return timed.filter(({ failed }) => failed).length;
}

/** How many failed, as a sentence. */
export function failureNote(failures: number, requests: number): string {
  const all = requests.toLocaleString('en');
  return failures === 0
    ? `None of the ${all} requests failed.`
    : `${failures.toLocaleString('en')} of the ${all} requests FAILED.`;
}
