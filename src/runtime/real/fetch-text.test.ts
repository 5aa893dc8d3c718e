import { afterEach, describe, expect, test } from 'vitest';
import { fetchText, type HttpHandler, type HttpServer, serveHttp } from './index.ts';

const servers: HttpServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close(0);
});

async function served(handler: HttpHandler): Promise<string> {
  const server = await serveHttp(handler, { address: '127.0.0.1:0' });
  servers.push(server);
  return `http://${server.address}/seeds`;
}

describe('a text from a web server', () => {
  test('comes as it is', async () => {
    expect(await fetchText(await served(() => Promise.resolve(new Response('a:1\nb:2'))), 100)).toBe('a:1\nb:2');
  });

  test.each([
    ['is too long', () => new Response('x'.repeat(101)), 'more than 100 bytes'],
    ['is not there', () => new Response('no', { status: 404 }), 'the answer is 404'],
  ])('is refused when it %s', async (_what, answer, message) => {
    const url = await served(() => Promise.resolve(answer()));
    await expect(fetchText(url, 100)).rejects.toMatchObject({
      code: 'url-not-readable',
      message: expect.stringContaining(message),
    });
  });

  test('of a server that is not there names the reason', async () => {
    const url = await served(() => Promise.resolve(new Response('')));
    await servers.pop()?.close(0);
    await expect(fetchText(url, 100)).rejects.toMatchObject({ message: expect.stringContaining('ECONNREFUSED') });
  });
});
