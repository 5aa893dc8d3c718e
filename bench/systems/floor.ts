/** The bare three-process replication, as the limit. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Connection, KIND } from '../floor/frames.ts';
import { freePorts } from '../ports.ts';
import { startProcess, stopProcess } from '../processes.ts';
import type { StartSystem } from './system.ts';

const NODE = fileURLToPath(new URL('../floor/node.ts', import.meta.url));

export const startFloor: StartSystem = async (directory) => {
  const ports = await freePorts(3);
  const children = await Promise.all(
    ports.map((_port, index) =>
      startProcess(process.execPath, [NODE, `${index}`, join(directory, `f${index}`), ...ports.map(String)], 'listening'),
    ),
  );
  await Promise.all(
    children.map(async (child) => {
      const connected = once(child.stdout as NodeJS.ReadableStream, 'data');
      child.kill('SIGUSR2');
      await connected;
    }),
  );
  const pending = new Map<number, () => void>();
  const connections = ports.map(
    (port) =>
      new Connection(connect(port, '127.0.0.1'), (_connection, _kind, id) => {
        const done = pending.get(id);
        pending.delete(id);
        done?.();
      }),
  );
  let nextId = 1;
  const ask = (kind: number, body: Uint8Array, done: () => void): void => {
    const id = nextId++ >>> 0;
    pending.set(id, done);
    connections[id % connections.length]?.send(kind, id, body);
  };
  return {
    name: 'floor',
    processIds: children.map((child) => child.pid ?? 0),
    put: (key, value, done) => {
      const keyBytes = Buffer.from(key);
      const body = Buffer.allocUnsafe(2 + keyBytes.length + value.length);
      body.writeUInt16BE(keyBytes.length, 0);
      body.set(keyBytes, 2);
      body.set(value, 2 + keyBytes.length);
      ask(KIND.put, body, done);
    },
    get: (key, done) => ask(KIND.get, Buffer.from(key), done),
    close: async () => {
      for (const connection of connections) connection.end();
      await Promise.all(children.map(stopProcess));
    },
  };
};
