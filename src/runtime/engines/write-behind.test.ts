import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { QuorateError } from '../errors/index.ts';
import { BackedEngine, type Backing } from './backed-engine.ts';
import { describeEngine } from './conformance.ts';
import { all, got, set, write } from './conformance-notation.ts';
import type { Engine, OnDurable, Operation } from './engine.ts';
import { OrderedMap } from './ordered-map.ts';
import { openWriteBehindEngine } from './write-behind.ts';

const timers = {
  soon: (callback: () => void) => void setImmediate(callback),
  after: (delayMs: number, callback: () => void) => {
    const timer = setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};

describeEngine('the write-behind engine', async () => {
  const directory = await mkdtemp(`${tmpdir()}/quorate-engine-`);
  let engine = await openWriteBehindEngine({ directory, timers });
  return {
    engine,
    async reopen() {
      engine = await openWriteBehindEngine({ directory, timers });
      return engine;
    },
    settle: () => new Promise((resolve) => engine.write([], () => resolve())),
    async dispose() {
      await engine.close();
      await rm(directory, { recursive: true });
    },
  };
});

describe('an engine with a backing', () => {
  /** Transactions are answered, and time passes, by hand. */
  let stored: { keys: string[]; answer: (error?: QuorateError) => void }[];
  let timersDue: { delayMs: number; callback: () => void }[];
  let engine: Engine;
  let heard: string[];

  beforeEach(() => {
    stored = [];
    timersDue = [];
    heard = [];
    const backing: Backing = {
      store: (operations: readonly Operation[], onDurable) => {
        const keys = operations.map(({ key, value }) => `${new TextDecoder().decode(key)}=${new TextDecoder().decode(value)}`);
        stored.push({ keys, answer: onDurable });
      },
      close: async () => {},
    };
    const handTurned = {
      soon: (callback: () => void) => callback(),
      after: (delayMs: number, callback: () => void) => {
        const due = { delayMs, callback };
        timersDue.push(due);
        const cancel = (): void => {
          timersDue = timersDue.filter((other) => other !== due);
        };
        return { cancel };
      },
    };
    engine = new BackedEngine({ map: new OrderedMap(), backing, timers: handTurned, holdMs: 1000, holdBytes: 100 });
  });

  const hear =
    (name: string): OnDurable =>
    (error) =>
      heard.push(error === undefined ? name : `${name}: ${error instanceof QuorateError ? error.code : error.message}`);

  it('keeps lazy writes for a while, and stores the last of each key in one transaction', () => {
    for (const value of ['1', '2', '3']) engine.write([set('a', value), set(`b${value}`, value)], hear(value), 'lazy');
    expect([stored.length, heard, got(engine, 'a'), timersDue.map(({ delayMs }) => delayMs)]).toEqual([0, [], '3', [1000]]);
    timersDue[0]?.callback();
    expect(stored.map(({ keys }) => keys)).toEqual([['a=3', 'b1=1', 'b2=2', 'b3=3']]);
    expect(heard).toEqual([]);
    stored[0]?.answer();
    expect(heard).toEqual(['1', '2', '3']);
  });

  it('lets an urgent write take the lazy ones before it along, and nobody be acknowledged before it is stored', () => {
    engine.write([set('a', '1')], hear('lazy'), 'lazy');
    engine.write([set('b', '1')], hear('urgent'));
    expect([stored.map(({ keys }) => keys), timersDue]).toEqual([[['a=1', 'b=1']], []]);
    engine.write([set('c', '1')], hear('next'));
    expect(stored.length).toBe(1);
    stored[0]?.answer();
    expect([heard, stored.map(({ keys }) => keys)]).toEqual([
      ['lazy', 'urgent'],
      [['a=1', 'b=1'], ['c=1']],
    ]);
  });

  it('does not let more wait than it may', () => {
    engine.write([set('a', 'x'.repeat(50))], hear('first'), 'lazy');
    engine.write([set('a', 'y'.repeat(50))], hear('the same key again'), 'lazy');
    expect(stored.length).toBe(0);
    engine.write([set('b', 'z'.repeat(50))], hear('too much'), 'lazy');
    expect(stored.length).toBe(1);
  });

  it('refuses all writes behind one that failed, and reads on', async () => {
    const lost = new QuorateError({ code: 'database-failed', message: 'Gone.', outcome: 'unknown', next: 'Start it.' });
    engine.write([set('a', '1')], hear('a'));
    engine.write([set('b', '1')], hear('b'), 'lazy');
    stored[0]?.answer(lost);
    engine.write([set('c', '1')], hear('c'));
    expect(heard).toEqual(['a: database-failed', 'b: engine-failed', 'c: engine-failed']);
    expect([stored.length, all(engine)]).toEqual([1, ['a=1', 'b=1']]);
    await expect(engine.close()).rejects.toBe(lost);
  });

  it('stores what is lazy before it closes', async () => {
    write(engine, [set('a', '1')]);
    engine.write([set('b', '1')], hear('b'), 'lazy');
    const closed = engine.close();
    stored[0]?.answer();
    expect(stored.map(({ keys }) => keys)).toEqual([['a=1'], ['b=1']]);
    stored[1]?.answer();
    await closed;
    expect(heard).toEqual(['b']);
  });
});

describe('the write-behind engine', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(`${tmpdir()}/quorate-engine-`);
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('holds lazy writes for its time, then stores them by itself', async () => {
    const engine = await openWriteBehindEngine({ directory, timers, holdMs: 5 });
    await new Promise<void>((resolve) => engine.write([set('a', '1')], () => resolve(), 'lazy'));
    await engine.close();
  });
});
