import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeEngine } from './conformance.ts';
import type { Engine, Operation } from './engine.ts';
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
