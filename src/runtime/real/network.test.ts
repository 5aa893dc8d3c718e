import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Address, Hello, Link, Listener } from '../world/index.ts';
import { echo, HELLO, type ManualTimers, Probe, send, testNetwork } from './network.fixture.ts';
import { helloFrame } from './opening.ts';

const cleanups: (() => Promise<unknown> | unknown)[] = [];
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quorate-'));
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  await rm(directory, { recursive: true });
});

/** A listener, and the probes and links of what it accepted, in order. */
async function listening(
  address: Address = '127.0.0.1:0',
  makeProbe: () => Probe = echo,
  hello: Hello = { ...HELLO, nodeName: 'b' },
) {
  const { network, timers, log } = testNetwork();
  const probes: Probe[] = [];
  const links: Link[] = [];
  const listener = await network.listen(address, hello, (link) => {
    links.push(link);
    const probe = makeProbe();
    probes.push(probe);
    return probe;
  });
  cleanups.push(() => listener.close());
  return { listener, probes, links, log, timers };
}

function dial(address: Address, hello = HELLO, options: { expectNode?: string } = {}) {
  const { network, timers, log } = testNetwork();
  const probe = new Probe();
  const link = network.dial(address, hello, probe, options);
  cleanups.push(() => {
    link.close('the test is over');
    return probe.closed;
  });
  return { probe, link, log, timers };
}

/** A plain TCP server, to play a strange other side. */
async function strangeServer(onSocket: (socket: Socket) => void): Promise<Address> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    onSocket(socket.resume());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => new Promise((resolve) => server.close(resolve)));
  const bound = server.address();
  return `127.0.0.1:${typeof bound === 'object' ? bound?.port : 0}`;
}

async function roundTrip(listener: Listener): Promise<void> {
  const { probe } = dial(listener.address);
  send(await probe.opened, 1, 77, [1, 2, 3]);
  await probe.received(1);
  expect(probe.frames).toEqual([{ kind: 0x81, correlation: 77, body: [1, 2, 3] }]);
}

describe('a link carries frames both ways', () => {
  test('over TCP', async () => {
    const { listener, links } = await listening();
    expect(listener.address).toMatch(/^127\.0\.0\.1:[1-9]\d+$/);
    await roundTrip(listener);
    expect(links[0]?.remote).toEqual(HELLO);
    expect(links[0]?.remoteAddress).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  test('over IPv6', async () => {
    const { listener } = await listening('[::1]:0');
    expect(listener.address).toMatch(/^\[::1\]:[1-9]\d+$/);
    await roundTrip(listener);
  });

  test('by a detour, where one is known for the address', async () => {
    const { listener } = await listening();
    const { network } = testNetwork({}, new Map([['10.0.0.9:7401', listener.address]]));
    const probe = new Probe();
    const link = network.dial('10.0.0.9:7401', HELLO, probe, { expectNode: 'b' });
    cleanups.push(() => link.close('the test is over'));
    expect((await probe.opened).remote.nodeName).toBe('b');
  });

  test('over a Unix socket', async () => {
    const address = `unix:${join(directory, 'socket')}`;
    const { listener, links } = await listening(address);
    expect(listener.address).toBe(address);
    await roundTrip(listener);
    expect(links[0]?.remoteAddress).toBe(address);
  });

  test('in order and complete, small and large, also those committed before it is open', async () => {
    const { listener } = await listening();
    const { probe, link } = dial(listener.address);
    const sizes = [0, 1, 70_000, 10, 1_000_000, 5];
    for (const [index, size] of sizes.entries()) send(link, 1, index + 1, new Array(size).fill(index));
    expect(link.bufferedBytes).toBeGreaterThan(1_000_000);
    await probe.received(sizes.length);
    expect(probe.frames.map(({ correlation, body }) => [correlation, body.length])).toEqual(
      sizes.map((size, index) => [index + 1, size]),
    );
    for (const [index, { body }] of probe.frames.entries()) expect(body.every((byte) => byte === index)).toBe(true);
    expect(link.bufferedBytes).toBe(0);
  });

  test('frames of one turn leave in one write, an abandoned or too large one not at all', async () => {
    const { listener, probes } = await listening();
    const { probe, link } = dial(listener.address);
    await probe.opened;
    send(link, 1, 1);
    link.begin(1, 2).u32(0);
    link.abandon();
    const writer = link.begin(1, 3);
    writer.bytes(new Uint8Array(16 * 1024 * 1024));
    expect(() => link.commit()).toThrow(expect.objectContaining({ code: 'frame-too-large' }));
    send(link, 1, 4);
    expect(link.bufferedBytes, 'nothing has left within the turn').toBe(24);
    await probe.received(2);
    expect(probes[0]?.frames.map(({ correlation }) => correlation)).toEqual([1, 4]);
  });
});

describe('a link between strangers does not open, and both sides know why', () => {
  test.each<[string, Hello, { expectNode?: string }, RegExp]>([
    ['another protocol version', { ...HELLO, protocolVersion: 2 }, {}, /protocol version 2 there, 1 here/],
    ['another cluster', { ...HELLO, clusterName: 'bank' }, {}, /cluster name 'bank' there, 'shop' here/],
  ])('%s', async (_name, hello, options, rule) => {
    const { listener, probes, log } = await listening();
    const { probe, log: ownLog } = dial(listener.address, hello, options);
    const { kind, detail } = await probe.closed;
    expect(kind).toBe('refused');
    expect(detail).toMatch(/^by the other side: /);
    expect(detail).toMatch(rule);
    expect(probes).toEqual([]);
    expect(log.warnings.join()).toMatch(rule);
    expect(ownLog.warnings.join()).toMatch(rule);
  });

  test('another node than expected', async () => {
    const { listener, probes } = await listening();
    const { probe } = dial(listener.address, HELLO, { expectNode: 'c' });
    const { kind, detail } = await probe.closed;
    expect(kind).toBe('refused');
    expect(detail).toMatch(/node 'b' answers where node 'c' is expected/);
    await expect(probes[0]?.closed).resolves.toMatchObject({ kind: 'refused' });
    expect(probe.closes).toBe(1);
  });

  test('a client without a cluster name is let in', async () => {
    const { listener, links } = await listening();
    const { probe } = dial(listener.address, { ...HELLO, role: 'client', clusterName: '', nodeName: '' });
    expect((await probe.opened).remote.clusterName).toBe('shop');
    expect(links[0]?.remote.role).toBe('client');
  });

  test('a server that speaks something else', async () => {
    const address = await strangeServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const { probe, log } = dial(address);
    await expect(probe.closed).resolves.toMatchObject({ kind: 'malformed' });
    expect(log.warnings).toHaveLength(1);
  });
});

describe('a dial that fails ends as unreachable, once, and never from within dial', () => {
  test('nobody listens on the port', async () => {
    const address = await strangeServer(() => undefined);
    await cleanups.pop()?.();
    const { probe } = dial(address);
    expect(probe.closes).toBe(0);
    await expect(probe.closed).resolves.toMatchObject({ kind: 'unreachable', detail: expect.stringContaining('ECONNREFUSED') });
    expect(probe.closes).toBe(1);
  });

  test.each(['unix:/nowhere/at/all', 'not an address', 'nobody.invalid:1', 'localhost:1'])('%s', async (address) => {
    const { probe, link } = dial(address);
    send(link, 1, 1);
    const { kind, detail } = await probe.closed;
    expect(kind).toBe('unreachable');
    expect(detail.length).toBeGreaterThan(10);
  });

  test('the other side ends the connection before its hello', async () => {
    const { probe } = dial(await strangeServer((socket) => socket.end()));
    await expect(probe.closed).resolves.toMatchObject({ kind: 'unreachable' });
  });

  test('the other side never says hello', async () => {
    const accepted = Promise.withResolvers<Socket>();
    const { probe, timers } = dial(await strangeServer((socket) => accepted.resolve(socket)));
    await accepted.promise;
    timers.tick(5);
    await expect(probe.closed).resolves.toMatchObject({ kind: 'unreachable', detail: 'no hello within 5000 ms' });
  });

  test('close while dialling', async () => {
    const { listener, probes } = await listening();
    const { probe, link } = dial(listener.address);
    link.close('changed my mind');
    await expect(probe.closed).resolves.toEqual({ kind: 'closed', detail: 'changed my mind' });
    expect(probes).toEqual([]);
  });
});

describe('the end of a link', () => {
  test('closed on purpose: what was committed before arrives, then the other side is told why', async () => {
    const { listener, probes } = await listening('127.0.0.1:0', () => new Probe());
    const { probe, link } = dial(listener.address);
    await probe.opened;
    send(link, 1, 0, new Array(500_000).fill(1));
    link.close('shutting down \u2026');
    expect(probe.closes, 'never from within close').toBe(0);
    send(link, 1, 0);
    link.close('again');
    await expect(probe.closed).resolves.toEqual({ kind: 'closed', detail: 'shutting down \u2026' });
    await expect(probes[0]?.closed).resolves.toEqual({ kind: 'closed', detail: 'by the other side: shutting down ?' });
    expect(probes[0]?.frames).toHaveLength(1);
    expect([probe.closes, probes[0]?.closes]).toEqual([1, 1]);
  });

  test('closed from within a frame: nothing more is delivered', async () => {
    const { listener, probes } = await listening('127.0.0.1:0', () => {
      const probe = new Probe();
      probe.react = (link) => link.close('enough');
      return probe;
    });
    const { probe, link } = dial(listener.address);
    await probe.opened;
    for (let index = 0; index < 5; index++) send(link, 1, 0);
    await expect(probe.closed).resolves.toMatchObject({ kind: 'closed', detail: 'by the other side: enough' });
    expect(probes[0]?.frames).toHaveLength(1);
  });

  test('the other process is gone: lost, whether by an end or by a reset', async () => {
    const { listener, probes } = await listening('127.0.0.1:0', () => new Probe());
    for (const end of [(socket: Socket) => socket.destroy(), (socket: Socket) => socket.resetAndDestroy()]) {
      const socket = await greeted(listener.address);
      end(socket);
      await expect(probes.at(-1)?.closed).resolves.toMatchObject({ kind: 'lost' });
    }
  });

  test('closing a listener ends its links and frees the address', async () => {
    const { listener, probes } = await listening();
    const { probe } = dial(listener.address);
    await probe.opened;
    await listener.close();
    await expect(probe.closed).resolves.toEqual({ kind: 'closed', detail: 'by the other side: the listener was closed' });
    await expect(probes[0]?.closed).resolves.toMatchObject({ kind: 'closed' });
    expect((await listening(listener.address)).listener.address).toBe(listener.address);
  });

  test('a closed link whose other side does not let go is cut after a while, and no timer stays', async () => {
    const { listener, links, timers } = await listening('127.0.0.1:0', () => new Probe());
    const socket = await greeted(listener.address, { allowHalfOpen: true });
    links[0]?.close('bye');
    await new Promise((resolve) => socket.once('end', resolve));
    expect(timers.running).toBe(1);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    timers.tick(5);
    await untilIdle(timers);
    socket.destroy();
    await closed;
  });
});

/** A raw socket that has exchanged hellos and speaks for itself from there on. */
async function greeted(address: Address, options: { allowHalfOpen?: boolean } = {}): Promise<Socket> {
  const port = Number(address.slice(address.lastIndexOf(':') + 1));
  const socket = connect({ host: '127.0.0.1', port, ...options });
  cleanups.push(() => socket.destroy());
  socket.write(helloFrame({ ...HELLO, nodeName: 'c' }));
  await new Promise((resolve) => socket.once('data', resolve));
  return socket;
}

async function untilIdle(timers: ManualTimers): Promise<void> {
  while (timers.running > 0) await new Promise((resolve) => setImmediate(resolve));
}
