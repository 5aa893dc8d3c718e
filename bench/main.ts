/**
 * `npm run bench`: puts and gets of 256-byte values on a cluster of three real server processes, N=3, W=2 with fsync, R=2.
 *
 * Beside it, in the same call: `--floor`, a bare replication as the limit; `--against etcd,redis`, other systems if they are
 * installed; `--memory`, a million objects. `--seconds` per point, `--quick` for a first look, `--rates` for more open loops.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { closedLoop, openLoop, type Point, PRELOADED_KEYS, preload } from './load.ts';
import { measureMemory } from './memory.ts';
import { type Judgement, judge, judgementLine, machine, save, TABLE_HEAD, tableRow } from './report.ts';
import { startEtcd } from './systems/etcd.ts';
import { startFloor } from './systems/floor.ts';
import { startQuorate } from './systems/quorate.ts';
import { startRedis } from './systems/redis.ts';
import type { StartSystem, System } from './systems/system.ts';

const OTHERS: Readonly<Record<string, StartSystem>> = { etcd: startEtcd, redis: startRedis };
const IN_FLIGHT = [1, 64, 256];
const QUICK_SECONDS = 1;

const { values: options } = parseArgs({
  options: {
    floor: { type: 'boolean', default: false },
    against: { type: 'string', default: '' },
    memory: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '5' },
    rates: { type: 'string', default: '' },
    directory: { type: 'string', default: process.cwd() },
  },
});

const seconds = options.quick ? QUICK_SECONDS : Number(options.seconds);
const rates = options.rates.split(',').filter(Boolean).map(Number);
const points: Point[] = [];

function add(point: Point): Point {
  points.push(point);
  console.log(tableRow(point));
  return point;
}

async function measure(system: System): Promise<Point[]> {
  await preload(system, PRELOADED_KEYS, 256);
  const peaks: Point[] = [];
  for (const verb of ['put', 'get'] as const) {
    await closedLoop(system, verb, 64, Math.min(seconds, 2));
    for (const inFlight of IN_FLIGHT) {
      const point = add(await closedLoop(system, verb, inFlight, seconds));
      if (inFlight === IN_FLIGHT.at(-1)) peaks.push(point);
    }
  }
  return peaks;
}

async function measureQuorate(directory: string): Promise<Judgement[]> {
  const system = await startQuorate(directory);
  try {
    for (const { verb, operationsPerSecond } of await measure(system)) {
      const half = Math.round(operationsPerSecond / 2 / 100) * 100;
      for (const rate of [half, ...rates]) add(await openLoop(system, verb, rate, seconds));
    }
    return [];
  } finally {
    await system.close();
  }
}

async function measureMemoryOf(directory: string): Promise<Judgement[]> {
  const system = await startQuorate(directory);
  try {
    return await measureMemory(system);
  } finally {
    await system.close();
  }
}

async function measureOther(start: StartSystem, directory: string): Promise<void> {
  const system = await start(directory);
  if (system === undefined) return;
  try {
    await measure(system);
  } finally {
    await system.close();
  }
}

async function main(): Promise<void> {
  const others = options.against.split(',').filter(Boolean);
  const unknown = others.find((name) => !Object.hasOwn(OTHERS, name));
  if (unknown !== undefined) throw new Error(`--against '${unknown}' is none of ${Object.keys(OTHERS).join(', ')}`);
  const directory = mkdtempSync(join(options.directory, 'bench-data-'));
  try {
    console.log(`${machine()}; ${seconds} s per point, values of 256 bytes\n${TABLE_HEAD}`);
    await measureQuorate(join(directory, 'quorate'));
    if (options.floor) await measureOther(startFloor, directory);
    for (const name of others) await measureOther(OTHERS[name] as StartSystem, join(directory, name));
    const memory = options.memory ? await measureMemoryOf(join(directory, 'memory')) : [];
    const judgements = [...judge(points), ...memory];
    console.log(['', ...judgements.map(judgementLine)].join('\n'));
    await save(join(import.meta.dirname, 'results'), points, judgements, `npm run bench -- ${process.argv.slice(2).join(' ')}`);
    console.log('\nbench/results/results.json and results.svg');
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

await main();
