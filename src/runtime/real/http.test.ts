import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type HttpHandler, type HttpOptions, type HttpServer, serveHttp } from './index.ts';

const servers: HttpServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close(0);
});

async function serve(handler: HttpHandler, options: Partial<HttpOptions> = {}): Promise<HttpServer> {
  const server = await serveHttp(handler, { address: '127.0.0.1:0', ...options });
  servers.push(server);
  return server;
}

const echo: HttpHandler = async (request) =>
  new Response(await request.arrayBuffer(), { headers: { 'x-method': request.method } });

/** What a bare socket gets back until the server ends the connection. */
function raw(server: HttpServer, request: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(server.address.split(':')[1]), '127.0.0.1');
    let answer = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      answer += String(chunk);
    });
    socket.once('close', () => resolve(answer));
    socket.write(request);
  });
}

function chunked(sizeBytes: number): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new Uint8Array(sizeBytes));
      controller.close();
    },
  });
}

describe('an HTTP server', () => {
  test('answers by its handler', async () => {
    const server = await serve(echo);
    expect(server.address).toMatch(/^127\.0\.0\.1:[1-9]\d*$/);
    const response = await fetch(`http://${server.address}/path`, { method: 'PUT', body: 'bytes' });
    expect([response.status, response.headers.get('x-method'), await response.text()]).toEqual([200, 'PUT', 'bytes']);
  });

  test('types what keeps it from listening', async () => {
    const { address } = await serve(echo);
    await expect(serve(echo, { address })).rejects.toMatchObject({ code: 'address-in-use' });
    await expect(serve(echo, { address: '192.0.2.1:80' })).rejects.toMatchObject({ code: 'address-not-available' });
    await expect(serve(echo, { address: 'unix:/tmp/socket' })).rejects.toMatchObject({ code: 'address-invalid' });
    await expect(serve(echo, { address: '80' })).rejects.toMatchObject({ code: 'address-invalid' });
  });

  test('takes a body up to its limit, announced or not', async () => {
    const { address } = await serve(echo, { maxBodyBytes: 1000 });
    const put = (body: RequestInit['body']) => fetch(`http://${address}/`, { method: 'PUT', body: body ?? null, duplex: 'half' });
    expect((await (await put(new Uint8Array(1000))).arrayBuffer()).byteLength).toBe(1000);
    expect((await (await put(chunked(1000))).arrayBuffer()).byteLength).toBe(1000);
    for (const body of [new Uint8Array(1001), chunked(1001)]) {
      const response = await put(body);
      expect(response.status).toBe(413);
      expect(await response.json()).toMatchObject({ error: { code: 'body-too-large', data: { maxBodyBytes: 1000 } } });
    }
  });

  test('refuses a header over its limit, and a request that does not come to its end', async () => {
    const server = await serve(echo, { maxHeaderBytes: 1024, requestTimeoutMs: 50 });
    expect(await raw(server, `GET / HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(2000)}\r\n\r\n`)).toMatch(/^HTTP\/1.1 431 /);
    expect(await raw(server, 'GET / HTTP/1.1\r\nhost: a\r\n')).toMatch(/^HTTP\/1.1 408 /);
  });

  test('finishes what is at hand before it closes, and takes nothing more', async () => {
    const entered = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const server = await serve(async () => {
      entered.resolve();
      await release.promise;
      return new Response('done');
    });
    const answer = fetch(`http://${server.address}/`);
    await entered.promise;
    const closed = server.close();
    await expect(fetch(`http://${server.address}/`)).rejects.toThrow();
    release.resolve();
    expect(await (await answer).text()).toBe('done');
    await closed;
  });

  test('cuts what does not finish within the grace', async () => {
    const entered = Promise.withResolvers<void>();
    const server = await serve(() => {
      entered.resolve();
      return new Promise(() => undefined);
    });
    const answer = fetch(`http://${server.address}/`);
    const failed = expect(answer).rejects.toThrow();
    await entered.promise;
    await server.close(1);
    await failed;
  });
});
