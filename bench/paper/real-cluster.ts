/** A cluster of server processes on this machine, as a user starts them, on disk below the working directory. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../ports.ts';
import { cleanUpAtEnd, startProcess, stopProcess } from '../processes.ts';
import { untilReady } from '../systems/quorate.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/quorate.js', import.meta.url));

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
