/** Three etcd processes through `etcd3`: linearizable reads, as etcd's users have them by default. */
import type { ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Etcd3 } from 'etcd3';
import { VALUE } from '../load.ts';
import { freePorts } from '../ports.ts';
import { assertRunning, isInstalled, startProcess, stopProcess } from '../processes.ts';
import type { StartSystem } from './system.ts';

export const startEtcd: StartSystem = async (directory) => {
  if (!isInstalled('etcd')) {
    console.log('etcd: not measured, etcd is not installed');
    return undefined;
  }
  mkdirSync(directory, { recursive: true });
  const ports = await freePorts(6);
  const url = (port: number | undefined): string => `http://127.0.0.1:${port}`;
  const cluster = [0, 1, 2].map((index) => `e${index}=${url(ports[index + 3])}`).join(',');
  const children = await Promise.all(
    [0, 1, 2].map((index) => {
      const [client, peer] = [url(ports[index]), url(ports[index + 3])];
      const listen = ['--listen-client-urls', client, '--advertise-client-urls', client, '--listen-peer-urls', peer];
      const initial = ['--initial-advertise-peer-urls', peer, '--initial-cluster', cluster, '--initial-cluster-state', 'new'];
      return startProcess('etcd', ['--name', `e${index}`, '--data-dir', join(directory, `e${index}`), ...listen, ...initial], '');
    }),
  );
  const etcd = new Etcd3({ hosts: [0, 1, 2].map((index) => url(ports[index])) });
  await untilAnswering(etcd, children);
  return {
    name: 'etcd',
    put: (key, value, done) => {
      etcd
        .put(key)
        .value(Buffer.from(value))
        .exec()
        .then(() => done(), done);
    },
    get: (key, done) => {
      etcd
        .get(key)
        .buffer()
        .then((value) => done(value?.length === VALUE.length ? undefined : new Error(`${value?.length ?? 'no'} bytes`)), done);
    },
    close: async () => {
      etcd.close();
      await Promise.all(children.map(stopProcess));
    },
  };
};

const ATTEMPTS = 50;
const PAUSE_MS = 200;

async function untilAnswering(etcd: Etcd3, children: readonly ChildProcess[]): Promise<void> {
  let problem: unknown;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    children.forEach(assertRunning);
    try {
      await etcd.put('bench/ready').value('1').exec();
      return;
    } catch (error) {
      problem = error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
  throw new Error('etcd does not answer', { cause: problem });
}
