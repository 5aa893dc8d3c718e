/** What a Quorate promises about calls of every kind: many at once, listings, bad input, abort, the end. */
import { getEventListeners } from 'node:events';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Bucket, Json, Key, Quorate } from '../../src/apps/library/index.ts';

const VALUE_BYTES = 1_024 * 1_024;

async function all<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** `opened`: the Quorate under test; to be called within tests only. `open` opens another one. */
export function describeCalls(opened: () => Quorate, open: () => Promise<Quorate>): void {
  const plain = (): Bucket => opened().kv.bucket('plain');

  describe('many', () => {
    it('are answered in the order they were asked for', async () => {
      const many = opened().kv.bucket('many');
      const keys = Array.from({ length: 700 }, (_unused, index) => `key ${index}`);
      const written = await many.putMany(keys.map((key) => [key, `value of ${key}`] as const));
      expect(written.every(({ context }) => context !== undefined)).toBe(true);
      const found = await many.getMany([...keys, 'absent']);
      expect(found.map((each) => each.value?.text())).toEqual([...keys.map((key) => `value of ${key}`), undefined]);
      expect(await many.getMany([])).toEqual([]);
    });

    it('reject with the first failure, which names the entry', async () => {
      const failed = plain().putMany([
        ['fine', 1],
        ['large', new Uint8Array(VALUE_BYTES + 1)],
      ]);
      await expect(failed).rejects.toMatchObject({ code: 'too-large', outcome: 'unknown', data: { index: 1 } });
      await expect(plain().getMany(['fine', ''])).rejects.toMatchObject({
        code: 'empty-key',
        outcome: 'not-applied',
        data: { index: 1 },
      });
    });
  });

  describe('listings', () => {
    const keys = Array.from({ length: 95 }, (_unused, index) => `item ${String(index).padStart(2, '0')}`);
    let listed: Bucket;
    beforeAll(async () => {
      listed = opened().kv.bucket('listed');
      await listed.putMany([...keys, 'deleted'].map((key) => [key, `<${key}>`] as const));
      await listed.delete('deleted');
    });

    it('have every key with a value, once, whatever the size of the page', async () => {
      for (const pageSize of [1, 10, 95, 1_000]) expect([...(await all(listed.keys({ pageSize })))].sort()).toEqual(keys);
      expect(await all(opened().kv.bucket('nothing-here').keys())).toEqual([]);
    });

    it('can carry what a read finds', async () => {
      const entries = await all(listed.entries({ pageSize: 40 }));
      expect(entries.map(([key, found]) => `${key} ${found.value?.text()}`).sort()).toEqual(keys.map((key) => `${key} <${key}>`));
    });

    it('go page by page, and stop where the reader stops', async () => {
      const first = await listed.page(undefined, { pageSize: 10 });
      expect(first.keys.length).toBe(10);
      const second = await listed.page(first.cursor, { pageSize: 10 });
      const decoded = [...first.keys, ...second.keys].map((key) => new TextDecoder().decode(key));
      expect(new Set(decoded).size).toBe(20);
      const seen: string[] = [];
      for await (const key of listed.keys({ pageSize: 3 })) if (seen.push(key) === 4) break;
      expect(seen.length).toBe(4);
      const controller = new AbortController();
      const iterator = listed.keys({ pageSize: 3, signal: controller.signal })[Symbol.asyncIterator]();
      await iterator.next();
      controller.abort();
      const rest = async (): Promise<void> => {
        while ((await iterator.next()).done !== true);
      };
      await expect(rest()).rejects.toMatchObject({ code: 'aborted' });
    });

    it('refuse a cursor that is none', async () => {
      await expect(listed.page('!')).rejects.toMatchObject({ code: 'bad-option' });
      await expect(listed.page('____')).rejects.toMatchObject({ code: 'bad-request' });
    });
  });

  describe('bad input', () => {
    it.each([
      ['an empty key', () => plain().get(''), 'empty-key'],
      ['a key that is neither text nor bytes', () => plain().get(7 as unknown as Key), 'bad-key'],
      ['half a surrogate pair', () => plain().get('\udc00'), 'bad-key'],
      ['a time limit of 0', () => plain().get('k', { timeoutMs: 0 }), 'bad-option'],
      ['a time limit of no number', () => plain().delete('k', { timeoutMs: Number.NaN }), 'bad-option'],
      ['r=0', () => plain().get('k', { r: 0 }), 'bad-option'],
      ['w=1.5', () => plain().put('k', 'v', { w: 1.5 }), 'bad-option'],
      ['w=17 of a delete', () => plain().delete('k', { w: 17 }), 'bad-option'],
      ['r beyond n', () => plain().get('k', { r: 16 }), 'impossible-quorum'],
      ['w beyond n', () => plain().put('k', 'v', { w: 16 }), 'impossible-quorum'],
      ['a page of no keys', () => plain().page(undefined, { pageSize: 0 }), 'bad-option'],
      ['a content type of two lines', () => plain().put('k', 'v', { contentType: 'a\nb' }), 'bad-option'],
      ['a number that JSON lacks', () => plain().put('k', { deep: Number.POSITIVE_INFINITY }), 'bad-value'],
      ['a value that is nothing', () => plain().put('k', undefined as unknown as Json), 'bad-value'],
      ['a signal that is none', () => plain().get('k', { signal: {} as AbortSignal }), 'bad-option'],
    ] as const)('%s is refused', async (_what, attempt, code) => {
      await expect(attempt()).rejects.toMatchObject({ name: 'QuorateError', code, outcome: 'not-applied' });
    });

    it('a bucket needs a proper name', () => {
      expect(() => opened().kv.bucket('No Bucket')).toThrow(expect.objectContaining({ code: 'bad-bucket' }));
    });

    it('bytes are not taken for what they are not', async () => {
      await plain().put('binary', Uint8Array.of(255));
      const { value } = await plain().get('binary');
      expect(() => value?.text()).toThrow(expect.objectContaining({ code: 'bad-value' }));
      await plain().put('prose', 'no JSON');
      const prose = (await plain().get('prose')).value;
      expect(() => prose?.json()).toThrow(expect.objectContaining({ code: 'bad-value' }));
    });
  });

  describe('abort', () => {
    it('before the call sends nothing', async () => {
      const call = plain().put('aborted', 'value', { signal: AbortSignal.abort('why not') });
      await expect(call).rejects.toMatchObject({ code: 'aborted', outcome: 'not-applied', cause: 'why not' });
      expect((await plain().get('aborted')).values).toEqual([]);
    });

    it('leaves no listener behind, however the calls end', async () => {
      const { signal } = new AbortController();
      await plain().get('k', { signal });
      await plain().getMany(['a', 'b'], { signal });
      await expect(plain().get('k', { r: 16, signal })).rejects.toMatchObject({ code: 'impossible-quorum' });
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    });
  });

  describe('the whole', () => {
    it('tells of its nodes and its ring', async () => {
      const status = await opened().status();
      expect(status.nodes.every((node) => node.up)).toBe(true);
      expect(status.nodes.reduce((sum, node) => sum + node.share, 0)).toBeCloseTo(1);
      expect(status.buckets['sets']?.conflict).toBe('set');
      const ring = await opened().ring();
      expect(ring.preferenceLists.length).toBe(status.partitions);
    });

    it('takes nothing more once it is closed, which can be said twice', async () => {
      const other = await open();
      const put = other.kv.bucket('plain').put('last', 'word');
      await Promise.all([other.close(), other.close()]);
      await expect(put).resolves.toBeDefined();
      await expect(other.kv.bucket('plain').get('last')).rejects.toMatchObject({ code: 'closed', outcome: 'not-applied' });
    });
  });
}
