import { describe, expect, test } from 'vitest';
import type { Found } from '../../src/stores/kv/index.ts';
import { SmallCluster } from './small-cluster-for-tests.ts';

/** Collects what a watch brings, as texts. */
class Watching {
  readonly states: string[] = [];
  error: unknown;
  isOver = false;
  readonly #stop = new AbortController();

  constructor(cluster: SmallCluster, bucket: string, key: string, quorate = cluster.quorate) {
    const states = quorate.kv.bucket(bucket).watch(key, { signal: this.#stop.signal });
    void this.#collect(states);
  }

  stop(): void {
    this.#stop.abort();
  }

  async #collect(states: AsyncIterable<Found>): Promise<void> {
    try {
      for await (const { values } of states) this.states.push(values.map((value) => value.text()).join('+'));
    } catch (error) {
      this.error = error;
    }
    this.isOver = true;
  }
}

const BUCKETS = { atomic: { consistency: 'atomic' }, latest: { conflict: 'latest' }, short: { ttlMs: 3_000 } } as const;

describe.each(['plain', 'latest', 'atomic'])('a watch of a key in bucket %s', (bucket) => {
  test('brings the present state, then each change, soon, and its deletion', async () => {
    const cluster = new SmallCluster(BUCKETS, 5);
    const kv = cluster.quorate.kv.bucket(bucket);
    const watching = new Watching(cluster, bucket, 'a');
    await cluster.pass(500);
    expect(watching.states).toEqual(['']);
    for (const value of ['one', 'two']) {
      const found = await cluster.until(kv.get('a'));
      await cluster.until(kv.put('a', value, found.isAtomic ? {} : { context: found.context }));
      await cluster.pass(100);
    }
    expect(watching.states).toEqual(['', 'one', 'two']);
    await cluster.until(kv.delete('a'));
    await cluster.pass(100);
    expect(watching.states).toEqual(['', 'one', 'two', '']);
    await cluster.pass(60_000);
    expect(watching.states).toHaveLength(4);
    watching.stop();
    await cluster.pass(10);
    expect(watching.error).toMatchObject({ code: 'aborted' });
  });

  test('goes on when the nodes go down one after the other, in whatever order', async () => {
    const cluster = new SmallCluster(BUCKETS, 3);
    const { simulation, quorate } = cluster;
    const kv = quorate.kv.bucket(bucket);
    const watching = new Watching(cluster, bucket, 'a');
    for (const [index, node] of ['n1', 'n2', 'n3', 'n1'].entries()) {
      simulation.crash(node, { powerLoss: index % 2 === 1 });
      await cluster.pass(8_000);
      const found = await cluster.until(kv.get('a'));
      await cluster.until(kv.put('a', `value ${index}`, found.isAtomic ? {} : { context: found.context }));
      await cluster.pass(6_000);
      expect(watching.states.at(-1)).toBe(`value ${index}`);
      simulation.restart(node);
      await cluster.pass(8_000);
    }
    expect(watching.states).toEqual(['', 'value 0', 'value 1', 'value 2', 'value 3']);
    expect(watching.isOver).toBe(false);
  });
});

describe('a watch', () => {
  test('never goes back to a superseded state, whichever replica answers', async () => {
    const cluster = new SmallCluster(BUCKETS, 3);
    const { simulation, quorate } = cluster;
    const kv = quorate.kv.bucket('plain');
    const { context } = await cluster.until(kv.put('a', 'old', { w: 3 }));
    simulation.partition([['n3'], ['n1', 'n2', 'client']]);
    const watching = new Watching(cluster, 'plain', 'a');
    await cluster.until(kv.put('a', 'new', context === undefined ? {} : { context }));
    await cluster.pass(12_000);
    expect(watching.states.at(-1)).toBe('new');
    // Now only the one that missed it can be asked.
    simulation.heal();
    simulation.partition([
      ['n1', 'n2'],
      ['n3', 'client'],
    ]);
    await cluster.pass(40_000);
    simulation.heal();
    await cluster.pass(20_000);
    expect(watching.states.slice(watching.states.indexOf('new'))).toEqual(['new']);
    const found = await cluster.until(kv.get('a'));
    await cluster.until(kv.put('a', 'last', { context: found.context }));
    await cluster.pass(10_000);
    expect(watching.states.at(-1)).toBe('last');
  });

  test('brings many changes as fewer states, and the last one always', async () => {
    const cluster = new SmallCluster(BUCKETS, 3);
    const kv = cluster.quorate.kv.bucket('latest');
    const watching = new Watching(cluster, 'latest', 'a');
    await cluster.pass(100);
    for (let round = 0; round < 10; round++) {
      const values = Array.from({ length: 20 }, (_unused, index) => `value ${20 * round + index}`);
      await cluster.until(Promise.all(values.map((value) => kv.put('a', value))));
    }
    await cluster.pass(6_000);
    const { value } = await cluster.until(kv.get('a', { r: 3 }));
    expect(watching.states.at(-1)).toBe(value?.text());
    expect(watching.states.length).toBeGreaterThan(5);
    expect(watching.states.length).toBeLessThan(200);
  });

  test('shows that a value has expired', async () => {
    const cluster = new SmallCluster(BUCKETS, 3);
    const watching = new Watching(cluster, 'short', 'a');
    await cluster.until(cluster.quorate.kv.bucket('short').put('a', 'one'));
    await cluster.pass(1_000);
    expect(watching.states.at(-1)).toBe('one');
    await cluster.pass(9_000);
    expect(watching.states.at(-1)).toBe('');
  });

  test('of a key that cannot be is refused at once', async () => {
    const cluster = new SmallCluster(BUCKETS, 3);
    const watching = new Watching(cluster, 'plain', 'k'.repeat(2_000));
    await cluster.pass(1_000);
    expect(watching.error).toMatchObject({ code: 'too-large' });
  });

  test('of thousands of clients keeps no node busy', async () => {
    const cluster = new SmallCluster(BUCKETS, 3);
    const watchings = Array.from({ length: 200 }, (_unused, index) => new Watching(cluster, 'plain', `key ${index}`));
    await cluster.pass(6_000);
    const before = cluster.simulation.scheduler.fired;
    await cluster.pass(5_000);
    // Each renews its lease once: a request, a read of two replicas, an answer.
    expect(cluster.simulation.scheduler.fired - before).toBeLessThan(200 * 60);
    expect(watchings.every(({ states }) => states.length === 1)).toBe(true);
  });
});
