/** What a Quorate promises about the data themselves: values, contexts, deletions, conflict policies. */
import { describe, expect, it } from 'vitest';
import type { Bucket, Context, Found, Json, Quorate } from '../../src/apps/library/index.ts';

const KEY_BYTES = 1_024;
const VALUE_BYTES = 1_024 * 1_024;

const texts = (found: Found): readonly string[] => found.values.map((value) => value.text()).sort();

/** `opened`: the Quorate under test; to be called within tests only. */
export function describeData(opened: () => Quorate): void {
  const plain = (): Bucket => opened().kv.bucket('plain');

  describe('values', () => {
    it('are found as they were put, with their type', async () => {
      const value = { items: [1, 'two', null, true], nested: { ünïcode: '✓' } };
      await plain().put('text', 'grüße');
      await plain().put('bytes', Uint8Array.of(0, 255, 128));
      await plain().put('json', value);
      const text = (await plain().get('text')).value;
      expect([text?.contentType, text?.text()]).toEqual(['text/plain', 'grüße']);
      const bytes = (await plain().get('bytes')).value;
      expect([bytes?.contentType, [...(bytes?.bytes ?? [])]]).toEqual(['application/octet-stream', [0, 255, 128]]);
      const json = (await plain().get('json')).value;
      expect([json?.contentType, json?.json()]).toEqual(['application/json', value]);
    });

    it.each([null, 0, -1.5, true, [], {}] as Json[])('can be the JSON %j', async (value) => {
      await plain().put(`json ${JSON.stringify(value)}`, value);
      expect((await plain().get(`json ${JSON.stringify(value)}`)).value?.json()).toEqual(value);
    });

    it('keep the content type they were given', async () => {
      await plain().put('page', '<p>', { contentType: 'text/html; charset=utf-8' });
      expect((await plain().get('page')).value?.contentType).toBe('text/html; charset=utf-8');
    });

    it('may be empty, which is not the same as absent', async () => {
      await plain().put('empty', '');
      expect((await plain().get('empty')).value?.bytes.length).toBe(0);
      expect((await plain().get('absent')).value).toBeUndefined();
      expect((await plain().get('absent')).values).toEqual([]);
    });

    it('lie under the same key whether it is text or its bytes', async () => {
      await plain().put('clé', 'one');
      expect((await plain().get(new TextEncoder().encode('clé'))).value?.text()).toBe('one');
    });

    it('are refused above the limit, and taken at it', async () => {
      await plain().put('k'.repeat(KEY_BYTES), new Uint8Array(VALUE_BYTES));
      expect((await plain().get('k'.repeat(KEY_BYTES))).value?.bytes.length).toBe(VALUE_BYTES);
      await expect(plain().put('k', new Uint8Array(VALUE_BYTES + 1))).rejects.toMatchObject({
        code: 'too-large',
        outcome: 'not-applied',
      });
      await expect(plain().put('k'.repeat(KEY_BYTES + 1), '')).rejects.toMatchObject({
        code: 'too-large',
        data: { what: 'key' },
      });
      expect((await plain().get('k')).values).toEqual([]);
    });
  });

  describe('contexts', () => {
    it('of a read let the next put supersede what was read', async () => {
      await plain().put('replaced', 'old');
      const { context } = await plain().get('replaced');
      await plain().put('replaced', 'new', { context });
      expect(texts(await plain().get('replaced'))).toEqual(['new']);
    });

    it('of a put let its writer go on without reading', async () => {
      let context: Context | undefined;
      for (const value of ['1', '2', '3'])
        ({ context } = await plain().put('chain', value, context === undefined ? {} : { context }));
      expect(texts(await plain().get('chain'))).toEqual(['3']);
    });

    it('that have not seen a write leave it as a sibling, and a later one joins them', async () => {
      const { context } = await plain().get('cart');
      await plain().put('cart', 'apples', { context });
      await plain().put('cart', 'pears', { context });
      const found = await plain().get('cart');
      expect(texts(found)).toEqual(['apples', 'pears']);
      expect(() => found.value).toThrow(expect.objectContaining({ code: 'siblings', data: { count: 2 } }));
      await plain().put('cart', 'both', { context: found.context });
      expect(texts(await plain().get('cart'))).toEqual(['both']);
    });

    it('are not given to a writer who has not seen all there is', async () => {
      expect((await plain().put('blind', 'first')).context).toBeDefined();
      expect((await plain().put('blind', 'second')).context).toBeUndefined();
    });

    it('are good for their own key only', async () => {
      await plain().put('mine', 'value');
      const { context } = await plain().get('mine');
      await expect(plain().put('yours', 'value', { context })).rejects.toMatchObject({
        code: 'bad-context',
        outcome: 'not-applied',
      });
      await expect(plain().put('mine', 'x', { context: 'not a context!' as Context })).rejects.toMatchObject({
        code: 'bad-context',
      });
      await expect(plain().put('mine', 'x', { context: 'AQID' as Context })).rejects.toMatchObject({ code: 'bad-context' });
    });
  });

  describe('delete', () => {
    it('with a context leaves what the context has not seen', async () => {
      await plain().put('half', 'seen');
      const { context } = await plain().get('half');
      await plain().put('half', 'unseen');
      await plain().delete('half', { context });
      expect(texts(await plain().get('half'))).toEqual(['unseen']);
    });

    it('without a context takes all that a read sees, siblings too', async () => {
      await plain().put('gone', 'one');
      await plain().put('gone', 'two');
      const { context } = await plain().delete('gone');
      expect((await plain().get('gone')).values).toEqual([]);
      await plain().put('gone', 'back', context === undefined ? {} : { context });
      expect(texts(await plain().get('gone'))).toEqual(['back']);
    });

    it('of a key that never was is no error', async () => {
      await plain().delete('never');
      expect((await plain().get('never')).values).toEqual([]);
    });
  });

  describe('conflict policies', () => {
    it('latest: one value stays, and can be deleted', async () => {
      const latest = opened().kv.bucket('latest');
      for (const value of ['a', 'b', 'c']) await latest.put('key', value);
      expect(texts(await latest.get('key'))).toEqual(['c']);
      await latest.delete('key');
      expect((await latest.get('key')).values).toEqual([]);
    });

    it('set: elements come and go one by one', async () => {
      const tags = opened().kv.bucket('sets').set('tags');
      await tags.add(['red', 'green', 'red']);
      await tags.add(new Set(['blue']));
      await tags.remove(['green', 'absent']);
      expect([...(await tags.values())].sort()).toEqual(['blue', 'red']);
      await opened().kv.bucket('sets').delete('tags');
      expect((await tags.values()).size).toBe(0);
    });

    it('counter: increments add up, also concurrent and negative ones', async () => {
      const visits = opened().kv.bucket('counters').counter('visits');
      expect(await visits.value()).toBe(0);
      await Promise.all([5, -2, 0.5, 10].map((amount) => visits.add(amount)));
      expect(await visits.value()).toBe(13.5);
    });

    it('map: fields are written and deleted alone', async () => {
      const user = opened().kv.bucket('maps').map('user');
      await Promise.all([user.put('name', 'Ada'), user.put('age', 36), user.put('photo', Uint8Array.of(1))]);
      await user.put('age', 37);
      await user.delete('photo');
      const entries = await user.entries();
      expect([...entries.keys()].sort()).toEqual(['age', 'name']);
      expect([entries.get('name')?.text(), entries.get('age')?.json()]).toEqual(['Ada', 37]);
    });

    it('max: the greatest number stays', async () => {
      const record = opened().kv.bucket('maxima').max('record');
      expect(await record.value()).toBeUndefined();
      for (const number of [-7, 3, -9]) await record.raise(number);
      expect(await record.value()).toBe(3);
    });

    it('refuse changes and handles of another policy', async () => {
      await expect(plain().set('key').add(['x'])).rejects.toMatchObject({ code: 'wrong-change', outcome: 'not-applied' });
      await expect(plain().counter('key').value()).rejects.toMatchObject({ code: 'wrong-handle', data: { policy: 'siblings' } });
      await expect(opened().kv.bucket('maps').put('key', 'x')).rejects.toMatchObject({ code: 'wrong-change' });
    });

    it('refuse names and numbers that cannot be kept', async () => {
      await expect(opened().kv.bucket('sets').set('k').add([''])).rejects.toMatchObject({ code: 'bad-value' });
      await expect(opened().kv.bucket('counters').counter('k').add(Number.NaN)).rejects.toMatchObject({ code: 'bad-value' });
      await expect(opened().kv.bucket('maps').map('k').put('\ud800', 1)).rejects.toMatchObject({ code: 'bad-value' });
    });
  });
}
