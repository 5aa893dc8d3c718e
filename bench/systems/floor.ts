/** The bare three-process replication, as the limit. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Connection, KIND } from '../floor/frames.ts';
import type { StorageName } from '../floor/storage.ts';
import { VALUE } from '../load.ts';
import { freePorts } from '../ports.ts';
import { startProcess, stopProcess } from '../processes.ts';
import type { StartSystem, System } from './system.ts';

const NODE = fileURLToPath(new URL('../floor/node.ts', import.meta.url));

/** As the servers measured beside it have it, see bin/quorate.js. */
const YOUNG = '--max-semi-space-size=16';

/** What LMDB allows: each put a part of a synced commit. */
export const startLmdbFloor: StartSystem = (directory) => startFloor('floor', 'lmdb', directory);

/** What the disk allows: each put a part of a sequential, synced write; gets from memory. */
export const startLogFloor: StartSystem = (directory) => startFloor('floor-log', 'log', directory);

async function startFloor(name: string, storage: StorageName, directory: string): Promise<System> {
  const ports = await freePorts(3);
  const children = await Promise.all(
    ports.map((_port, index) => {
      const args = [YOUNG, NODE, `${index}`, storage, join(directory, `f${index}`), ...ports.map(String)];
      return startProcess(process.execPath, args, 'listening');
    }),
  );
  await Promise.all(
    children.map(async (child) => {
      const connected = once(child.stdout as NodeJS.ReadableStream, 'data');
      child.kill('SIGUSR2');
      await connected;
    }),
  );
  const client = new FloorClient(ports);
  return {
    name,
    put: (key, value, done) => client.put(key, value, done),
    get: (key, done) => client.get(key, done),
    close: async () => {
      client.close();
      await Promise.all(children.map(stopProcess));
    },
  };
}

type Done = (error?: unknown) => void;

interface Waiting {
  readonly done: Done;
  readonly valueBytes: number;
}

class FloorClient {
  readonly #connections: readonly Connection[];
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 0;
  #isClosed = false;

  constructor(ports: readonly number[]) {
    this.#connections = ports.map((port) => {
      return new Connection(
        connect(port, '127.0.0.1'),
        (_connection, _kind, id, _input, start, end) => this.#onReply(id, end - start),
        () => this.#onConnectionLost(),
      );
    });
  }

  put(key: string, value: Uint8Array, done: Done): void {
    const body = Buffer.allocUnsafe(2 + key.length + value.length);
    body.writeUInt16BE(key.length, 0);
    body.write(key, 2, 'latin1');
    body.set(value, 2 + key.length);
    this.#ask(KIND.put, body, 0, done);
  }

  get(key: string, done: Done): void {
    this.#ask(KIND.get, Buffer.from(key, 'latin1'), VALUE.length, done);
  }

  close(): void {
    this.#isClosed = true;
    for (const connection of this.#connections) connection.end();
  }

  #ask(kind: number, body: Buffer, valueBytes: number, done: Done): void {
    const id = this.#nextId++ >>> 0;
    this.#waiting.set(id, { done, valueBytes });
    this.#connections[id % this.#connections.length]?.send(kind, id, body, 0, body.length);
  }

  #onReply(id: number, valueBytes: number): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    waiting.done(valueBytes === waiting.valueBytes ? undefined : new Error(`a value of ${valueBytes} bytes`));
  }

  /** The floor has no timeouts and no other way: without one of its nodes there is nothing to measure. */
  #onConnectionLost(): void {
    if (!this.#isClosed) throw new Error('a node of the floor closed its connection');
  }
}
