/**
 * The users' load while something else goes on: puts and gets at once, each by a timetable fixed beforehand, for as long as it takes.
 * Latency counts from the time in the timetable.
 */
import { nextKey, type Point, PRELOADED_KEYS, preloadedKey, Recorder, VALUE, type Verb } from '../load.ts';
import type { System } from '../systems/system.ts';

export type Rates = Readonly<Record<Verb, number>>;
export type Tails = Readonly<Record<Verb, Point>>;

const ROUND_MS = 1_000;

export interface ForegroundOptions {
  readonly name: string;
  readonly rates: Rates;
  readonly seconds: number;
  /** Of each verb, so that a tail is of enough of them. */
  readonly requests: number;
  /** Goes on until then, though it takes longer. */
  readonly until?: Promise<unknown>;
}

export async function foreground(system: System, { name, rates, seconds, requests, until }: ForegroundOptions): Promise<Tails> {
  let isOver = until === undefined;
  const end = (): void => {
    isOver = true;
  };
  until?.then(end, end);
  const started = performance.now();
  const least = Math.max(seconds, requests / Math.min(rates.put, rates.get));
  const goesOn = (): boolean => {
    const elapsed = (performance.now() - started) / 1000;
    return elapsed < least || !isOver;
  };
  const [put, get] = await Promise.all([
    timetable({ ...system, name }, 'put', rates.put, goesOn),
    timetable({ ...system, name }, 'get', rates.get, goesOn),
  ]);

  return { put, get };
}

function timetable(system: System, verb: Verb, perSecond: number, goesOn: () => boolean): Promise<Point> {
  const recorder = new Recorder();
  const started = performance.now();
  let roundBegan = started;
  let begun = 0;
  let ended = 0;
  let last = false;
  recorder.beginRound();
  const endRound = (now: number): void => {
    recorder.endRound((now - roundBegan) / 1000);
    recorder.beginRound();
    roundBegan = now;
  };
  return new Promise((resolve) => {
    const onEnd = (due: number, error: unknown): void => {
      recorder.record(due, error);
      if (++ended < begun || !last) return;
      endRound(performance.now());
      resolve(recorder.point(system.name, verb, `${perSecond}/s`));
    };
    const beginDue = (): void => {
      const now = performance.now();
      for (let due = dueAt(begun); due <= now; due = dueAt(begun)) {
        const since = due;
        begun++;
        request(system, verb, (error) => onEnd(since, error));
      }
      if (now - roundBegan >= ROUND_MS) endRound(now);
      // Not while nobody is under way: the last answer ends the measurement.
      last = ended < begun && !goesOn();
      if (!last) setTimeout(beginDue, 1);
    };
    const dueAt = (index: number): number => started + (index * 1000) / perSecond;
    beginDue();
  });
}

function request(system: System, verb: Verb, done: (error?: unknown) => void): void {
  if (verb === 'put') system.put(nextKey(), VALUE, done);
  else system.get(preloadedKey(Math.floor(Math.random() * PRELOADED_KEYS)), done);
}
