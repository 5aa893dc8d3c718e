/**
 * `npm run bench:trouble`: what users feel of a cluster in trouble. Five real server processes, N=3, W=2 with fsync, R=2, values of 256 bytes;
 * first in health, then with one node killed, then while that node comes back and is brought up to date. See docs/performance.md.
 */
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '../../src/apps/client/index.ts';
import { type Judgement, judgementLine } from '../judge.ts';
import { closedLoop, openLoop, type Point, PRELOADED_KEYS, preload, Recorder, type Verb } from '../load.ts';
import { cleanUpAtEnd } from '../processes.ts';
import { machine, stolenLine, TABLE_HEAD, tableRow } from '../report.ts';
import { type Nodes, requestsOf, startNodes } from '../systems/quorate.ts';
import type { System } from '../systems/system.ts';
import { readOptions, type TroubleOptions, USAGE } from './options.ts';
import { Questions } from './questions.ts';

const CLUSTER = 'bench';
const NODES = 5;
/** The one that is killed: no client talks to it first, as to no other. */
const VICTIM = NODES - 1;
const IN_FLIGHT = 256;
const VERBS: readonly Verb[] = ['put', 'get'];
/** To count hints is work for the nodes. */
const POLL_MS = 500;
/** Of the limits that the store was given. */
const LEAST_THROUGHPUT = 0.7;
const MOST_TAIL = 2;
const EXIT_USAGE = 2;

interface Health {
  readonly closed: ReadonlyMap<Verb, Point>;
  readonly open: ReadonlyMap<Verb, Point>;
}

const points: Point[] = [];

function shown(point: Point): Point {
  points.push(point);
  console.log(tableRow(point));
  return point;
}

async function closed(system: System, verb: Verb, seconds: number): Promise<Point> {
  const recorder = new Recorder();
  await closedLoop(system, verb, IN_FLIGHT, seconds, recorder);
  return shown(recorder.point(system.name, verb, `${IN_FLIGHT} in flight`));
}

async function open(system: System, verb: Verb, rate: number, seconds: number): Promise<Point> {
  const recorder = new Recorder();
  await openLoop(system, verb, rate, seconds, recorder);
  return shown(recorder.point(system.name, verb, `${rate}/s`));
}

/** @param rates - of the open loops; half of what the closed ones reach without them. */
async function measure(system: System, seconds: number, rates?: ReadonlyMap<Verb, number>): Promise<Health> {
  const [throughput, tails] = [new Map<Verb, Point>(), new Map<Verb, Point>()];
  for (const verb of VERBS) throughput.set(verb, await closed(system, verb, seconds));
  for (const verb of VERBS) {
    const rate = rates?.get(verb) ?? halfOf(throughput.get(verb) as Point);
    tails.set(verb, await open(system, verb, rate, seconds));
  }
  return { closed: throughput, open: tails };
}

function halfOf({ operationsPerSecond }: Point): number {
  return Math.max(100, Math.round(operationsPerSecond / 200) * 100);
}

function compare(what: string, healthy: Health, now: Partial<Health>): Judgement[] {
  const judgements: Judgement[] = [];
  for (const verb of VERBS) {
    const [then, since] = [healthy.closed.get(verb), now.closed?.get(verb)];
    if (then === undefined || since === undefined) continue;
    const value = since.operationsPerSecond / then.operationsPerSecond;
    judgements.push({ what: `${verb}s per second ${what}`, value, unit: 'x', limit: { atLeast: LEAST_THROUGHPUT } });
  }
  for (const verb of VERBS) {
    const [then, since] = [healthy.open.get(verb), now.open?.get(verb)];
    if (then === undefined || since === undefined) continue;
    const value = since.latencyMs['99.9'] / then.latencyMs['99.9'];
    judgements.push({ what: `${verb} p99.9 at the same rate ${what}`, value, unit: 'x', limit: { atMost: MOST_TAIL } });
  }
  return judgements;
}

/** Puts with W=1 while the node dies: those that it was carrying out cannot know how they ended, all others must not notice. */
async function killUnderPuts(nodes: Nodes, system: System, rate: number): Promise<Judgement[]> {
  const failures = new Map<string, number>();
  let ended = 0;
  let begun = 0;
  let isDead = false;
  let failedAfter = 0;
  const total = rate * 4;
  await new Promise<void>((resolve) => {
    const next = (): void => {
      for (let count = 0; count < rate / 100 && begun < total; count++, begun++) {
        const beganDead = isDead;
        system.put(`kill/${begun}`, new Uint8Array(256), (error) => {
          if (error !== undefined) {
            const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
            failures.set(code, (failures.get(code) ?? 0) + 1);
            if (beganDead) failedAfter++;
          }
          if (++ended === total) resolve();
        });
      }
      if (begun < total) setTimeout(next, 10);
    };
    next();
    setTimeout(() => {
      nodes.kill(VICTIM).then(() => {
        isDead = true;
      }, console.error);
    }, 1_000);
  });
  const told = [...failures].map(([code, count]) => `${count} ${code}`).join(', ') || 'none';
  console.log(`killed n${VICTIM + 1} under ${rate} puts per second with W=1: failed of ${total}: ${told}`);
  return [
    { what: 'puts with W=1 begun after the death of a node that failed', value: failedAfter, unit: '', limit: { atMost: 0 } },
  ];
}

/** Brings the node back, and measures while it is brought up to date. */
async function comeBack(nodes: Nodes, system: System, healthy: Health, options: TroubleOptions): Promise<Judgement[]> {
  const recorder = new Recorder();
  const missed = options.missed / (healthy.closed.get('put') as Point).operationsPerSecond;
  await closedLoop(system, 'put', IN_FLIGHT, missed, recorder);
  const { operationsPerSecond } = recorder.point(system.name, 'put', 'missed');
  console.log(`${Math.round(operationsPerSecond * missed)} puts in ${missed.toFixed(1)} s without n${VICTIM + 1}; it comes back`);
  await nodes.start(VICTIM);
  const began = performance.now();
  const questions = new Questions(CLUSTER, nodes.addresses);
  let doneMs: number | undefined;
  const first = await questions.hints();
  const watch = (async () => {
    while (doneMs === undefined) {
      if ((await questions.hints()) === 0) doneMs = performance.now() - began;
      else await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  })();
  const open = new Map<Verb, Point>();
  for (const verb of VERBS) open.set(verb, await openDuring(system, verb, healthy, options));
  const measured = (performance.now() - began) / 1000;
  await watch;
  console.log(
    `hints when it came back: ${first} or more; none after ${((doneMs ?? 0) / 1000).toFixed(1)} s (measured until ${measured.toFixed(1)} s)`,
  );
  return compare('while a node is brought up to date', healthy, { open });
}

function openDuring(system: System, verb: Verb, healthy: Health, { seconds }: TroubleOptions): Promise<Point> {
  return open(system, verb, halfOf(healthy.closed.get(verb) as Point), seconds);
}

async function run(options: TroubleOptions): Promise<void> {
  const directory = mkdtempSync(join(options.directory, 'bench-data-'));
  cleanUpAtEnd(directory);
  console.log(`${machine()}; ${NODES} nodes, ${options.seconds} s per measurement`);
  const nodes = await startNodes(directory, NODES);
  const quorate = await connect(nodes.addresses);
  const bucket = quorate.kv.bucket('bench');
  const system = (name: string, w?: number): System => ({ name, ...requestsOf(bucket, w), close: () => Promise.resolve() });
  await preload(system('healthy'), PRELOADED_KEYS, IN_FLIGHT);
  console.log(TABLE_HEAD);
  // A first second on cold code says nothing.
  for (const verb of VERBS) await closedLoop(system('warm'), verb, IN_FLIGHT, 2, new Recorder());
  const healthy = await measure(system('healthy'), options.seconds);
  const rates = new Map(VERBS.map((verb) => [verb, halfOf(healthy.closed.get(verb) as Point)]));
  const judgements = await killUnderPuts(nodes, system('w=1', 1), Math.floor((rates.get('put') ?? 0) / 4));
  judgements.push(...compare('with one node of five down', healthy, await measure(system('one down'), options.seconds, rates)));
  judgements.push(...(await comeBack(nodes, system('repair'), healthy, options)));
  console.log(['', ...judgements.map(judgementLine), stolenLine(points)].join('\n'));
  await quorate.close();
  await nodes.close();
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') console.log(USAGE);
  else await run(options);
} catch (error) {
  console.error(`bench:trouble: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = EXIT_USAGE;
}
process.exit();
