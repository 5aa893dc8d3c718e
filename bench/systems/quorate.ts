/** Three server processes as a user starts them, and the public client. */
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect, type StoredValue } from '../../src/apps/client/index.ts';
import { VALUE } from '../load.ts';
import { freePorts } from '../ports.ts';
import { assertRunning, startProcess, stopProcess } from '../processes.ts';
import type { System } from './system.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/quorate.js', import.meta.url));
const BUCKET = 'bench';

export interface QuorateSystem extends System {
  readonly processIds: readonly number[];
  /** Stop a node and start it again; milliseconds from the start of the process until it is ready. */
  restart(node: number): Promise<number>;
}

export async function startQuorate(directory: string): Promise<QuorateSystem> {
  mkdirSync(directory, { recursive: true });
  const ports = await freePorts(6);
  const nodes = [0, 1, 2].map((index) => ({
    name: `n${index + 1}`,
    address: `127.0.0.1:${ports[index]}`,
    http: `127.0.0.1:${ports[index + 3]}`,
    host: `h${index + 1}`,
  }));
  const configuration = join(directory, 'quorate.json');
  writeFileSync(configuration, JSON.stringify({ cluster: 'bench', nodes }));
  const start = (index: number): ReturnType<typeof startProcess> =>
    startProcess(process.execPath, [PROGRAM, 'start', '--config', configuration, '--node', `n${index + 1}`], '');
  const children = await Promise.all([start(0), start(1), start(2)]);
  for (const [index, { http }] of nodes.entries()) await untilReady(http, children[index]);
  const quorate = await connect(nodes.map((node) => node.address));
  const bucket = quorate.kv.bucket(BUCKET);
  return {
    name: 'quorate',
    get processIds() {
      return children.map((child) => child.pid ?? 0);
    },
    put: (key, value, done) => {
      bucket.put(key, value).then(() => done(), done);
    },
    get: (key, done) => {
      bucket.get(key).then(({ values }) => done(isWhole(values) ? undefined : new Error(`${values.length} values`)), done);
    },
    restart: async (node) => {
      const child = children[node];
      if (child === undefined) throw new RangeError(`there is no node ${node}`);
      await stopProcess(child);
      const started = performance.now();
      children[node] = await start(node);
      await untilReady(nodes[node]?.http ?? '', children[node]);
      return performance.now() - started;
    },
    close: async () => {
      await quorate.close();
      await Promise.all(children.map(stopProcess));
    },
  };
}

function isWhole(values: readonly StoredValue[]): boolean {
  return values.length === 1 && values[0]?.bytes.length === VALUE.length;
}

const PATIENCE_MS = 20_000;
const POLL_MS = 20;

async function untilReady(http: string, child: ChildProcess | undefined): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  let problem: unknown;
  while (performance.now() < end) {
    if (child !== undefined) assertRunning(child);
    try {
      const answer = await fetch(`http://${http}/ready`);
      if (answer.status === 200) return;
      problem = await answer.text();
    } catch (error) {
      problem = error;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`the node at ${http} is not ready: ${String(problem)}`);
}
