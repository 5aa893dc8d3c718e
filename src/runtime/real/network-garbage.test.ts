/** A connection may send what it likes: it ends, with a logged reason, and a good connection to the same listener never notices. */
import { spawnSync } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MalformedBytes, Writer } from '../bytes/index.ts';
import { beginFrame, commitFrame } from '../transport/index.ts';
import type { Link, Listener } from '../world/index.ts';
import { HELLO, type KeptLog, Probe, send, testNetwork } from './network.fixture.ts';
import { helloFrame } from './opening.ts';

const MAX_FRAME_BYTES = 4096;
let listener: Listener;
let log: KeptLog;
let good: { link: Link; probe: Probe };
/** What the listener has accepted beside the good link. */
const accepted: Probe[] = [];

beforeAll(async () => {
  const listening = testNetwork({ maxFrameBytes: MAX_FRAME_BYTES });
  log = listening.log;
  listener = await listening.network.listen('127.0.0.1:0', HELLO, () => {
    const probe = new Probe();
    probe.react = (link, { kind, correlation, body }) => {
      if (body[0] === 0xbb) throw new MalformedBytes('the body is not one of ours');
      send(link, kind | 0x80, correlation, body);
    };
    accepted.push(probe);
    return probe;
  });
  const probe = new Probe();
  good = { link: testNetwork().network.dial(listener.address, HELLO, probe), probe };
  await probe.opened;
  accepted.length = 0;
});

afterAll(async () => {
  good.link.close('the test is over');
  await listener.close();
});

async function theGoodLinkWorks(): Promise<void> {
  const { link, probe } = good;
  const before = probe.frames.length;
  send(link, 1, before, [1, 2, 3]);
  await probe.received(before + 1);
  expect(probe.frames.at(-1)).toEqual({ kind: 0x81, correlation: before, body: [1, 2, 3] });
  expect(probe.closes).toBe(0);
}

/** Send bytes, chunk by chunk, then end. Resolves when the connection is over on both ends. */
async function sendRaw(chunks: readonly Uint8Array[]): Promise<void> {
  const socket: Socket = connect(Number(listener.address.split(':')[1]), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.resume();
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await new Promise((resolve) => socket.once('connect', resolve));
  for (const chunk of chunks) {
    if (!socket.writable) break;
    await new Promise((resolve) => socket.write(chunk, resolve));
  }
  socket.end();
  await closed;
}

function frame(kind: number, body: readonly number[]): Uint8Array {
  const writer = new Writer();
  const start = beginFrame(writer, kind, 1);
  writer.bytes(Uint8Array.from(body));
  commitFrame(writer, start);
  return writer.copy();
}

const hello = helloFrame(HELLO);
const oversize = frame(1, new Array(MAX_FRAME_BYTES).fill(0));

describe.each([
  ['an oversize frame', [hello, oversize], /over the limit of 4096/],
  ['an oversize hello', [frame(0xf0, new Array(2000).fill(0))], /over the limit of 1024/],
  ['a truncated frame', [hello, frame(1, [1, 2, 3]).subarray(0, 14)], /ended within a frame, after 14 bytes/],
  ['a frame with flags', [hello, Uint8Array.of(0, 0, 0, 8, 1, 4, 0, 0, 0, 0, 0, 0)], /flags are 4/],
  ['a frame before the hello', [frame(1, [])], /frame kind 1 where a hello is due/],
  ['a second hello', [hello, hello], /frame kind 240 has no place/],
  ['an unknown kind of the transport', [hello, frame(0xff, [])], /frame kind 255 has no place/],
  ['a body that the handler finds malformed', [hello, frame(1, [0xbb])], /not one of ours/],
  ['a goodbye without its text', [hello, frame(0xf4, [])], /1 bytes expected/],
  ['a request in HTTP', [Buffer.from('GET / HTTP/1.1\r\nhost: shop\r\n\r\n')], /over the limit of 1024/],
])('%s', (_name, chunks, reason) => {
  test('ends its connection with the reason logged, and harms nothing else', async () => {
    log.lines.length = 0;
    const earlier = accepted.length;
    await sendRaw(chunks);
    await Promise.all(accepted.slice(earlier).map((probe) => expect(probe.closed).resolves.toMatchObject({ kind: 'malformed' })));
    expect(log.warnings).toEqual([expect.stringMatching(reason)]);
    expect(log.warnings[0]).toContain('malformed');
    await theGoodLinkWorks();
  });
});

test('random bytes, with and without a proper hello before them, cut anywhere', async () => {
  const piece = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 300 }),
    fc.constant(hello),
    fc.constant(frame(1, [5])),
    fc.constant(oversize),
    fc.uint8Array({ maxLength: 20 }).map((body) => frame(0xf4, [...body])),
  );
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(piece, { maxLength: 6 }), async (greets, pieces) => {
      await sendRaw(greets ? [hello, ...pieces] : pieces);
      await theGoodLinkWorks();
    }),
    { numRuns: 150 },
  );
  // Each accepted link has been told its end, exactly once.
  await Promise.all(accepted.map((probe) => probe.closed));
  expect(accepted.every(({ closes }) => closes === 1)).toBe(true);
  expect(accepted.length).toBeGreaterThan(20);
});

test('any other error of a handler is a defect and ends the process', () => {
  const program = `
    const { realWorld } = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)});
    const hello = ${JSON.stringify(HELLO)};
    const { network } = realWorld();
    const handler = { onFrame() { throw new TypeError('a defect'); }, onClose() {} };
    const listener = await network.listen('127.0.0.1:0', hello, () => handler);
    const link = network.dial(listener.address, hello, handler);
    link.begin(1, 1);
    link.commit();
  `;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' });
  expect(stderr).toContain('TypeError: a defect');
  expect(status).toBe(1);
});
