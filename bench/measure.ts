/**
 * All points of all systems: closed loops, and open loops where they are wanted.
 *
 * What counts is how systems compare on one machine, and a machine that others use too gives each minute another speed. So all
 * systems run all the time, and take turns in short rounds: what one round of a system is compared with was measured within
 * seconds of it. Whoever is not measured idles.
 */
import { execFileSync } from 'node:child_process';
import { setFlagsFromString } from 'node:v8';
import { closedLoop, openLoop, type Point, PRELOADED_KEYS, preload, Recorder, type Verb } from './load.ts';
import type { Options } from './options.ts';
import type { System } from './systems/system.ts';

const VERBS: readonly Verb[] = ['put', 'get'];
const IN_FLIGHT = [1, 64, 256];
const PEAK_IN_FLIGHT = 256;
const ROUNDS = 5;
/** Only appends to a log: what it suffers at a rate, any system that stores durably suffers. */
const MACHINE_TAIL = 'floor-log';
/**
 * So many requests of a kind come before those that count. A store that gathers in memory what it sorts away later is measured with
 * the later part of the work too, or its peak is that of a burst; and one that keeps in memory what was read last, after it has
 * read it. Slow systems warm up for some seconds only.
 */
const WARM_UP_REQUESTS = 600_000;
const WARM_UP_ROUNDS_MAX = 20;

/** The name that `--only` selects by. */
function isWanted(options: Options, system: string, verb: Verb, load: string): boolean {
  const name = `${system}-${verb}-${load}`;
  return options.only.length === 0 || options.only.some((part) => name.includes(part));
}

function openLoads(options: Options, system: string, verb: Verb): string[] {
  const loads = system === 'quorate' ? ['half', ...options.rates.map(String)] : [];
  return loads.filter((load) => isWanted(options, system, verb, load));
}

/** Whether there is anything to measure on it. */
export function isSystemWanted(options: Options, system: string): boolean {
  const closed = VERBS.some((verb) => IN_FLIGHT.some((load) => isWanted(options, system, verb, String(load))));
  return closed || VERBS.some((verb) => openLoads(options, system, verb).length > 0);
}

/** @returns for each verb the half of its peak that an open loop ran at, if one did. */
export async function measure(
  systems: readonly System[],
  options: Options,
  onPoint: (point: Point) => void,
): Promise<ReadonlyMap<Verb, string>> {
  keepCompiled();
  const halves = new Map<Verb, string>();
  for (const system of systems) await preload(system, PRELOADED_KEYS, PEAK_IN_FLIGHT);
  for (const verb of VERBS) {
    for (const system of systems) await warmUp(system, verb, options);
    const peaks = new Map<string, number>();
    for (const inFlight of IN_FLIGHT) {
      const wanted = systems.filter(({ name }) => isWanted(options, name, verb, String(inFlight)));
      for (const point of await takeTurns(wanted, verb, inFlight, options.seconds)) {
        if (inFlight === PEAK_IN_FLIGHT) peaks.set(point.system, point.operationsPerSecond);
        onPoint(point);
      }
    }
    for (const system of systems) {
      for (const load of openLoads(options, system.name, verb)) {
        const rate = load === 'half' ? halfOf(peaks.get(system.name) ?? (await peakOf(system, verb, options))) : Number(load);
        // What the machine does to the barest of systems at the same rate, round by round.
        const beside = systems.filter(({ name }) => name === MACHINE_TAIL);
        for (const point of await openTurns([system, ...beside], verb, rate, options)) onPoint(point);
        if (load === 'half') halves.set(verb, openLoad(rate));
      }
    }
  }
  return halves;
}

/**
 * V8 throws away the code of functions that rested through some collections of garbage. All clients share this process: without
 * this, those of one system would lose theirs while those of another make garbage, and begin each of their turns in the interpreter.
 */
function keepCompiled(): void {
  setFlagsFromString('--no-flush-bytecode');
}

async function warmUp(system: System, verb: Verb, { seconds }: Options): Promise<void> {
  const roundSeconds = Math.min(seconds, 1);
  let requests = 0;
  for (let round = 0; round < WARM_UP_ROUNDS_MAX && requests < WARM_UP_REQUESTS; round++) {
    const recorder = new Recorder();
    await closedLoop(system, verb, PEAK_IN_FLIGHT, roundSeconds, recorder);
    requests += recorder.point(system.name, verb, '').operationsPerSecond * roundSeconds;
  }
}

async function takeTurns(systems: readonly System[], verb: Verb, inFlight: number, seconds: number): Promise<Point[]> {
  const turns = systems.map((system) => ({ system, recorder: new Recorder() }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const { system, recorder } of turns) await closedLoop(system, verb, inFlight, seconds / ROUNDS, recorder);
  }
  return turns.map(({ system, recorder }) => recorder.point(system.name, verb, `${inFlight} in flight`));
}

/**
 * An open loop by rounds as well: at these rates a single stall of some 30 ms decides over a whole percentile, and on a machine that
 * others use too there is one in most minutes that no system had a part in.
 */
async function openTurns(systems: readonly System[], verb: Verb, rate: number, options: Options): Promise<Point[]> {
  const turns = systems.map((system) => ({ system, recorder: new Recorder() }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const { system, recorder } of turns) {
      settle(options.directory);
      await openLoop(system, verb, rate, options.seconds, recorder);
    }
  }
  return turns.map(({ system, recorder }) => recorder.point(system.name, verb, openLoad(rate)));
}

function openLoad(rate: number): string {
  return `${rate}/s`;
}

/** What the other systems wrote and the kernel has still to bring to the disk must not count in the tail of the one measured next. */
function settle(directory: string): void {
  execFileSync('sync', ['--file-system', directory]);
}

/** For when only the half is asked for. */
async function peakOf(system: System, verb: Verb, { seconds }: Options): Promise<number> {
  const [point] = await takeTurns([system], verb, PEAK_IN_FLIGHT, seconds);
  return point?.operationsPerSecond ?? 0;
}

function halfOf(peak: number): number {
  return Math.max(100, Math.round(peak / 2 / 100) * 100);
}
