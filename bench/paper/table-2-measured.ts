/** Table 2 on real processes of this machine. */
import { fileURLToPath } from 'node:url';
import { realWorld } from '../../src/runtime/real/index.ts';
import { DirectClient } from '../../src/stores/kv/client/index.ts';
import { freePorts } from '../ports.ts';
import { startProcess, stopProcess } from '../processes.ts';
import { type Caller, call, MODES, type Mode, ringOfNodes, VERBS, type Verb } from './coordination.ts';
import { type Latency, latencyOf } from './percentiles.ts';
import { type RealCluster, startRealCluster } from './real-cluster.ts';
import type { Outcome, Study } from './study.ts';
import { PAPER, ratioComparisons } from './table-2-paper.ts';
import { failureNote, failuresOf, follow, latenciesOf, timetable } from './timetable.ts';

const NODES = 6;
const KEYS = 5_000;
const ROUNDS = 5;
const ROUND_MS = 4_000;
const WARM_UP_MS = 2_000;
/** Reads and writes together. */
const PER_SECOND = 1_000;
const PRELOADED_AT_A_TIME = 64;
const DIAL_MS = 1_000;
const BALANCER = fileURLToPath(new URL('balancer-process.ts', import.meta.url));

type Times = Record<Mode, Record<Verb, number[]>> & { failures: number };

export const TABLE_2_MEASURED: Study = {
  name: 'table-2-measured',
  title: 'Table 2: who coordinates, measured',
  source: 'measured',
  run: async () => {
    const cluster = await startRealCluster({ nodes: NODES });
    try {
      return outcomeOf(await measure(cluster));
    } finally {
      await cluster.close();
    }
  },
};

async function measure(cluster: RealCluster): Promise<Times> {
  const [port] = await freePorts(1);
  const address = `127.0.0.1:${port}`;
  const balancer = await startProcess(process.execPath, [BALANCER, address, cluster.clusterName, ...cluster.addresses], 'ready');
  const caller: Caller = {
    client: new DirectClient(realWorld(), cluster.clusterName, [address, ...cluster.addresses]),
    ring: ringOfNodes(cluster.names, cluster.partitions),
    names: cluster.names,
    below: (bound) => Math.floor(Math.random() * bound),
  };
  await new Promise((resolve) => setTimeout(resolve, DIAL_MS));
  await preload(caller);
  const times: Times = { 'server-driven': { read: [], write: [] }, 'client-driven': { read: [], write: [] }, failures: 0 };
  for (const mode of MODES) await round(caller, mode, WARM_UP_MS);
  // By turns, so that what else happens on the machine meets both.
  for (let count = 0; count < ROUNDS; count++) {
    for (const mode of MODES) {
      const found = await round(caller, mode, ROUND_MS);
      for (const verb of VERBS) times[mode][verb].push(...found[verb]);
      times.failures += found.failures;
    }
  }
  await stopProcess(balancer);
  return times;
}

async function round(caller: Caller, mode: Mode, durationMs: number): Promise<Record<Verb, number[]> & { failures: number }> {
  const due = timetable(durationMs, () => PER_SECOND);
  const verbOf = (place: number): Verb => VERBS[place % VERBS.length]!;
  const verbs: Verb[] = [];
  const timed = await follow(due, (place, done) => {
    call(caller, mode, verbOf(place), keyOf(caller.below(KEYS)), (answered) => {
      verbs.push(verbOf(place));
      done(!answered);
    });
  });
  const latencies = latenciesOf(timed);
  const of = (verb: Verb): number[] => latencies.filter((_latency, index) => verbs[index] === verb);
  return { read: of('read'), write: of('write'), failures: failuresOf(timed) };
}

function keyOf(index: number): string {
  return `key${index}`;
}

async function preload(caller: Caller): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < KEYS) {
      const key = keyOf(next++);
      const answered = await new Promise<boolean>((resolve) => call(caller, 'client-driven', 'write', key, resolve));
      if (!answered) throw new Error(`${key} could not be stored`);
    }
  };
  await Promise.all(Array.from({ length: PRELOADED_AT_A_TIME }, worker));
}

function outcomeOf(times: Times): Outcome {
  const latency = (mode: Mode, verb: Verb): Latency => latencyOf(times[mode][verb]);
  const why =
    'on one machine a hop costs processor time and no network, and the tail is that of disk and scheduling, which both ways share; the simulated table has the network';
  const cells = (of: (mode: Mode, verb: Verb) => Latency): string[] =>
    MODES.flatMap((mode) => VERBS.map((verb) => `${of(mode, verb).mean.toFixed(2)} / ${of(mode, verb).p999.toFixed(1)}`));
  return {
    comparisons: ratioComparisons(latency, why),
    plots: [],
    tables: [
      {
        caption: `Mean / 99.9th percentile in ms; ${times['client-driven'].read.length.toLocaleString('en')} reads and as many writes each way`,
        head: ['', ...MODES.flatMap((mode) => VERBS.map((verb) => `${mode} ${verb}`))],
        rows: [
          ['the paper', ...cells((mode, verb) => PAPER[mode][verb])],
          ['here', ...cells(latency)],
        ],
      },
    ],
    notes: [
      `${NODES} server processes, a balancer process and the client on this machine, over loopback; (3,2,2), writes synced, values of 256 bytes; open loop, ${PER_SECOND / 2} reads and ${PER_SECOND / 2} writes a second, the two ways by turns in ${ROUNDS} rounds of ${ROUND_MS / 1_000} s.`,
      failureNote(times.failures, MODES.flatMap((mode) => VERBS.flatMap((verb) => times[mode][verb])).length),
    ],
  };
}
