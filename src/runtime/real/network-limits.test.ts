import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { Link } from '../world/index.ts';
import { echo, HELLO, Probe, type ReceivedFrame, send, testNetwork } from './network.fixture.ts';
import type { NetworkLimits } from './network-limits.ts';
import { helloFrame } from './opening.ts';

const cleanups: (() => Promise<unknown> | unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Pair {
  readonly near: { readonly probe: Probe; readonly link: Link; readonly timers: ReturnType<typeof testNetwork>['timers'] };
  readonly far: { readonly probe: Probe; readonly link: Link; readonly timers: ReturnType<typeof testNetwork>['timers'] };
  readonly warnings: () => string[];
}

/** A dialled link and the accepted one it leads to. The limits are the accepting side's. */
async function linked(limits: Partial<NetworkLimits> = {}, farProbe: () => Probe = echo): Promise<Pair> {
  const far = testNetwork(limits);
  const accepted = Promise.withResolvers<{ link: Link; probe: Probe }>();
  const listener = await far.network.listen('127.0.0.1:0', HELLO, (link) => {
    const probe = farProbe();
    accepted.resolve({ link, probe });
    return probe;
  });
  cleanups.push(() => listener.close());
  const near = testNetwork();
  const probe = new Probe();
  const link = near.network.dial(listener.address, HELLO, probe);
  cleanups.push(() => link.close('the test is over'));
  await probe.opened;
  return {
    near: { probe, link, timers: near.timers },
    far: { ...(await accepted.promise), timers: far.timers },
    warnings: () => far.log.warnings,
  };
}

/** An accepted link whose other side is a bare socket that neither answers nor, at first, reads. */
async function linkedToBareSocket(limits: Partial<NetworkLimits> = {}) {
  const { network, timers, log } = testNetwork(limits);
  const accepted = Promise.withResolvers<Link>();
  const probe = new Probe();
  const listener = await network.listen('127.0.0.1:0', HELLO, (link) => {
    accepted.resolve(link);
    return probe;
  });
  const socket: Socket = connect(Number(listener.address.split(':')[1]), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.pause();
  cleanups.push(() => {
    socket.destroy();
    return listener.close();
  });
  socket.write(helloFrame(HELLO));
  return { link: await accepted.promise, probe, socket, timers, log };
}

/** Everything that is on its way has arrived: a later round trip on another link over the same event loop has come back. */
async function settle(pair: Pair): Promise<void> {
  const before = pair.near.probe.frames.length;
  send(pair.near.link, 2, 0);
  await pair.near.probe.received(before + 1);
}

/** Long enough for what is on its way over loopback to be read, if anybody read. */
async function eventLoopTurns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe('keep-alive', () => {
  test('a silent link is pinged and answered, and lives', async () => {
    const pair = await linked();
    for (let second = 0; second < 60; second++) {
      pair.far.timers.tick();
      pair.near.timers.tick();
      if (second % 5 === 4) await settle(pair);
    }
    expect(pair.far.probe.closes).toBe(0);
  });

  test('a link whose other side is mute is closed as idle, having been pinged first', async () => {
    const { probe, socket, timers, log } = await linkedToBareSocket({ keepAliveMs: 5_000, idleMs: 20_000 });
    const received: Buffer[] = [];
    socket.on('data', (chunk) => received.push(chunk)).resume();
    timers.tick(19);
    expect(probe.closes).toBe(0);
    timers.tick();
    await expect(probe.closed).resolves.toEqual({ kind: 'idle', detail: 'nothing was heard for 20000 ms' });
    await new Promise((resolve) => socket.once('close', resolve));
    const ping = Buffer.from('00000008f100000000000000', 'hex');
    expect(Buffer.concat(received).includes(ping)).toBe(true);
    expect(log.warnings).toHaveLength(1);
  });

  test('a ping alone keeps the other side from closing', async () => {
    const { probe, socket, timers } = await linkedToBareSocket({ idleMs: 20_000 });
    socket.resume();
    const pong = Buffer.from('00000008f200000000000000', 'hex');
    const answered = new Promise<void>((resolve) => socket.on('data', (chunk) => void (chunk.includes(pong) && resolve())));
    timers.tick(15);
    socket.write(Buffer.from('00000008f100000000000000', 'hex'));
    await answered;
    timers.tick(15);
    expect(probe.closes).toBe(0);
  });

  test('a side that does not read by its own will does not take that for silence, and pings', async () => {
    const { link, probe, socket, timers } = await linkedToBareSocket({ idleMs: 20_000 });
    link.pause();
    const ping = Buffer.from('00000008f100000000000000', 'hex');
    const pinged = new Promise<void>((resolve) => socket.on('data', (chunk) => void (chunk.includes(ping) && resolve())));
    socket.resume();
    timers.tick(30);
    await pinged;
    expect(probe.closes).toBe(0);
  });
});

test('a peer that does not take its output is closed as slow', async () => {
  const { link, probe, timers, log } = await linkedToBareSocket({ slowBytes: 1_000_000, slowMs: 10_000, idleMs: 3_600_000 });
  for (let index = 0; index < 40; index++) {
    link.begin(1, 0).bytes(new Uint8Array(1_000_000));
    link.commit();
  }
  expect(link.bufferedBytes).toBeGreaterThan(1_000_000);
  timers.tick(9);
  expect(probe.closes).toBe(0);
  timers.tick();
  await expect(probe.closed).resolves.toMatchObject({ kind: 'slow' });
  expect(log.warnings.join()).toMatch(/over 1000000 for 10000 ms/);
});

describe('replies that are not taken', () => {
  /** Answers each request with so many bytes, so many times. */
  function answering(bytes: number, times: number): { probe: Probe; waiting: number[] } {
    const probe = new Probe();
    const waiting: number[] = [];
    probe.react = (link, { correlation }) => {
      for (let count = 0; count < times; count++) {
        link.begin(0x81, correlation).bytes(new Uint8Array(bytes));
        link.commit();
      }
      waiting.push(link.bufferedBytes);
    };
    return { probe, waiting };
  }

  test('hold back the requests behind them until they are taken', async () => {
    const { probe, waiting } = answering(500_000, 1);
    const { near } = await linked({ slowBytes: 4_000_000, slowMs: 3_600_000 }, () => probe);
    near.link.pause();
    for (let correlation = 1; correlation <= 100; correlation++) send(near.link, 1, correlation);
    await probe.received(8);
    near.link.resume();
    await near.probe.received(100);
    expect(Math.max(...waiting)).toBeLessThan(6_000_000);
  });

  test('end the link when there are too many of them', async () => {
    const { probe } = answering(10_000_000, 8);
    const { near } = await linked({ slowBytes: 1_000_000, maxOutputBytes: 50_000_000 }, () => probe);
    near.link.pause();
    send(near.link, 1, 1);
    await expect(probe.closed).resolves.toMatchObject({ kind: 'slow', detail: expect.stringMatching(/the limit is 50000000/) });
  });
});

describe('requests in flight on an accepted link', () => {
  /** Keeps requests until the test answers them. */
  function keeping(): { probe: Probe; answer: (link: Link, count: number) => void } {
    const probe = new Probe();
    let answered = 0;
    return {
      probe,
      answer(link, count) {
        for (let index = 0; index < count; index++) {
          const { correlation } = probe.frames[answered++] as ReceivedFrame;
          send(link, 0x81, correlation);
        }
      },
    };
  }

  test('stop at the limit, also within one chunk, and go on at half of it', async () => {
    const { probe, answer } = keeping();
    const { near, far } = await linked({ maxInFlight: 10 }, () => probe);
    for (let correlation = 1; correlation <= 30; correlation++) send(near.link, 1, correlation);
    await probe.received(10);
    answer(far.link, 4);
    await near.probe.received(4);
    expect(probe.frames, 'six in flight are over half').toHaveLength(10);
    answer(far.link, 1);
    await probe.received(15);
    answer(far.link, 10);
    await probe.received(25);
    answer(far.link, 10);
    await probe.received(30);
    answer(far.link, 5);
    await near.probe.received(30);
    expect(probe.frames.map(({ correlation }) => correlation)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
  });

  test('do not count frames that nobody answers', async () => {
    const { probe } = keeping();
    const { near } = await linked({ maxInFlight: 2 }, () => probe);
    for (let index = 0; index < 10; index++) send(near.link, 1, 0);
    for (let index = 0; index < 10; index++) send(near.link, 0x81, 5);
    await probe.received(20);
    expect(probe.frames).toHaveLength(20);
  });

  test('that stay unanswered at the limit close the link as slow', async () => {
    const { probe } = keeping();
    const { near, far, warnings } = await linked({ maxInFlight: 2, stalledMs: 30_000, idleMs: 3_600_000 }, () => probe);
    send(near.link, 1, 1);
    send(near.link, 1, 2);
    await probe.received(2);
    far.timers.tick(29);
    expect(probe.closes).toBe(0);
    far.timers.tick();
    await expect(probe.closed).resolves.toMatchObject({ kind: 'slow', detail: '2 requests have had no reply for 30000 ms' });
    expect(warnings()).toHaveLength(1);
  });
});

describe('pause', () => {
  test('holds frames back until resume, in the middle of a chunk and across chunks', async () => {
    const probe = new Probe();
    const { near, far } = await linked({}, () => probe);
    probe.react = (link, { correlation }) => {
      if (correlation === 2) link.pause();
    };
    for (let correlation = 1; correlation <= 3; correlation++) send(near.link, 1, correlation);
    await probe.received(2);
    send(near.link, 1, 4, new Array(200_000).fill(4));
    send(near.link, 1, 5);
    await eventLoopTurns(20);
    expect(probe.frames).toHaveLength(2);
    far.link.resume();
    expect(probe.frames, 'never from within resume').toHaveLength(2);
    await probe.received(5);
    expect(probe.frames.map(({ correlation }) => correlation)).toEqual([1, 2, 3, 4, 5]);
  });

  test('one frame at a time delivers all', async () => {
    const probe = new Probe();
    probe.react = (link) => {
      link.pause();
      setImmediate(() => link.resume());
    };
    const { near } = await linked({}, () => probe);
    for (let correlation = 1; correlation <= 50; correlation++) send(near.link, 1, correlation, [correlation]);
    await probe.received(50);
    expect(probe.frames.map(({ correlation }) => correlation)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  });

  test('before the link is open holds back from its first frame on', async () => {
    const { network } = testNetwork();
    const listener = await network.listen('127.0.0.1:0', HELLO, (link) => {
      send(link, 1, 1);
      return new Probe();
    });
    const probe = new Probe();
    const link = network.dial(listener.address, HELLO, probe);
    cleanups.push(() => {
      link.close('the test is over');
      return listener.close();
    });
    link.pause();
    await probe.opened;
    await eventLoopTurns(20);
    expect(probe.frames).toEqual([]);
    link.resume();
    await probe.received(1);
  });
});

test('connections above the limit of a listener are closed, the others stay', async () => {
  const { network, log } = testNetwork({ maxConnections: 2 });
  const listener = await network.listen('127.0.0.1:0', HELLO, echo);
  cleanups.push(() => listener.close());
  const probes = [new Probe(), new Probe()];
  for (const probe of probes) {
    network.dial(listener.address, HELLO, probe);
    await probe.opened;
  }
  const third = new Probe();
  network.dial(listener.address, HELLO, third);
  await expect(third.closed).resolves.toMatchObject({ kind: 'unreachable' });
  expect(probes.map(({ closes }) => closes)).toEqual([0, 0]);
  expect(log.warnings.join()).toContain('too many');
});
