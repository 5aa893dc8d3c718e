/**
 * How fast is the transport? Two processes on this machine: one echoes, the other keeps a window of requests in flight.
 *
 *   node bench/transport.ts [seconds per run, default 2] [body bytes, default 128]
 */
import { fork } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { realWorld } from '../src/runtime/real/index.ts';
import { Peer } from '../src/runtime/transport/index.ts';
import type { Address, Hello } from '../src/runtime/world/index.ts';

const hello: Hello = { protocolVersion: 1, clusterName: 'bench', role: 'node', nodeName: 'bench' };
const world = realWorld();

if (process.argv[2] === 'echo') await echo(process.argv[3] as Address);
else await main(Number(process.argv[2] ?? 2), Number(process.argv[3] ?? 128));

async function echo(address: Address): Promise<void> {
  const listener = await world.network.listen(address, hello, () => ({
    onFrame(link, kind, correlation, body) {
      link.begin(kind | 0x80, correlation).bytes(body.rest());
      link.commit();
    },
    onClose: () => undefined,
  }));
  process.send?.(listener.address);
  // So that the Unix socket's file goes with the process.
  process.once('SIGTERM', () => void listener.close().then(() => process.disconnect()));
}

async function main(seconds: number, bodyBytes: number): Promise<void> {
  const body = new Uint8Array(bodyBytes).fill(7);
  console.log(`${bodyBytes}-byte echo between two processes, Node ${process.version}, ${seconds} s per run`);
  for (const asked of ['127.0.0.1:0', `unix:${join(tmpdir(), `quorate-bench-${process.pid}.sock`)}`]) {
    const child = fork(fileURLToPath(import.meta.url), ['echo', asked]);
    const address = await new Promise<Address>((resolve) => child.once('message', (message) => resolve(String(message))));
    const peer = await new Promise<Peer>((resolve) => {
      const dialling: Peer = new Peer({ world, address, hello, onUp: () => resolve(dialling) });
    });
    for (const window of [1, 64, 256]) {
      await run(peer, window, body, 0.5);
      const { count, elapsedMs } = await run(peer, window, body, seconds);
      const perSecond = Math.round(count / (elapsedMs / 1000));
      console.log(
        `${asked.slice(0, 9).padEnd(10)} window ${String(window).padStart(3)}: ${perSecond.toLocaleString('en')} round trips/s`,
      );
    }
    peer.close();
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill();
    await ended;
  }
}

function run(peer: Peer, window: number, body: Uint8Array, seconds: number): Promise<{ count: number; elapsedMs: number }> {
  return new Promise((resolve, reject) => {
    const begin = world.clock.now();
    let count = 0;
    let outstanding = 0;
    const next = () => {
      outstanding += 1;
      peer.request(
        1,
        (writer) => writer.bytes(body),
        onReply,
        (failure, detail) => reject(new Error(`${failure}: ${detail}`)),
      );
    };
    const onReply = () => {
      outstanding -= 1;
      count += 1;
      const elapsedMs = world.clock.now() - begin;
      if (elapsedMs < seconds * 1000) next();
      else if (outstanding === 0) resolve({ count, elapsedMs });
    };
    for (let index = 0; index < window; index++) next();
  });
}
