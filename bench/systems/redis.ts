/** One Redis with an append-only file synced at every write, through `ioredis`: no replication. */
import { mkdirSync } from 'node:fs';
import { Redis } from 'ioredis';
import { VALUE } from '../load.ts';
import { freePorts } from '../ports.ts';
import { isInstalled, startProcess, stopProcess } from '../processes.ts';
import type { StartSystem } from './system.ts';

export const startRedis: StartSystem = async (directory) => {
  if (!isInstalled('redis-server')) {
    console.log('redis: not measured, redis-server is not installed');
    return undefined;
  }
  mkdirSync(directory, { recursive: true });
  const [port = 0] = await freePorts(1);
  const args = [
    '--port',
    `${port}`,
    '--bind',
    '127.0.0.1',
    '--dir',
    directory,
    '--appendonly',
    'yes',
    '--appendfsync',
    'always',
    '--save',
    '',
  ];
  const child = await startProcess('redis-server', args, 'Ready to accept connections');
  const client = new Redis({ port, host: '127.0.0.1', enableAutoPipelining: true });
  return {
    name: 'redis',
    put: (key, value, done) => {
      client.set(key, Buffer.from(value)).then(() => done(), done);
    },
    get: (key, done) => {
      client
        .getBuffer(key)
        .then((value) => done(value?.length === VALUE.length ? undefined : new Error(`${value?.length ?? 'no'} bytes`)), done);
    },
    close: async () => {
      client.disconnect();
      await stopProcess(child);
    },
  };
};
