import { describe, expect, it } from 'vitest';
import { contextIn, gatewayForTests, problemOf } from '../../../tests/support/gateway.ts';

const gateway = gatewayForTests();
const { fetch, put, post } = gateway;

describe('structures', () => {
  it('a set takes add and remove and answers its elements', async () => {
    expect((await post('/kv/set/tags', { add: ['b', 'a', 'c'] })).status).toBe(204);
    await post('/kv/set/tags', { remove: ['c'] });
    expect(await (await fetch('/kv/set/tags')).json()).toEqual(['a', 'b']);
  });

  it('a counter takes increments', async () => {
    await post('/kv/counter/likes', { increment: 5 });
    await post('/kv/counter/likes', { increment: -2 });
    expect(await (await fetch('/kv/counter/likes')).json()).toBe(3);
  });

  it('a maximum takes raise, and is not found before', async () => {
    expect((await fetch('/kv/max/high')).status).toBe(404);
    await post('/kv/max/high', { raise: 7 });
    await post('/kv/max/high', { raise: 3 });
    expect(await (await fetch('/kv/max/high')).json()).toBe(7);
  });

  it('a map takes fields', async () => {
    await post('/kv/map/user', { putField: { name: 'theme', value: 'dark' } });
    await post('/kv/map/user', { putField: { name: 'sizes', value: [1, 2] } });
    await post('/kv/map/user', { putField: { name: 'old', value: null } });
    await post('/kv/map/user', { deleteField: 'old' });
    expect(await (await fetch('/kv/map/user')).json()).toEqual({ theme: 'dark', sizes: [1, 2] });
  });

  it('a change that the policy does not take is a conflict', async () => {
    for (const response of [await post('/kv/carts/alice', { add: ['x'] }), await put('/kv/set/tags', 'plain')]) {
      expect(response.status).toBe(409);
      expect((await problemOf(response))['code']).toBe('wrong-change');
    }
  });

  it.each([
    ['no JSON', 'add'],
    ['no object', '[1]'],
    ['nothing', '{}'],
    ['two changes', '{"add":["a"],"remove":["b"]}'],
    ['an unknown change', '{"multiply":2}'],
    ['elements that are no texts', '{"add":[1]}'],
    ['an increment that is no number', '{"increment":"1"}'],
    ['a field without a value', '{"putField":{"name":"x"}}'],
  ])('a body of %s is refused', async (_, body) => {
    const response = await fetch('/kv/set/tags', { method: 'POST', body });
    expect(response.status).toBe(400);
    expect((await problemOf(response))['code']).toBe('bad-request');
  });
});

describe('a wrong request is a problem with a code and a fitting status', () => {
  it.each([
    ['/kv/Carts/alice', 400, 'bad-bucket'],
    ['/kv/carts/alice?r=2', 422, 'impossible-quorum'],
    ['/kv/carts/alice?r=two', 400, 'bad-request'],
    ['/kv/carts/alice?w=1', 400, 'bad-request'],
    ['/nothing', 404, 'no-such-route'],
  ])('%s', async (path, status, code) => {
    const response = await fetch(path);
    expect(response.status).toBe(status);
    expect((await problemOf(response))['code']).toBe(code);
  });

  it('a context of another key', async () => {
    const context = contextIn(await put('/kv/carts/alice', 'x'));
    const response = await put('/kv/carts/bob', 'y', { 'quorate-context': context });
    expect([response.status, (await problemOf(response))['code']]).toEqual([400, 'bad-context']);
  });

  it('a context that is nonsense', async () => {
    const response = await put('/kv/carts/bob', 'y', { 'quorate-context': 'nonsense' });
    expect([response.status, (await problemOf(response))['code']]).toEqual([400, 'bad-context']);
  });

  it('a value over the limit, announced or not', async () => {
    const announced = await fetch('/kv/carts/a', { method: 'PUT', body: 'x', headers: { 'content-length': '1001' } });
    expect([announced.status, (await problemOf(announced))['code']]).toEqual([413, 'too-large']);
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 1;
        controller.enqueue(new Uint8Array(100));
      },
    });
    const streamed = await fetch('/kv/carts/a', { method: 'PUT', body: endless, duplex: 'half' } as RequestInit);
    expect([streamed.status, (await problemOf(streamed))['code']]).toEqual([413, 'too-large']);
    expect(sent).toBeLessThan(20);
  });

  it('a method the path does not take', async () => {
    const response = await fetch('/health', { method: 'DELETE' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    await problemOf(response);
  });

  it('a node that stops is 503 with Retry-After', async () => {
    await gateway.node.stop();
    const response = await fetch('/kv/carts/alice');
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect((await problemOf(response))['code']).toBe('stopping');
  });

  it('a defect is 500 and tells no secrets', async () => {
    const response = await fetch('/status');
    expect(response.status).toBe(500);
    const problem = await problemOf(response);
    expect(problem['code']).toBe('internal');
    expect(JSON.stringify(problem)).not.toContain('not asked here');
  });
});

describe('operations', () => {
  it('health tells that the process is alive, ready that it is of use', async () => {
    expect((await fetch('/health')).status).toBe(200);
    expect((await fetch('/ready')).status).toBe(200);
    gateway.unreadiness = '1 nodes are up, 2 are needed';
    expect((await fetch('/health')).status).toBe(200);
    const unready = await fetch('/ready');
    expect(unready.status).toBe(503);
    expect((await problemOf(unready))['title']).toBe('1 nodes are up, 2 are needed');
  });

  it('a node that waits for registers is ready, and says so: nobody else answers for them either', async () => {
    expect(await (await fetch('/ready')).json()).toEqual({ status: 'ready', node: 'n1' });
    gateway.waitingRegisters = [3, 5];
    const ready = await fetch('/ready');
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({
      status: 'ready',
      waitingRegisters: [3, 5],
      next: expect.stringContaining('quorate why key'),
    });
  });

  it('metrics keep the content type Prometheus expects', async () => {
    const response = await fetch('/metrics');
    expect(response.headers.get('content-type')).toContain('version=0.0.4');
    expect(await response.text()).toBe('samples\n');
  });

  it('the ring is there as JSON', async () => {
    expect(await (await fetch('/ring')).json()).toEqual({ partitions: 1, version: 'x', nodes: ['n1'], preferenceLists: [[0]] });
  });
});
