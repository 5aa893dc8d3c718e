/**
 * All points of all systems: closed loops, and open loops where they are wanted.
 *
 * What counts is how systems compare on one machine, and a machine that others use too gives each minute another speed. So all
 * systems run all the time, and take turns in short rounds: what one round of a system is compared with was measured within
 * seconds of it. Whoever is not measured idles.
 */
import { execFileSync } from 'node:child_process';
import { type Point, PRELOADED_KEYS, type Verb } from './load.ts';
import type { LoadedSystem } from './loaded-system.ts';
import type { Options } from './options.ts';

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
  systems: readonly LoadedSystem[],
  options: Options,
  onPoint: (point: Point) => void,
): Promise<ReadonlyMap<Verb, string>> {
  const halves = new Map<Verb, string>();
  for (const system of systems) await system.preload(PRELOADED_KEYS, PEAK_IN_FLIGHT);
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

async function warmUp(system: LoadedSystem, verb: Verb, { seconds }: Options): Promise<void> {
  const roundSeconds = Math.min(seconds, 1);
  let requests = 0;
  for (let round = 0; round < WARM_UP_ROUNDS_MAX && requests < WARM_UP_REQUESTS; round++) {
    const series = system.beginSeries();
    await system.closedLoop(series, verb, PEAK_IN_FLIGHT, roundSeconds);
    const { operationsPerSecond } = await system.endSeries(series, verb, 'warming up');
    requests += operationsPerSecond * roundSeconds;
  }
}

async function takeTurns(systems: readonly LoadedSystem[], verb: Verb, inFlight: number, seconds: number): Promise<Point[]> {
  const turns = systems.map((system) => ({ system, series: system.beginSeries() }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const { system, series } of turns) await system.closedLoop(series, verb, inFlight, seconds / ROUNDS);
  }
  return Promise.all(turns.map(({ system, series }) => system.endSeries(series, verb, `${inFlight} in flight`)));
}

/**
 * An open loop by rounds as well: at these rates a single stall of some 30 ms decides over a whole percentile, and on a machine that
 * others use too there is one in most minutes that no system had a part in.
 */
async function openTurns(systems: readonly LoadedSystem[], verb: Verb, rate: number, options: Options): Promise<Point[]> {
  const turns = systems.map((system) => ({ system, series: system.beginSeries() }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const { system, series } of turns) {
      settle(options.directory);
      await system.openLoop(series, verb, rate, options.seconds);
    }
  }
  return Promise.all(turns.map(({ system, series }) => system.endSeries(series, verb, openLoad(rate))));
}

function openLoad(rate: number): string {
  return `${rate}/s`;
}

/** What the other systems wrote and the kernel has still to bring to the disk must not count in the tail of the one measured next. */
function settle(directory: string): void {
  execFileSync('sync', ['--file-system', directory]);
}

/** For when only the half is asked for. */
async function peakOf(system: LoadedSystem, verb: Verb, { seconds }: Options): Promise<number> {
  const [point] = await takeTurns([system], verb, PEAK_IN_FLIGHT, seconds);
  return point?.operationsPerSecond ?? 0;
}

function halfOf(peak: number): number {
  return Math.max(100, Math.round(peak / 2 / 100) * 100);
}
