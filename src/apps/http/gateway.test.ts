import { beforeEach, describe, expect, it } from 'vitest';
import { contextIn, gatewayForTests, problemOf } from '../../../tests/support/gateway.ts';

const gateway = gatewayForTests();
const { fetch, put } = gateway;

describe('a value', () => {
  it('comes back with its bytes and its content type', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const written = await put('/kv/images/a.png', bytes, { 'content-type': 'image/png' });
    expect(written.status).toBe(204);
    contextIn(written);
    const read = await fetch('/kv/images/a.png');
    expect(read.status).toBe(200);
    expect(read.headers.get('content-type')).toBe('image/png');
    expect(read.headers.get('x-content-type-options')).toBe('nosniff');
    expect(new Uint8Array(await read.arrayBuffer())).toEqual(bytes);
  });

  it('may be empty, and needs no content type', async () => {
    await fetch('/kv/images/empty', { method: 'PUT', body: new Uint8Array(0) });
    const read = await fetch('/kv/images/empty');
    expect(read.status).toBe(200);
    expect(read.headers.get('content-type')).toBe('application/octet-stream');
    expect((await read.arrayBuffer()).byteLength).toBe(0);
  });

  it('is replaced by a write with the context of a read', async () => {
    await put('/kv/carts/alice', 'one');
    const context = contextIn(await fetch('/kv/carts/alice'));
    await put('/kv/carts/alice', 'two', { 'content-type': 'text/plain', 'quorate-context': context });
    const read = await fetch('/kv/carts/alice');
    expect(read.status).toBe(200);
    expect(await read.text()).toBe('two');
  });

  it('is not found before a write and after a delete, with a context all the same', async () => {
    const missing = await fetch('/kv/carts/alice');
    expect(missing.status).toBe(404);
    expect((await problemOf(missing))['code']).toBe('not-found');
    contextIn(missing);
    await put('/kv/carts/alice', 'one');
    expect((await fetch('/kv/carts/alice', { method: 'DELETE' })).status).toBe(204);
    const deleted = await fetch('/kv/carts/alice');
    expect(deleted.status).toBe(404);
    contextIn(deleted);
  });

  it('answers HEAD like GET without the body', async () => {
    await put('/kv/carts/alice', 'one');
    const head = await fetch('/kv/carts/alice', { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(await head.text()).toBe('');
    contextIn(head);
  });
});

describe('keys in a path', () => {
  it('may contain slashes, encoded or not', async () => {
    await put('/kv/files/a/b%2Fc', 'deep');
    expect(await (await fetch('/kv/files/a/b/c')).text()).toBe('deep');
  });

  it('may be any bytes, line ends included', async () => {
    await put('/kv/files/%FF%00%0Ax', 'odd');
    expect(await (await fetch('/kv/files/%ff%00%0ax')).text()).toBe('odd');
    expect((await fetch('/kv/files/%FF%00%0Ay')).status).toBe(404);
    const page = (await (await fetch('/kv/files')).json()) as { keys: unknown[] };
    expect(page.keys).toEqual([{ base64: Buffer.from([0xff, 0, 0x0a, 0x78]).toString('base64') }]);
  });

  it('keep dots and dots that are encoded slashes apart', async () => {
    await put('/kv/files/..%2Fx', 'climbing');
    expect(await (await fetch('/kv/files/..%2Fx')).text()).toBe('climbing');
  });

  it('are refused when they are empty, too long, or not percent-encoded', async () => {
    const empty = await fetch('/kv/files/');
    expect([empty.status, (await problemOf(empty))['code']]).toEqual([400, 'empty-key']);
    const long = await put(`/kv/files/${'x'.repeat(1025)}`, 'v');
    expect([long.status, (await problemOf(long))['code']]).toEqual([413, 'too-large']);
    const bad = await fetch('/kv/files/100%zz');
    expect([bad.status, (await problemOf(bad))['code']]).toEqual([400, 'bad-request']);
  });
});

describe('siblings', () => {
  const html = { 'content-type': 'text/html' };

  beforeEach(async () => {
    await put('/kv/carts/alice', 'milk');
    await put('/kv/carts/alice', new Uint8Array([0xff, 0xfe]), html);
  });

  it('are read with a context too, which must be that of the key', async () => {
    const context = contextIn(await fetch('/kv/carts/alice'));
    const read = async (path: string): Promise<number> => (await fetch(path, { headers: { 'quorate-context': context } })).status;
    expect([await read('/kv/carts/alice'), await read('/kv/carts/bob')]).toEqual([300, 400]);
  });

  it('are 300 Multiple Choices in JSON, and a write with their context resolves them', async () => {
    const read = await fetch('/kv/carts/alice');
    expect(read.status).toBe(300);
    const body = (await read.json()) as { siblings: unknown[]; context: string };
    expect(body.siblings).toHaveLength(2);
    expect(body.siblings).toContainEqual({ contentType: 'text/plain', text: 'milk' });
    expect(body.siblings).toContainEqual({ contentType: 'text/html', base64: '//4=' });
    expect(body.context).toBe(contextIn(read));
    await put('/kv/carts/alice', 'both', { 'content-type': 'text/plain', 'quorate-context': body.context });
    const resolved = await fetch('/kv/carts/alice');
    expect([resolved.status, await resolved.text()]).toEqual([200, 'both']);
  });

  it('are multipart/mixed for who accepts that, with a boundary no part contains', async () => {
    await put('/kv/carts/alice', '--quorate-sibling-0');
    const read = await fetch('/kv/carts/alice', { headers: { accept: 'multipart/mixed' } });
    expect(read.status).toBe(300);
    const boundary = /boundary=(\S+)/.exec(read.headers.get('content-type') ?? '')?.[1];
    const parts = Buffer.from(await read.arrayBuffer())
      .toString('latin1')
      .split(`--${boundary}`);
    expect(parts).toHaveLength(5);
    expect(parts.at(-1)).toBe('--\r\n');
    expect(parts.slice(1, -1).map((part) => part.split('\r\n\r\n')[1])).toEqual(
      expect.arrayContaining(['milk\r\n', '\u00ff\u00fe\r\n', '--quorate-sibling-0\r\n']),
    );
  });

  it('are not deleted by a context that has not seen them, but by a delete without one', async () => {
    const seen = contextIn(await fetch('/kv/carts/alice'));
    await put('/kv/carts/alice', 'late');
    await fetch('/kv/carts/alice', { method: 'DELETE', headers: { 'quorate-context': seen } });
    expect(await (await fetch('/kv/carts/alice')).text()).toBe('late');
    await fetch('/kv/carts/alice', { method: 'DELETE' });
    expect((await fetch('/kv/carts/alice')).status).toBe(404);
  });
});

describe('a listing', () => {
  it('comes in pages, each key once', async () => {
    const keys = Array.from({ length: 7 }, (_, index) => `key ${index}`);
    for (const key of keys) await put(`/kv/many/${encodeURIComponent(key)}`, 'v');
    const seen: unknown[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const query: string = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page = (await (await fetch(`/kv/many?limit=3${query}`)).json()) as { keys: unknown[]; cursor?: string };
      expect(page.keys.length).toBeLessThanOrEqual(3);
      seen.push(...page.keys);
      cursor = page.cursor;
      pages += 1;
    } while (cursor !== undefined && pages < 20);
    expect(seen.sort()).toEqual(keys);
  });

  it('refuses a cursor that is none', async () => {
    const response = await fetch('/kv/many?cursor=nonsense!');
    expect(response.status).toBe(400);
    await problemOf(response);
  });
});
