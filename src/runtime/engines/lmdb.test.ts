import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeEngine } from './conformance.ts';
import type { Engine, Entry, Operation } from './engine.ts';
import { openLmdbEngine } from './lmdb.ts';

describeEngine('the LMDB engine', async () => {
  const directory = await mkdtemp(`${tmpdir()}/quorate-engine-`);
  let engine = await openLmdbEngine({ directory });
  return {
    engine,
    async reopen() {
      engine = await openLmdbEngine({ directory });
      return engine;
    },
    // An empty batch is durable once all before it are, on whichever engine is the latest.
    settle: () => new Promise((resolve) => engine.write([], () => resolve())),
    async dispose() {
      await engine.close();
      await rm(directory, { recursive: true });
    },
  };
});

describe('the LMDB engine, while a commit is under way', () => {
  let directory: string;
  let engine: Engine;

  beforeEach(async () => {
    directory = await mkdtemp(`${tmpdir()}/quorate-engine-`);
    engine = await openLmdbEngine({ directory });
  });

  afterEach(async () => {
    await engine.close();
    await rm(directory, { recursive: true });
  });

  /** More than can reach the disk before the next turn. */
  const large = (): Operation[] =>
    Array.from({ length: 200 }, (_, index) => ({ key: Uint8Array.of(9, index), value: new Uint8Array(9_000) }));
  const keyA = Uint8Array.of(1);
  const keyB = Uint8Array.of(2);
  const short = { from: Uint8Array.of(0), to: Uint8Array.of(9) };

  it('shows what is being committed, and over it what is gathered for the next commit', async () => {
    let isDurable = false;
    engine.write([...large(), { key: keyA, value: Uint8Array.of(1) }, { key: keyB, value: Uint8Array.of(1) }], () => {
      isDurable = true;
    });
    await setImmediate();
    expect(engine.get(keyA)).toEqual(Uint8Array.of(1));
    engine.write([{ key: keyB, value: Uint8Array.of(2) }], () => undefined);
    expect(engine.get(keyB)).toEqual(Uint8Array.of(2));
    const seen = (): number[][] => [...engine.range(short)].map(({ key, value }) => [...key, ...value]);
    expect(seen()).toEqual([
      [1, 1],
      [2, 2],
    ]);
    engine.write([{ key: keyA, value: undefined }], () => undefined);
    expect(engine.get(keyA)).toBeUndefined();
    expect(seen()).toEqual([[2, 2]]);
    expect(isDurable, 'all of this before the commit has ended').toBe(false);
    await engine.close();
    engine = await openLmdbEngine({ directory });
    expect(seen()).toEqual([[2, 2]]);
  });

  it('waits with closing for that commit and for the one behind it', async () => {
    const calls: string[] = [];
    engine.write([...large(), { key: keyA, value: Uint8Array.of(1) }], () => calls.push('committing'));
    await setImmediate();
    engine.write([{ key: keyB, value: Uint8Array.of(2) }], () => calls.push('gathered'));
    engine.write([], () => calls.push('empty'));
    expect(calls).toEqual([]);
    await engine.close();
    expect(calls).toEqual(['committing', 'gathered', 'empty']);
    engine = await openLmdbEngine({ directory });
    expect([engine.get(keyA)?.slice(), engine.get(keyB)?.slice()]).toEqual([Uint8Array.of(1), Uint8Array.of(2)]);
  });
});

describe('the LMDB engine, asked how long the disk takes', () => {
  it('tells it after each sync, of which all writes of a turn share one, and before they are told that they are durable', async () => {
    const directory = await mkdtemp(`${tmpdir()}/quorate-engine-`);
    const heard: string[] = [];
    const engine = await openLmdbEngine({
      directory,
      onSync: (milliseconds) => heard.push(milliseconds > 0 && milliseconds < 10_000 ? 'a sync' : `${milliseconds}`),
    });
    const put = (key: number): Promise<unknown> =>
      new Promise((resolve) => engine.write([{ key: Uint8Array.of(key), value: Uint8Array.of(key) }], resolve)).then(() =>
        heard.push(`${key} is durable`),
      );
    await Promise.all([put(1), put(2)]);
    await put(3);
    await new Promise((resolve) => engine.write([], resolve));
    expect(heard).toEqual(['a sync', '1 is durable', '2 is durable', 'a sync', '3 is durable']);
    await engine.close();
    await rm(directory, { recursive: true });
  });
});

describe('the LMDB engine, over many generations', () => {
  it('shows at every moment what was written last, to reads and to views that began earlier', async () => {
    const directory = await mkdtemp(`${tmpdir()}/quorate-engine-`);
    const generationBytes = 8 * 1024 * 1024;
    const engine = await openLmdbEngine({ directory, generationBytes });
    const model = new Map<string, string>();
    const value = Buffer.alloc(6000);
    const everything = { from: Uint8Array.of(0), to: Uint8Array.of(255) };
    const sorted = (entries: Iterable<readonly [string, string]>): string[] =>
      [...entries].map((entry) => entry.join('=')).sort();
    const seen = (entries: Iterable<Entry>): string[] =>
      sorted([...entries].map((entry) => [Buffer.from(entry.key).toString(), versionIn(entry.value)]));
    let snapshot = engine.snapshot();
    let asOfSnapshot: string[] = [];
    const checkValues = (): void => {
      for (const [key, version] of model) expect(versionIn(engine.get(Buffer.from(key)) ?? Buffer.alloc(0))).toBe(version);
    };
    // 54 MB: six generations, of which most is read from the log's files. The first ones have views; the others live in each other's memory.
    for (let round = 0; round < 9000; round++) {
      const key = `key ${(round * 7919) % 700}`;
      if (round % 5 === 4) model.delete(key);
      else model.set(key, `${round}`);
      value.write(`${round}!`);
      engine.write([{ key: Buffer.from(key), value: round % 5 === 4 ? undefined : value }], () => undefined);
      if (round % 250 !== 0) continue;
      await new Promise<void>((resolve) => engine.write([], () => resolve()));
      checkValues();
      if (round > 2500) continue;
      expect(seen(engine.range(everything))).toEqual(sorted(model));
      expect(seen(snapshot.range(everything))).toEqual(asOfSnapshot);
      if (round % 1000 !== 0) continue;
      snapshot.close();
      snapshot = engine.snapshot();
      asOfSnapshot = sorted(model);
    }
    snapshot.close();
    checkValues();
    await engine.close();
    // What was left of them in the log is generations again, half of it in the log's file only.
    const reopened = await openLmdbEngine({ directory, generationBytes });
    expect(seen(reopened.range(everything))).toEqual(sorted(model));
    await reopened.close();
    await rm(directory, { recursive: true });
  });
});

function versionIn(value: Uint8Array): string {
  return Buffer.from(value).toString('latin1', 0, 6).split('!')[0] ?? '';
}
