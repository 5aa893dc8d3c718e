/**
 * What every storage engine must do, as one suite. An engine's own test calls {@link describeEngine}; nothing here waits for time
 * to pass, so that an engine in a simulated world can run it too.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { compareWithTwin } from './conformance-model.ts';
import {
  all,
  bytes,
  type EngineUnderTest,
  EVERYTHING,
  GREATEST,
  got,
  LEAST,
  type OpenEngine as Open,
  put,
  remove,
  set,
  write,
} from './conformance-notation.ts';
import { describeRanges, describeSnapshots } from './conformance-ranges.ts';

export type { EngineUnderTest } from './conformance-notation.ts';

import { MAX_KEY_BYTES, type OnDurable } from './engine.ts';

export function describeEngine(name: string, open: Open): void {
  describe(`${name}, as a storage engine`, () => {
    const opened: EngineUnderTest[] = [];
    const openOne: Open = async () => {
      const one = await open();
      opened.push(one);
      return one;
    };
    afterEach(async () => {
      for (const one of opened.splice(0)) await one.dispose();
    });
    describeWrites(openOne);
    describeDurability(openOne);
    describeRanges(openOne);
    describeSnapshots(openOne);
    describeSizes(openOne);
    describeClosing(openOne);
    it('does what a sorted map does, whatever the order of calls', { timeout: 60_000 }, () => compareWithTwin(open));
  });
}

function describeWrites(open: Open): void {
  it('shows a write at once, before it is durable', async () => {
    const { engine } = await open();
    put(engine, 'a', '1');
    expect(got(engine, 'a')).toBe('1');
    expect(got(engine, 'b')).toBeUndefined();
  });

  it('shows a removal at once, of durable and of pending values', async () => {
    const { engine, settle } = await open();
    put(engine, 'a', '1');
    await settle();
    put(engine, 'b', '2');
    write(engine, [remove('a'), remove('b'), remove('never there')]);
    expect([got(engine, 'a'), got(engine, 'b')]).toEqual([undefined, undefined]);
    await settle();
    expect([got(engine, 'a'), got(engine, 'b')]).toEqual([undefined, undefined]);
  });

  it('lets the last change of a key in a batch win', async () => {
    const { engine, settle } = await open();
    write(engine, [set('a', '1'), set('a', '2'), set('b', '1'), remove('b'), remove('c'), set('c', '3')]);
    expect(all(engine)).toEqual(['a=2', 'c=3']);
    await settle();
    expect(all(engine)).toEqual(['a=2', 'c=3']);
  });

  it('keeps the later write when the earlier one of the same key becomes durable', async () => {
    const { engine, settle } = await open();
    const seen: (string | undefined)[] = [];
    put(engine, 'a', '1', () => {
      seen.push(got(engine, 'a'));
      put(engine, 'a', '3', () => seen.push(got(engine, 'a')));
      seen.push(got(engine, 'a'));
    });
    put(engine, 'a', '2', () => undefined);
    await settle();
    await settle();
    expect(seen).toEqual(['2', '3', '3']);
    expect(all(engine)).toEqual(['a=3']);
  });

  it('copies what it keeps: the bytes are the caller’s again', async () => {
    const { engine, settle } = await open();
    const operation = { key: Buffer.from('key'), value: Buffer.from('value') };
    write(engine, [operation]);
    operation.key.fill('x');
    operation.value.fill('x');
    expect(all(engine)).toEqual(['key=value']);
    await settle();
    expect(all(engine)).toEqual(['key=value']);
  });

  it('keeps empty values apart from missing ones', async () => {
    const { engine, settle } = await open();
    write(engine, [set('a', '')]);
    expect(got(engine, 'a')).toBe('');
    await settle();
    expect([got(engine, 'a'), got(engine, 'b'), ...all(engine)]).toEqual(['', undefined, 'a=']);
  });
}

function describeDurability(open: Open): void {
  it('calls back once per batch, in order, and never before write returns', async () => {
    const { engine, settle } = await open();
    const calls: number[] = [];
    for (let index = 0; index < 50; index++) {
      const batch = index % 7 === 0 ? [] : [set(`k${index % 5}`, `${index}`), set('shared', `${index}`)];
      const before = calls.length;
      engine.write(batch, (error) => {
        expect(error).toBeUndefined();
        calls.push(index);
      });
      expect(calls.length).toBe(before);
      if (index % 20 === 19) await settle();
    }
    await settle();
    expect(calls).toEqual(Array.from({ length: 50 }, (_, index) => index));
  });

  it('takes writes from within the callback', async () => {
    const { engine, settle } = await open();
    const calls: number[] = [];
    const next = (index: number): void => {
      if (index > 0) calls.push(index);
      if (index < 5) put(engine, `k${index}`, 'v', () => next(index + 1));
    };
    next(0);
    for (let round = 0; round < 5; round++) await settle();
    expect(calls).toEqual([1, 2, 3, 4, 5]);
    expect(all(engine)).toEqual(['k0=v', 'k1=v', 'k2=v', 'k3=v', 'k4=v']);
  });

  it('calls back for an empty batch behind the batches before it', async () => {
    const { engine, settle } = await open();
    const calls: string[] = [];
    engine.write([], () => calls.push('empty'));
    put(engine, 'a', '1', () => calls.push('a'));
    engine.write([], () => calls.push('empty again'));
    expect(calls).toEqual([]);
    await settle();
    expect(calls).toEqual(['empty', 'a', 'empty again']);
  });
}

function describeSizes(open: Open): void {
  it('holds values of a mebibyte and keys of the greatest length', async () => {
    const { engine, settle } = await open();
    const value = Uint8Array.from({ length: 2 ** 20 }, (_, index) => (index * 31 + (index >> 8)) & 0xff);
    const long = new Uint8Array(MAX_KEY_BYTES).fill(0xff);
    const almost = Uint8Array.from(long).fill(0xfe, MAX_KEY_BYTES - 1);
    write(engine, [
      { key: long, value },
      { key: almost, value: bytes('almost') },
    ]);
    const check = (): void => {
      expect(engine.get(long)?.length).toBe(value.length);
      expect(Buffer.compare(engine.get(long) ?? LEAST, value)).toBe(0);
      const entries = [...engine.range({ from: almost, to: GREATEST })];
      expect(entries.map((entry) => [entry.key.length, entry.value.length])).toEqual([
        [MAX_KEY_BYTES, 6],
        [MAX_KEY_BYTES, 2 ** 20],
      ]);
      expect(Buffer.compare(entries[1]?.value ?? LEAST, value)).toBe(0);
      expect(got(engine, 'missing')).toBeUndefined();
    };
    check();
    await settle();
    check();
  });
}

function describeClosing(open: Open): void {
  it('makes everything durable when it is closed, calls back, and opens again with all of it', async () => {
    const { engine, reopen, settle } = await open();
    const calls: string[] = [];
    write(engine, [set('a', '1'), set('b', '1')]);
    await settle();
    put(engine, 'b', '2', () => calls.push('b'));
    engine.write([set('c', '2')], () => calls.push('c'));
    const closing = engine.close();
    await settle();
    await closing;
    expect(calls).toEqual(['b', 'c']);
    const again = await reopen?.();
    if (again !== undefined) expect(all(again)).toEqual(['a=1', 'b=2', 'c=2']);
  });

  it('refuses everything once it is closed, and may be closed again', async () => {
    const { engine, settle } = await open();
    const snapshot = engine.snapshot();
    const closing = engine.close();
    const refusals: unknown[] = [];
    const refused: OnDurable = (error) => refusals.push(error);
    engine.write([set('a', '1')], refused);
    await settle();
    await closing;
    engine.write([set('a', '1')], refused);
    expect(refusals.length).toBeLessThan(2);
    await settle();
    const closed = expect.objectContaining({ code: 'engine-closed', outcome: 'not-applied' });
    expect(refusals).toEqual([closed, closed]);
    expect(() => engine.get(bytes('a'))).toThrow(closed);
    expect(() => engine.snapshot()).toThrow(closed);
    expect(() => [...engine.range(EVERYTHING)]).toThrow(closed);
    snapshot.close();
    await engine.close();
  });
}
