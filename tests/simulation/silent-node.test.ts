/** A node that says nothing behind open links: who notices, and by what (docs/decisions/0059 and 0076). */
import { describe, expect, test } from 'vitest';
import { QuorateError } from '../../src/runtime/errors/index.ts';
import type { Bucket } from '../../src/stores/kv/index.ts';
import { SmallCluster } from './small-cluster-for-tests.ts';

/** Of five nodes the third falls silent; what was there before is on all of them. */
async function silenced(): Promise<{ cluster: SmallCluster; bucket: Bucket }> {
  const cluster = new SmallCluster({}, 5);
  const bucket = cluster.connect('client of n1', ['n1:7401']).kv.bucket('b');
  await cluster.pass(1_000);
  for (let key = 0; key < 20; key++) await cluster.until(bucket.put(`key ${key}`, 'before', { w: 3 }));
  cluster.simulation.process('n3').pause();
  return { cluster, bucket };
}

interface Attempts {
  /** Longest first. */
  readonly milliseconds: readonly number[];
  readonly errors: readonly QuorateError[];
}

async function timed(cluster: SmallCluster, attempt: (key: string) => Promise<unknown>): Promise<Attempts> {
  const milliseconds: number[] = [];
  const errors: QuorateError[] = [];
  for (let key = 0; key < 20; key++) {
    const asked = cluster.simulation.now;
    await cluster.until(attempt(`key ${key}`)).catch((error: unknown) => {
      if (!(error instanceof QuorateError)) throw error;
      errors.push(error);
    });
    milliseconds.push(cluster.simulation.now - asked);
  }
  return { milliseconds: milliseconds.sort((a, b) => b - a), errors };
}

describe('when a node falls silent, long before the group holds it dead', () => {
  test('reads go around it: the first that was passed on to it after half a second, all others at once', async () => {
    const { cluster, bucket } = await silenced();
    const { milliseconds, errors } = await timed(cluster, (key) => bucket.get(key, { timeoutMs: 2_000 }));
    expect(errors).toEqual([]);
    expect(milliseconds[0]).toBeLessThan(700);
    expect(milliseconds[1]).toBeLessThan(100);
  });

  test('writes that need all three replicas get a stand-in: at each coordinator the first after half a second, all others at once', async () => {
    const { cluster, bucket } = await silenced();
    const { milliseconds, errors } = await timed(cluster, (key) => bucket.put(key, 'after', { w: 3, timeoutMs: 2_000 }));
    // A change that waits at the silent node itself is never sent twice; one at most, for then everybody knows.
    expect(errors.length).toBeLessThanOrEqual(1);
    for (const error of errors) expect(error).toMatchObject({ code: 'timeout', outcome: 'unknown' });
    expect(milliseconds.filter((time) => time > 700).length).toBe(errors.length);
    // Each coordinator finds out by itself, once.
    expect(milliseconds.filter((time) => time > 100).length).toBeLessThanOrEqual(4);
    cluster.simulation.process('n3').resume();
    await cluster.pass(30_000);
    const { errors: readErrors } = await timed(cluster, async (key) => {
      const { values } = await bucket.get(key, { r: 3 });
      expect(values.map((value) => value.text())).toContain('after');
    });
    expect(readErrors).toEqual([]);
  });

  test('a change that waits there is answered when the node goes on in time, and has been made once', async () => {
    const { cluster, bucket } = await silenced();
    const keys = Array.from({ length: 20 }, (_unused, key) => `key ${key}`);
    let answered = 0;
    const puts = keys.map(async (key) => {
      await bucket.put(key, 'after', { timeoutMs: 2_000 });
      answered++;
    });
    await cluster.pass(700);
    // Longer than it takes until a node counts as silent: a word before that would have been that nothing is known.
    expect(answered).toBeLessThan(keys.length);
    cluster.simulation.process('n3').resume();
    await cluster.until(Promise.all(puts));
    for (const key of keys) {
      const { values } = await cluster.until(bucket.get(key, { r: 3 }));
      expect(values.filter((value) => value.text() === 'after').length, key).toBe(1);
    }
  });

  test('strict writes that need it fail within their own time limit, naming who did not answer', async () => {
    const { cluster, bucket } = await silenced();
    const { milliseconds, errors } = await timed(cluster, (key) =>
      bucket.put(key, 'after', { w: 3, strict: true, timeoutMs: 300 }),
    );
    expect(errors.length).toBeGreaterThan(5);
    for (const error of errors) {
      expect(error).toMatchObject({ code: 'timeout', outcome: 'unknown' });
      expect(error.message).toMatch(/within 300 ms; not n3\./);
    }
    expect(milliseconds[0]).toBeLessThan(500);
    const { errors: others } = await timed(cluster, (key) => bucket.put(key, 'again', { w: 2, strict: true, timeoutMs: 1_000 }));
    expect(others).toEqual([]);
  });
});
