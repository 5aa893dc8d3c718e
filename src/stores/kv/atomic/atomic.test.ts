import { describe, expect, test } from 'vitest';
import { Simulation } from '../../../runtime/simulated/index.ts';
import type { NodeWorld } from '../../../runtime/world/index.ts';
import type { NodeConfiguration } from '../configuration.ts';
import { createQuorate, KvNode } from '../index.ts';
import { configurationOf, memberOf } from '../nodes-for-tests.ts';
import { type BucketOptions, bucketSettings, DEFAULT_SETTINGS } from '../settings.ts';

const ATOMIC: BucketOptions = { consistency: 'atomic', n: 1 };

function configurationWith(bucket: BucketOptions): NodeConfiguration {
  return configurationOf('n1', [], {
    members: [{ ...memberOf('n1'), address: undefined }],
    defaults: { ...DEFAULT_SETTINGS, n: 1, r: 1, w: 1 },
    buckets: new Map([['b', bucketSettings('b', bucket)]]),
  });
}

/** Promises need turns of the real event loop while simulated time goes on. */
async function settled<Result>(simulation: Simulation, promise: Promise<Result>): Promise<Result> {
  let isOver = false;
  const over = (): void => {
    isOver = true;
  };
  promise.then(over, over);
  await simulation.runAsync(() => isOver, 60_000);
  return promise;
}

function open(bucket: BucketOptions) {
  const simulation = new Simulation(1n);
  let world: NodeWorld | undefined;
  const process = simulation.process('n1').start((started) => {
    world = started;
  });
  const start = async (settings: BucketOptions): Promise<KvNode> => {
    if (world === undefined) throw new Error('no world');
    const node = new KvNode(world, configurationWith(settings));
    await settled(simulation, node.start());
    return node;
  };
  const quorate = async (settings = bucket) => {
    const node = await start(settings);
    const opened = createQuorate(node, () => Promise.resolve());
    const kv = opened.kv.bucket('b');
    return { kv, run: <Result>(promise: Promise<Result>) => settled(simulation, promise) };
  };
  const restart = (): void => {
    process.crash();
    process.restart();
  };
  return { quorate, restart };
}

describe('an atomic bucket', () => {
  test('keeps the last value, and none after a deletion', async () => {
    const { kv, run } = await open(ATOMIC).quorate();
    expect((await run(kv.get('x'))).values).toEqual([]);
    await run(kv.put('x', 'one'));
    await run(kv.put('x', 'two'));
    expect((await run(kv.get('x'))).value?.text()).toBe('two');
    await run(kv.delete('x'));
    expect((await run(kv.get('x'))).values).toEqual([]);
    await run(kv.put('x', 'three'));
    expect((await run(kv.get('x'))).value?.text()).toBe('three');
  });

  test('has a value without siblings, and refuses what it cannot keep to, each with the reason', async () => {
    const { kv, run } = await open(ATOMIC).quorate();
    await run(kv.put('x', 'one'));
    const { context } = await run(kv.get('x'));
    await expect(run(kv.put('x', 'two', { context }))).rejects.toMatchObject({ code: 'atomic-bucket', outcome: 'not-applied' });
    await expect(run(kv.get('x', { r: 1 }))).rejects.toMatchObject({ code: 'atomic-bucket' });
    await expect(run(kv.put('x', 'two', { w: 1 }))).rejects.toMatchObject({ code: 'atomic-bucket' });
    await expect(run(kv.counter('x').add(1))).rejects.toMatchObject({ code: 'wrong-change' });
  });

  test('is listed', async () => {
    const { kv, run } = await open(ATOMIC).quorate();
    for (const key of ['x', 'y', 'z']) await run(kv.put(key, key));
    await run(kv.delete('y'));
    expect((await run(kv.page(undefined))).keys.map(String).sort()).toEqual(['120', '122']);
  });

  test('does not become an eventual one, nor an eventual one atomic', async () => {
    const atomic = open(ATOMIC);
    await atomic.quorate();
    atomic.restart();
    await atomic.quorate();
    atomic.restart();
    await expect(atomic.quorate({ n: 1, r: 1, w: 1 })).rejects.toMatchObject({ code: 'bucket-consistency' });
    const eventual = open({ n: 1, r: 1, w: 1 });
    const { kv, run } = await eventual.quorate();
    await run(kv.put('x', 'one'));
    eventual.restart();
    await expect(eventual.quorate(ATOMIC)).rejects.toMatchObject({ code: 'bucket-consistency' });
  });
});

describe('the settings of an atomic bucket', () => {
  test('are a majority, on disk, whatever the defaults are', () => {
    const defaults = { ...DEFAULT_SETTINGS, n: 5, r: 1, w: 1, durability: 'memory', conflict: 'latest' } as const;
    expect(bucketSettings('b', { consistency: 'atomic' }, defaults)).toEqual({
      n: 5,
      r: 3,
      w: 3,
      durability: 'disk',
      conflict: 'register',
      consistency: 'atomic',
    });
  });

  test.each([{ r: 1 }, { w: 3 }, { preset: 'default' }, { durability: 'memory' }, { conflict: 'set' }] as const)(
    'cannot have %o',
    (options) => {
      expect(() => bucketSettings('b', { consistency: 'atomic', ...options })).toThrow(/majority of its replicas/);
    },
  );

  test('are for named buckets, and their conflict policy for nobody else', () => {
    expect(() => bucketSettings('*', { consistency: 'atomic' })).toThrow(/named/);
    expect(() => bucketSettings('b', { conflict: 'register' })).toThrow(/none of siblings/);
  });
});
