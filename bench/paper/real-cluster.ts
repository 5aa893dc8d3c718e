/** A cluster of server processes on this machine, as a user starts them, on disk below the working directory. */
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../ports.ts';
import { assertRunning, cleanUpAtEnd, startProcess, stopProcess } from '../processes.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/quorate.js', import.meta.url));
const PATIENCE_MS = 30_000;
const POLL_MS = 50;

export interface RealCluster {
  readonly clusterName: string;
  readonly names: readonly string[];
  readonly addresses: readonly string[];
  /** Of the ring. */
  readonly partitions: number;
  close(): Promise<void>;
}

export interface RealClusterOptions {
  readonly nodes: number;
  readonly buckets?: Readonly<Record<string, object>>;
}

const PARTITIONS = 64;

export async function startRealCluster({ nodes, buckets = {} }: RealClusterOptions): Promise<RealCluster> {
  const directory = mkdtempSync(join(process.cwd(), 'paper-data-'));
  cleanUpAtEnd(directory);
  const ports = await freePorts(2 * nodes);
  const members = Array.from({ length: nodes }, (_, index) => ({
    name: `n${index + 1}`,
    address: `127.0.0.1:${ports[index]}`,
    http: `127.0.0.1:${ports[index + nodes]}`,
    host: `h${index + 1}`,
  }));
  mkdirSync(directory, { recursive: true });
  const configuration = join(directory, 'quorate.json');
  writeFileSync(configuration, JSON.stringify({ cluster: 'paper', partitions: PARTITIONS, nodes: members, buckets }));
  const children = await Promise.all(
    members.map(({ name }) => startProcess(process.execPath, [PROGRAM, 'start', '--config', configuration, '--node', name], '')),
  );
  await Promise.all(members.map(({ http }, index) => untilReady(http, children[index]!)));
  return {
    clusterName: 'paper',
    names: members.map(({ name }) => name),
    addresses: members.map(({ address }) => address),
    partitions: PARTITIONS,
    close: async () => void (await Promise.all(children.map(stopProcess))),
  };
}

async function untilReady(http: string, child: ChildProcess): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  let problem: unknown;
  while (performance.now() < end) {
    assertRunning(child);
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
