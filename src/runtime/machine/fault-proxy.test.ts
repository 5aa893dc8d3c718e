import { once } from 'node:events';
import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FaultProxy } from './fault-proxy.ts';

let server: Server;
let proxy: FaultProxy;
let client: Socket;
let served: Socket;

/** All that a socket says until the text is complete. */
async function heard(socket: Socket, length: number): Promise<string> {
  let text = '';
  while (text.length < length) text += String((await once(socket, 'data'))[0]);
  return text;
}

beforeEach(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  proxy = await FaultProxy.open(0, typeof address === 'object' && address !== null ? address.port : 0);
  const accepted = once(server, 'connection');
  client = dial(proxy.port, '127.0.0.1');
  client.on('error', () => {});
  [served] = await accepted;
});

afterEach(async () => {
  client.destroy();
  served.destroy();
  await proxy.close();
  server.close();
});

describe('a proxy between two processes', () => {
  test('passes on what both say, and that one has gone', async () => {
    client.write('to there');
    expect(await heard(served, 8)).toBe('to there');
    served.write('and back');
    expect(await heard(client, 8)).toBe('and back');
    const gone = once(served, 'close');
    client.destroy();
    await gone;
  });

  test('holds back one direction, and lets the other pass', async () => {
    proxy.set('forward', { blocked: true });
    client.write('late');
    served.write('in time');
    expect(await heard(client, 7)).toBe('in time');
    expect(served.bytesRead).toBe(0);
    proxy.set('forward', {});
    expect(await heard(served, 4)).toBe('late');
  });

  test('does not tell of an end while it is cut off', async () => {
    proxy.set('forward', { blocked: true });
    client.end('last words');
    served.write('still here');
    expect(await heard(client, 10)).toBe('still here');
    expect(served.readableEnded).toBe(false);
    proxy.set('forward', {});
    expect(await heard(served, 10)).toBe('last words');
  });

  test('delays, in order', async () => {
    proxy.set('forward', { delayMs: 60 });
    const began = performance.now();
    for (const part of ['one ', 'two ', 'three']) client.write(part);
    expect(await heard(served, 13)).toBe('one two three');
    expect(performance.now() - began).toBeGreaterThanOrEqual(59);
  });

  test('slows down to a rate', async () => {
    proxy.set('forward', { bytesPerSecond: 1_000_000 });
    const began = performance.now();
    client.write(Buffer.alloc(100_000, 'x'));
    await heard(served, 100_000);
    expect(performance.now() - began).toBeGreaterThanOrEqual(90);
  });
});
