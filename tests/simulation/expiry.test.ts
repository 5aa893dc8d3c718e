import { describe, expect, test } from 'vitest';
import { decodeRecord } from '../../src/protocols/versions/index.ts';
import { SmallCluster } from './small-cluster-for-tests.ts';

const BUCKETS = {
  sessions: { ttlMs: 5_000 },
  last: { conflict: 'latest', ttlMs: 5_000 },
  plain: {},
} as const;
/** An expired value stays on the disk for a minute, in which a clock that was wrong may be put right. */
const SWEPT_MS = 130_000;

async function valuesOf(cluster: SmallCluster, bucket: string, key: string): Promise<readonly string[]> {
  const { values } = await cluster.until(cluster.quorate.kv.bucket(bucket).get(key, { r: 2 }));
  return values.map((value) => value.text());
}

/** What the nodes' disks hold of live values, by node. */
function liveOnDisk(cluster: SmallCluster): readonly number[] {
  return cluster.cluster.names.map((name) => {
    const process = cluster.simulation.process(name);
    if (!process.isRunning) return 0;
    const { engine } = process.world;
    let live = 0;
    for (const { value } of engine.range({ from: Uint8Array.of(1), to: Uint8Array.of(2) })) {
      live += decodeRecord(value.subarray(4)).versions.filter(({ deleted }) => !deleted).length;
    }
    return live;
  });
}

describe.each(['sessions', 'last'])('a value for a while, in bucket %s', (bucket) => {
  test('reads as absent from when it expires, is no longer listed, and then leaves the disks', async () => {
    const cluster = new SmallCluster(BUCKETS);
    const kv = cluster.quorate.kv.bucket(bucket);
    await cluster.until(kv.put('a', 'one'));
    await cluster.pass(4_000);
    expect(await valuesOf(cluster, bucket, 'a')).toEqual(['one']);
    await cluster.pass(2_000);
    expect(await valuesOf(cluster, bucket, 'a')).toEqual([]);
    expect((await cluster.until(kv.page(undefined))).keys).toEqual([]);
    expect(Math.max(...liveOnDisk(cluster))).toBe(1);
    await cluster.pass(SWEPT_MS);
    expect(liveOnDisk(cluster)).toEqual([0, 0, 0]);
  });

  test('a put may say otherwise, and a later put replaces what has expired', async () => {
    const cluster = new SmallCluster(BUCKETS);
    const kv = cluster.quorate.kv.bucket(bucket);
    await cluster.until(kv.put('a', 'short', { ttlMs: 1_000 }));
    await cluster.until(kv.put('b', 'long', { ttlMs: 600_000 }));
    await cluster.pass(10_000);
    expect(await valuesOf(cluster, bucket, 'a')).toEqual([]);
    const found = await cluster.until(kv.get('b'));
    expect(found.value?.text()).toBe('long');
    expect(found.value?.expiresAt).toBeGreaterThan(0);
    const { context } = await cluster.until(kv.get('a'));
    await cluster.until(kv.put('a', 'again', { context }));
    expect(await valuesOf(cluster, bucket, 'a')).toEqual(['again']);
  });

  test('does not come back with a replica that was away from before its end until after its last trace', async () => {
    const cluster = new SmallCluster(BUCKETS);
    const { simulation, quorate } = cluster;
    await cluster.until(quorate.kv.bucket(bucket).put('a', 'one', { w: 3 }));
    simulation.crash('n3');
    await cluster.pass(SWEPT_MS);
    expect(liveOnDisk(cluster)).toEqual([0, 0, 0]);
    simulation.restart('n3');
    for (let reads = 0; reads < 40; reads++) {
      await cluster.pass(500);
      expect(await valuesOf(cluster, bucket, 'a')).toEqual([]);
    }
    await cluster.pass(SWEPT_MS);
    expect(liveOnDisk(cluster)).toEqual([0, 0, 0]);
  });

  test('that a replica missed expires for it too when it hears of it', async () => {
    const cluster = new SmallCluster(BUCKETS);
    const { simulation, quorate } = cluster;
    simulation.crash('n3');
    await cluster.until(quorate.kv.bucket(bucket).put('a', 'one'));
    simulation.restart('n3');
    await cluster.pass(6_000);
    for (let reads = 0; reads < 40; reads++) expect(await valuesOf(cluster, bucket, 'a')).toEqual([]);
    await cluster.pass(SWEPT_MS);
    expect(liveOnDisk(cluster)).toEqual([0, 0, 0]);
  });

  test('survives a clock that is hours ahead for a while', async () => {
    const cluster = new SmallCluster(BUCKETS);
    const { simulation, quorate } = cluster;
    await cluster.until(quorate.kv.bucket(bucket).put('a', 'one', { ttlMs: 3_600_000, w: 3 }));
    for (const name of cluster.cluster.names) simulation.clockJump(name, 3_630_000);
    expect(await valuesOf(cluster, bucket, 'a')).toEqual([]);
    await cluster.pass(10_000);
    for (const name of cluster.cluster.names) simulation.clockJump(name, -3_630_000);
    expect(await valuesOf(cluster, bucket, 'a')).toEqual(['one']);
    expect(liveOnDisk(cluster)).toEqual([1, 1, 1]);
  });
});

test('a time to live is refused where nothing could keep it', async () => {
  const cluster = new SmallCluster({ counters: { conflict: 'counter' }, atomic: { consistency: 'atomic' } });
  const { kv } = cluster.quorate;
  await expect(kv.bucket('plain').put('a', 'one', { ttlMs: 0 })).rejects.toMatchObject({ code: 'bad-option' });
  await expect(kv.bucket('plain').put('a', 'one', { ttlMs: 1.5 })).rejects.toMatchObject({ code: 'bad-option' });
  await expect(cluster.until(kv.bucket('atomic').put('a', 'one', { ttlMs: 5 }))).rejects.toMatchObject({ code: 'atomic-bucket' });
});
