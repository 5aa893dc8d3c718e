/**
 * A running server gets what the internet sends: it closes such a connection, says why in its log, and neither its neighbours on
 * good connections nor its memory notice.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect as connectSocket, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { connect } from '../../src/apps/client/index.ts';
import { Writer } from '../../src/runtime/bytes/index.ts';
import { beginFrame, commitFrame, encodeHello, transportKind } from '../../src/runtime/transport/index.ts';
import { PROTOCOL_VERSION } from '../../src/stores/kv/messages/index.ts';
import { type Cluster, processOf, Workplace } from './program.ts';

const ROUNDS = 8;
const HALF_OPEN = 100;
const FLOOD_BYTES = 8 * 1024 * 1024;
/** The replies that nobody reads would be 10 GB. */
const GROWTH_MB_MAX = 500;

function frame(kind: number, correlation: number, body: Uint8Array): Uint8Array {
  const writer = new Writer();
  const start = beginFrame(writer, kind, correlation);
  writer.bytes(body);
  commitFrame(writer, start);
  return writer.copy();
}

function hello(clusterName: string, role: 'node' | 'client'): Uint8Array {
  const writer = new Writer();
  encodeHello(writer, { protocolVersion: PROTOCOL_VERSION, clusterName, role, nodeName: role === 'node' ? 'n9' : '' });
  return frame(transportKind.hello, 0, writer.copy());
}

const greeting = hello('', 'client');
const oversize = Buffer.from([0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0, 0, 0, 1]);

/** Each ends with the connection closed by the server, or by us in the midst of a frame. */
const ATTACKS: Readonly<Record<string, () => readonly Uint8Array[]>> = {
  'random bytes': () => [randomBytes(1 + Math.floor(Math.random() * 4000))],
  'a browser': () => [Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
  'random bytes after a greeting': () => [greeting, randomBytes(1 + Math.floor(Math.random() * 4000))],
  'a frame of 4 GiB': () => [greeting, oversize],
  'a frame that ends in its midst': () => [greeting, frame(1, 1, randomBytes(100)).subarray(0, 50)],
  'requests of random bytes': () => [
    greeting,
    ...[1, 2, 3, 4, 0x7f].map((kind, index) => frame(kind, index + 1, randomBytes(60))),
  ],
  'the requests of a replica from a client': () => [greeting, frame(0x11, 1, randomBytes(60)), frame(0x12, 2, randomBytes(60))],
  'another cluster': () => [hello('another', 'client')],
  'a node that nobody knows': () => [hello('local', 'node'), frame(0x12, 1, randomBytes(60))],
};

function dial(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket(port, '127.0.0.1');
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      // The server may cut the connection while we still write.
      socket.on('error', () => socket.destroy());
      resolve(socket);
    });
  });
}

async function attack(port: number, chunks: readonly Uint8Array[]): Promise<void> {
  const socket = await dial(port);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.resume();
  for (const chunk of chunks) if (socket.writable) socket.write(chunk);
  socket.end();
  await closed;
}

/** Asks for much and reads nothing. */
async function flood(port: number): Promise<Socket> {
  const socket = await dial(port);
  socket.pause();
  socket.write(greeting);
  const get = new Writer().u8(0).u32(5000).u8(0).ascii('stock').bytes16(Buffer.from('large')).copy();
  const requests = Buffer.concat(Array.from({ length: 1000 }, (_unused, index) => frame(1, index + 1, get)));
  for (let sent = 0; sent < FLOOD_BYTES && !socket.writableNeedDrain; sent += requests.length) socket.write(requests);
  return socket;
}

function anonymousMegabytes(cluster: Cluster): number {
  const status = readFileSync(`/proc/${processOf(cluster, 'n1')}/status`, 'utf8');
  return Number(/^RssAnon:\s+(\d+)/m.exec(status)?.[1]) / 1024;
}

test('hostile connections to both doors end, and a client on a good one loses nothing meanwhile', async () => {
  await using workplace = new Workplace();
  const cluster = await workplace.startCluster('--log-level', 'warn');
  const quorate = await connect([cluster.address]);
  const bucket = quorate.kv.bucket('stock');
  await bucket.put('large', new Uint8Array(20_000));
  const before = anonymousMegabytes(cluster);

  let isOver = false;
  const written: string[] = [];
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (let count = 0; !isOver; count++) {
      await bucket.put(`key ${count}`, `${count}`).then(
        () => written.push(`key ${count}`),
        (error: unknown) => failures.push(error),
      );
    }
  };
  const working = worker();

  const halfOpen = await Promise.all(
    Array.from({ length: HALF_OPEN }, (_unused, index) => dial(index % 2 ? cluster.port : cluster.http)),
  );
  const slow = [await flood(cluster.port), await flood(cluster.port)];
  for (let round = 0; round < ROUNDS; round++) {
    for (const chunks of Object.values(ATTACKS)) {
      await Promise.all([attack(cluster.port, chunks()), attack(cluster.http, chunks())]);
    }
  }
  isOver = true;
  await working;

  expect(failures).toEqual([]);
  expect(written.length).toBeGreaterThan(0);
  const found = await bucket.getMany(written);
  expect(found.filter((each) => each?.values.length !== 1)).toEqual([]);
  expect(anonymousMegabytes(cluster) - before).toBeLessThan(GROWTH_MB_MAX);
  expect(cluster.program.output).toMatch(/link closed: malformed/);
  for (const socket of [...halfOpen, ...slow]) socket.destroy();
  await quorate.close();
}, 120_000);
