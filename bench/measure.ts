/** All points of one system: closed loops, and open loops where they are wanted. */
import { closedLoop, openLoop, type Point, PRELOADED_KEYS, preload, type Verb } from './load.ts';
import type { Options } from './options.ts';
import type { System } from './systems/system.ts';

const VERBS: readonly Verb[] = ['put', 'get'];
const IN_FLIGHT = [1, 64, 256];
const PEAK_IN_FLIGHT = 256;
const WARM_UP_SECONDS_MAX = 2;

/** The name that `--only` selects by. */
function isWanted(options: Options, system: string, verb: Verb, load: string): boolean {
  const name = `${system}-${verb}-${load}`;
  return options.only.length === 0 || options.only.some((part) => name.includes(part));
}

function loadsOf(options: Options, system: string, verb: Verb): string[] {
  const open = system === 'quorate' ? ['half', ...options.rates.map(String)] : [];
  return [...IN_FLIGHT.map(String), ...open].filter((load) => isWanted(options, system, verb, load));
}

/** Whether there is anything to measure on it. */
export function isSystemWanted(options: Options, system: string): boolean {
  return VERBS.some((verb) => loadsOf(options, system, verb).length > 0);
}

/** @returns for each verb the half of its peak that an open loop ran at, if one did. */
export async function measure(system: System, options: Options, onPoint: (point: Point) => void): Promise<Map<Verb, string>> {
  const halves = new Map<Verb, string>();
  await preload(system, PRELOADED_KEYS, PEAK_IN_FLIGHT);
  for (const verb of VERBS) {
    const loads = loadsOf(options, system.name, verb);
    if (loads.length === 0) continue;
    await closedLoop(system, verb, 64, Math.min(options.seconds, WARM_UP_SECONDS_MAX));
    let peak: number | undefined;
    for (const load of loads) {
      const rate = load === 'half' ? halfOf(peak ?? (await peakOf(system, verb, options))) : Number(load);
      const isOpen = load === 'half' || !IN_FLIGHT.includes(rate);
      const point = isOpen
        ? await openLoop(system, verb, rate, options.seconds)
        : await closedLoop(system, verb, rate, options.seconds);
      if (load === String(PEAK_IN_FLIGHT)) peak = point.operationsPerSecond;
      if (load === 'half') halves.set(verb, point.load);
      onPoint(point);
    }
  }
  return halves;
}

/** For when only the half is asked for. */
async function peakOf(system: System, verb: Verb, options: Options): Promise<number> {
  const point = await closedLoop(system, verb, PEAK_IN_FLIGHT, options.seconds);
  return point.operationsPerSecond;
}

function halfOf(peak: number): number {
  return Math.max(100, Math.round(peak / 2 / 100) * 100);
}
