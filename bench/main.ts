/**
 * `npm run bench`: puts and gets of 256-byte values on a cluster of three real server processes, N=3, W=2 with fsync, R=2, and
 * beside it, in the same call, whatever else is asked for: see options.ts and docs/performance.md.
 */
import { mkdtempSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { type Judgement, judge, judgementLine } from './judge.ts';
import { type Point, setKeyOrder, VALUE, type Verb } from './load.ts';
import { LoadedSystem } from './loaded-system.ts';
import { isSystemWanted, measure } from './measure.ts';
import { measureMemory } from './memory.ts';
import { type Options, readOptions, USAGE } from './options.ts';
import { cleanUpAtEnd } from './processes.ts';
import { errorLine, machine, save, stolenLine, TABLE_HEAD, tableRow } from './report.ts';
import type { SystemName } from './systems/index.ts';
import { startQuorate } from './systems/quorate.ts';

const RESULTS = join(import.meta.dirname, 'results');
const EXIT_USAGE = 2;

/** Linux: where files are in memory, a sync costs nothing. */
const TMPFS = 0x0102_1994;

const points: Point[] = [];
const halves = new Map<Verb, string>();
const memory: Judgement[] = [];

function asked(): Options | undefined {
  try {
    const options = readOptions(process.argv.slice(2));
    if (options !== 'help') return options;
    console.log(USAGE);
  } catch (error) {
    console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = EXIT_USAGE;
  }
  return undefined;
}

/** What fails on one system leaves the others to be measured. */
async function attempt(name: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    process.exitCode = 1;
    console.log(`${name}: FAILED, ${inspect(error)}`);
  }
}

/** Starts those that are wanted and installed. */
async function startSystems(directory: string, options: Options): Promise<LoadedSystem[]> {
  const wanted: SystemName[] = ['quorate', ...(options.floor ? (['floor', 'floor-log'] as const) : []), ...options.against];
  const systems: LoadedSystem[] = [];
  for (const name of wanted) {
    if (!isSystemWanted(options, name)) continue;
    await attempt(name, async () => {
      const system = await LoadedSystem.start({ system: name, directory: join(directory, name), keys: options.keys });
      if (system !== undefined) systems.push(system);
    });
  }
  return systems;
}

async function measureSystems(directory: string, options: Options): Promise<void> {
  const systems = await startSystems(directory, options);
  await attempt('measurement', async () => {
    const onPoint = (point: Point): void => {
      points.push(point);
      console.log(tableRow(point));
    };
    for (const [verb, load] of await measure(systems, options, onPoint)) halves.set(verb, load);
  });
  for (const system of systems) await attempt(system.name, () => system.close());
}

function measureMemoryOf(directory: string): Promise<void> {
  return attempt('memory', async () => {
    const system = await startQuorate(join(directory, 'memory'));
    try {
      memory.push(...(await measureMemory(system)));
    } finally {
      await system.close();
    }
  });
}

async function run(options: Options): Promise<void> {
  const directory = mkdtempSync(join(options.directory, 'bench-data-'));
  cleanUpAtEnd(directory);
  setKeyOrder(options.keys);
  console.log(`${machine()}; ${options.seconds} s per point, values of ${VALUE.length} bytes, keys ${options.keys}`);
  if (statfsSync(directory).type === TMPFS) {
    console.log(`${options.directory} IS IN MEMORY: syncs cost nothing there, so the puts say nothing; see --directory`);
  }
  console.log(TABLE_HEAD);
  await measureSystems(directory, options);
  if (options.memory) await measureMemoryOf(directory);
  const judgements = [...judge(points, halves), ...memory];
  console.log(['', ...judgements.map(judgementLine), errorLine(points), stolenLine(points)].join('\n'));
  if (points.some((point) => point.errors > 0)) process.exitCode = 1;
  await save(RESULTS, { command: ['npm run bench --', ...process.argv.slice(2)].join(' '), points, judgements });
  console.log('\nbench/results/results.json and results.svg');
}

const options = asked();
if (options !== undefined) await run(options);
// What a failed system left open must not keep this process, and its children, going.
process.exit();
