/** Three server processes as a user starts them, and the public client. */
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Bucket, connect, type StoredValue } from '../../src/apps/client/index.ts';
import { VALUE } from '../load.ts';
import { freePorts } from '../ports.ts';
import { assertRunning, killProcess, startProcess, stopProcess } from '../processes.ts';
import type { System } from './system.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/quorate.js', import.meta.url));
const BUCKET = 'bench';

export interface QuorateSystem extends System {
  readonly processIds: readonly number[];
  /** Stop a node and start it again; milliseconds from the start of the process until it is ready. */
  restart(node: number): Promise<number>;
}

export async function startQuorate(directory: string): Promise<QuorateSystem> {
  const nodes = await startNodes(directory, 3);
  const quorate = await connect(nodes.addresses);
  return {
    name: 'quorate',
    get processIds() {
      return nodes.processIds;
    },
    ...requestsOf(quorate.kv.bucket(BUCKET)),
    restart: async (node) => {
      await nodes.stop(node);
      return nodes.start(node);
    },
    close: async () => {
      await quorate.close();
      await nodes.close();
    },
  };
}

/** @param options - of the puts. */
export function requestsOf(bucket: Bucket, options: { w?: number; strict?: boolean } = {}): Pick<System, 'put' | 'get'> {
  return {
    put: (key, value, done) => {
      bucket.put(key, value, options).then(() => done(), done);
    },
    get: (key, done) => {
      bucket.get(key).then(({ values }) => done(isWhole(values) ? undefined : new Error(`${values.length} values`)), done);
    },
  };
}

export interface Nodes {
  /** Of the first members. */
  readonly addresses: readonly string[];
  /** Of all nodes' gateways, spares included. */
  readonly httpAddresses: readonly string[];
  readonly processIds: readonly number[];
  /** Milliseconds from the start of the process until the node is ready. */
  start(node: number): Promise<number>;
  stop(node: number): Promise<void>;
  kill(node: number): Promise<void>;
  close(): Promise<void>;
}

export interface NodesOptions {
  /** More fields of the configuration. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Nodes that are not among the first members: {@link Nodes.start} starts them as such that want to join. */
  readonly spares?: number;
}

/** Server processes on one machine, as if each had a machine of its own. */
export async function startNodes(
  directory: string,
  count: number,
  { settings = {}, spares = 0 }: NodesOptions = {},
): Promise<Nodes> {
  mkdirSync(directory, { recursive: true });
  const all = count + spares;
  const ports = await freePorts(2 * all);
  const nodes = Array.from({ length: all }, (_unused, index) => ({
    name: `n${index + 1}`,
    address: `127.0.0.1:${ports[index]}`,
    http: `127.0.0.1:${ports[index + all]}`,
    host: `h${index + 1}`,
  }));
  const configuration = join(directory, 'quorate.json');
  writeFileSync(configuration, JSON.stringify({ ...settings, cluster: 'bench', nodes: nodes.slice(0, count) }));
  const withSpares = join(directory, 'quorate-with-spares.json');
  writeFileSync(withSpares, JSON.stringify({ ...settings, cluster: 'bench', nodes }));
  const begin = (index: number): ReturnType<typeof startProcess> => {
    const file = index < count ? ['--config', configuration] : ['--config', withSpares, '--join'];
    return startProcess(process.execPath, [PROGRAM, 'start', ...file, '--node', `n${index + 1}`], '');
  };
  const children = await Promise.all(nodes.slice(0, count).map((_node, index) => begin(index)));
  for (const [index, { http }] of nodes.slice(0, count).entries()) await untilReady(http, children[index]);
  const childOf = (node: number): ChildProcess => {
    const child = children[node];
    if (child === undefined) throw new RangeError(`there is no node ${node}`);
    return child;
  };
  return {
    addresses: nodes.slice(0, count).map((node) => node.address),
    httpAddresses: nodes.map((node) => node.http),
    get processIds() {
      return children.map((child) => child.pid ?? 0);
    },
    start: async (node) => {
      const started = performance.now();
      children[node] = await begin(node);
      // One that wants to join serves nothing yet.
      if (node < count) await untilReady(nodes[node]?.http ?? '', children[node]);
      return performance.now() - started;
    },
    stop: (node) => stopProcess(childOf(node)),
    kill: (node) => killProcess(childOf(node)),
    close: async () => {
      await Promise.all(children.map(stopProcess));
    },
  };
}

function isWhole(values: readonly StoredValue[]): boolean {
  return values.length === 1 && values[0]?.bytes.length === VALUE.length;
}

const PATIENCE_MS = 30_000;
const POLL_MS = 20;

/** @throws when the process ends, or its node is not ready in time. */
export async function untilReady(http: string, child: ChildProcess | undefined): Promise<void> {
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
