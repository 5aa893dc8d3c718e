import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { Link, Listener } from '../world/index.ts';
import { echo, HELLO, Probe, testNetwork } from './network.fixture.ts';

const cleanups: (() => Promise<unknown> | unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function listening(address: string): Promise<{ listener: Listener; accepted: Promise<Link> }> {
  const { network } = testNetwork();
  const { promise, resolve } = Promise.withResolvers<Link>();
  const listener = await network.listen(address, { ...HELLO, nodeName: 'b' }, (link) => {
    resolve(link);
    return echo();
  });
  cleanups.push(() => listener.close());
  return { listener, accepted: promise };
}

async function dialled(address: string): Promise<Link> {
  const probe = new Probe();
  testNetwork().network.dial(address, HELLO, probe);
  const link = await probe.opened;
  cleanups.push(() => link.close('done'));
  return link;
}

async function bound(server: Server, where: { readonly path: string } | { readonly port: number; readonly host: string }) {
  await new Promise<void>((resolve) => server.listen(where, resolve));
  cleanups.push(() => new Promise((resolve) => server.close(resolve)));
}

// Abstract names of Unix sockets are Linux's; elsewhere everything goes over TCP.
describe.runIf(process.platform === 'linux')('a link to a loopback address of this machine', () => {
  test.each(['127.0.0.1:0', 'localhost:0'])('goes over a Unix socket beside %s', async (address) => {
    const { listener, accepted } = await listening(address);
    await dialled(listener.address);
    // A TCP connection would have a port of its own on the other side.
    expect((await accepted).remoteAddress).toBe(address);
  });

  test('goes over TCP when whoever listens there has no such socket', async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections++;
      socket.destroy();
    });
    await bound(server, { port: 0, host: '127.0.0.1' });
    const given = server.address();
    const probe = new Probe();
    testNetwork().network.dial(`127.0.0.1:${typeof given === 'object' ? given?.port : ''}`, HELLO, probe);
    await probe.closed;
    expect(connections).toBe(1);
  });

  test('cannot be intercepted by a process that took the name first: the listener does not start', async () => {
    const { listener } = await listening('127.0.0.1:0');
    await listener.close();
    const [, port] = listener.address.split(':');
    await bound(createServer(), { path: `\0quorate/127.0.0.1/${port}` });
    await expect(listening(listener.address)).rejects.toMatchObject({ code: 'address-in-use' });
  });

  test('ends with the listener, whose address can be listened on again', async () => {
    const { listener } = await listening('127.0.0.1:0');
    await dialled(listener.address);
    await listener.close();
    await listening(listener.address);
  });
});
