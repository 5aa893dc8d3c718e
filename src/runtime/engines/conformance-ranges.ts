/** What ranges and snapshots must show. Part of the conformance suite. */
import { expect, it } from 'vitest';
import { all, bytes, EVERYTHING, type OpenEngine, put, remove, set, text, write } from './conformance-notation.ts';
import type { Snapshot } from './engine.ts';

export function describeRanges(open: OpenEngine): void {
  describeBounds(open);
  describeContents(open);
}

function describeBounds(open: OpenEngine): void {
  const keys = [
    [0],
    [0, 0],
    [0, 1],
    [0, 0xff],
    [1],
    [0x61],
    [0x61, 0],
    [0x61, 0x62],
    [0x7f],
    [0x80],
    [0xff],
    [0xff, 0],
    [0xff, 0xff],
  ];

  it('orders keys by unsigned bytes, a prefix before what it begins', async () => {
    const { engine, settle } = await open();
    const shuffled = [...keys].sort((a, b) => a.length - b.length || (b[0] ?? 0) - (a[0] ?? 0));
    for (const [index, key] of shuffled.entries()) {
      write(engine, [{ key: Uint8Array.from(key), value: Uint8Array.of(index) }]);
      if (index % 4 === 3) await settle();
    }
    const listed = (): number[][] => [...engine.range(EVERYTHING)].map(({ key }) => [...key]);
    expect(listed()).toEqual(keys);
    await settle();
    expect(listed()).toEqual(keys);
  });

  it('includes the lower bound, excludes the upper one, and stops at the limit', async () => {
    const { engine, settle } = await open();
    write(
      engine,
      ['a', 'b', 'c', 'd'].map((key) => set(key, key)),
    );
    const check = (): void => {
      expect(all(engine, 'b', 'd')).toEqual(['b=b', 'c=c']);
      expect(all(engine, 'b\0', 'd\0')).toEqual(['c=c', 'd=d']);
      expect(all(engine, 'd', 'b')).toEqual([]);
      expect(all(engine, 'b', 'b')).toEqual([]);
      expect(all(engine, '', '')).toEqual([]);
      expect(all(engine, 'b', 'z', 2)).toEqual(['b=b', 'c=c']);
      expect(all(engine, '', 'z', 0)).toEqual([]);
    };
    check();
    await settle();
    check();
  });
}

function describeContents(open: OpenEngine): void {
  it('mixes durable entries with pending writes and pending removals, and limits the mixture', async () => {
    const { engine, settle } = await open();
    write(
      engine,
      ['b', 'd', 'f', 'h'].map((key) => set(key, 'old')),
    );
    await settle();
    write(engine, [set('a', 'new'), remove('b'), set('d', 'new'), set('e', 'new'), remove('h'), remove('zz')]);
    expect(all(engine)).toEqual(['a=new', 'd=new', 'e=new', 'f=old']);
    expect(all(engine, '', 'z', 3)).toEqual(['a=new', 'd=new', 'e=new']);
    await settle();
    expect(all(engine)).toEqual(['a=new', 'd=new', 'e=new', 'f=old']);
  });

  it('shows what is there when iteration starts, whatever is written meanwhile', async () => {
    const { engine, settle } = await open();
    write(engine, [set('a', '1'), set('c', '1')]);
    const range = engine.range(EVERYTHING);
    put(engine, 'd', '1');
    const iterator = range[Symbol.iterator]();
    const seen = [text(iterator.next().value)];
    write(engine, [set('b', '2'), set('c', '2'), remove('d'), set('e', '2')]);
    await settle();
    for (let next = iterator.next(); !next.done; next = iterator.next()) seen.push(text(next.value));
    expect(seen).toEqual(['a=1', 'c=1', 'd=1']);
    expect([...range].map(text), 'iterated again').toEqual(['a=1', 'b=2', 'c=2', 'e=2']);
  });

  it('yields copies: what a caller does to them does not matter, nor what happens later', async () => {
    const { engine, settle } = await open();
    put(engine, 'durable', 'value');
    await settle();
    put(engine, 'pending', 'value');
    const entries = [...engine.range(EVERYTHING)];
    engine.get(bytes('durable'));
    expect(entries.map(text)).toEqual(['durable=value', 'pending=value']);
    for (const { key, value } of entries) {
      key.fill(0);
      value.fill(0);
    }
    expect(all(engine)).toEqual(['durable=value', 'pending=value']);
    await settle();
    expect(all(engine)).toEqual(['durable=value', 'pending=value']);
  });
}

export function describeSnapshots(open: OpenEngine): void {
  it('shows a snapshot as it was, durable and pending, however much is written', async () => {
    const { engine, settle } = await open();
    write(engine, [set('a', '1'), set('b', '1')]);
    await settle();
    write(engine, [set('b', '2'), set('c', '2')]);
    const snapshot = engine.snapshot();
    const before = ['a=1', 'b=2', 'c=2'];
    write(engine, [remove('a'), set('c', '3'), set('d', '3')]);
    expect([...snapshot.range(EVERYTHING)].map(text)).toEqual(before);
    await settle();
    for (let round = 0; round < 20; round++) write(engine, [set(`k${round}`, 'later')]);
    await settle();
    expect([...snapshot.range(EVERYTHING)].map(text)).toEqual(before);
    snapshot.close();
    snapshot.close();
    expect(all(engine, 'a', 'e')).toEqual(['b=2', 'c=3', 'd=3']);
    expect(() => [...snapshot.range(EVERYTHING)]).toThrow(expect.objectContaining({ code: 'snapshot-closed' }));
  });

  it('keeps snapshots of different moments apart', async () => {
    const { engine, settle } = await open();
    const snapshots: Snapshot[] = [];
    for (const value of ['1', '2', '3']) {
      snapshots.push(engine.snapshot());
      put(engine, 'a', value);
      if (value === '2') await settle();
    }
    expect(snapshots.map((snapshot) => [...snapshot.range(EVERYTHING)].map(text))).toEqual([[], ['a=1'], ['a=2']]);
    for (const snapshot of snapshots) snapshot.close();
  });
}
