/**
 * What a store of this family must keep, where its peers have failed: each by its number and name. 11 (registers) and 12 (anti-entropy) have
 * files of their own.
 */
import { describe, expect, test } from 'vitest';
import { decodeRecord } from '../../src/protocols/versions/index.ts';
import { QuorateError } from '../../src/runtime/errors/index.ts';
import { type Bucket, type Context, partitionOfKey } from '../../src/stores/kv/index.ts';
import { RingClusters } from '../simulation/ring-clusters.ts';
import { SmallCluster } from '../simulation/small-cluster-for-tests.ts';

const RECONNECTED_MS = 15_000;
const DATA_SPACE = 0x01;
const CHECKSUM_BYTES = 4;
const HOUR_MS = 3_600_000;

async function textsAt(cluster: SmallCluster, bucket: Bucket, key: string, r = 3): Promise<readonly string[]> {
  const { values } = await cluster.until(bucket.get(key, { r, timeoutMs: 20_000 }));
  return values.map((value) => value.text()).sort();
}

async function powerLoss(cluster: SmallCluster, names: readonly string[], forMs = 1_000): Promise<void> {
  for (const name of names) cluster.simulation.process(name).crash({ powerLoss: true });
  await cluster.pass(forMs);
  for (const name of names) cluster.simulation.process(name).restart();
  await cluster.pass(RECONNECTED_MS);
}

/** Between the nodes too, the first request over a link of old may be lost. */
async function warmed(cluster: SmallCluster, bucket: Bucket): Promise<void> {
  for (let count = 0; count < 12; count++) {
    const tried = bucket.put(`warm${count}`, `warm${count}`, { w: 3, timeoutMs: 1_000 });
    await cluster.until(tried).catch((error: unknown) => expect(error).toBeInstanceOf(QuorateError));
  }
  await cluster.pass(RECONNECTED_MS);
}

/** Of all keys, deleted ones included. */
function recordsOnDisk(cluster: SmallCluster, name: string): number {
  return cluster.simulation.process(name).disk.content.filter(({ key }) => key[0] === DATA_SPACE).length;
}

/** The live values on the disk of a node, without asking it. */
function onDisk(cluster: SmallCluster, name: string): readonly string[] {
  return cluster.simulation
    .process(name)
    .disk.content.filter(({ key }) => key[0] === DATA_SPACE)
    .flatMap(({ value }) => decodeRecord(value.subarray(CHECKSUM_BYTES)).versions)
    .flatMap(({ deleted, value }) => (deleted ? [] : [new TextDecoder().decode(value)]));
}

describe('invariant', () => {
  test('1. After quiescence every acknowledged write is present, superseded, or a sibling', async () => {
    const cluster = new SmallCluster();
    const [left, right] = ['n1', 'n2'].map((name) => {
      return cluster.connect(`client of ${name}`, [`${name}:7401`]).kv.bucket('b');
    }) as [Bucket, Bucket];
    await cluster.pass(1_000);
    await cluster.until(left.put('k', 'first', { w: 3 }));
    const { context } = await cluster.until(left.get('k'));
    cluster.simulation.partition([
      ['n1', 'client of n1'],
      ['n2', 'n3', 'client of n2'],
    ]);
    await cluster.until(left.put('k', 'left', { w: 1, context }));
    await cluster.until(right.put('k', 'right', { w: 2, context }));
    cluster.simulation.heal();
    await cluster.pass(RECONNECTED_MS);
    expect(await textsAt(cluster, right, 'k')).toEqual(['left', 'right']);
  });

  test('2. There are no more siblings than concurrent writers', async () => {
    const cluster = new SmallCluster();
    const writers = Array.from({ length: 7 }, () => ({ context: undefined as Context | undefined }));
    const bucket = cluster.quorate.kv.bucket('b');
    let most = 0;
    for (let round = 0; round < 8; round++) {
      for (const [place, writer] of writers.entries()) {
        const { context } = writer;
        await cluster.until(bucket.put('k', `${place} ${round}`, context === undefined ? {} : { context }));
        const found = await cluster.until(bucket.get('k'));
        most = Math.max(most, found.values.length);
        // Each goes on from what it saw here, when six others have written.
        writer.context = found.context;
      }
    }
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(writers.length);
  });

  test('3. A wiped replica never uses a dot again', async () => {
    const cluster = new SmallCluster();
    let bucket = cluster.connect('client of n1', ['n1:7401']).kv.bucket('b');
    await cluster.pass(1_000);
    for (let count = 0; count < 5; count++) await cluster.until(bucket.put(`k${count}`, 'before', { w: 3 }));
    const { engine } = cluster.simulation.process('n1').world;
    const everything = [...engine.range({ from: Uint8Array.of(0), to: Uint8Array.of(255) })];
    engine.write(
      everything.map(({ key }) => ({ key, value: undefined })),
      () => {},
    );
    // Before the scrubber finds what is missing, and others bring it back.
    await cluster.pass(100);
    cluster.simulation.process('n1').crash({ powerLoss: true });
    expect(cluster.simulation.process('n1').disk.content).toEqual([]);
    cluster.simulation.process('n1').restart();
    await cluster.pass(RECONNECTED_MS);
    bucket = cluster.connect('client afterwards', ['n1:7401']).kv.bucket('b');
    await cluster.pass(1_000);
    for (let count = 0; count < 5; count++) {
      await cluster.until(bucket.put(`k${count}`, 'after', { w: 3 }));
      expect(await textsAt(cluster, bucket, `k${count}`)).toEqual(['after', 'before']);
    }
  });

  test('4. Clocks of many actors neither drop data nor breed siblings', async () => {
    const cluster = new SmallCluster();
    for (let life = 0; life < 15; life++) {
      // A link to a machine that lost its power looks open until something is sent over it: a new client has none.
      const bucket = cluster.connect(`client ${life}`, cluster.cluster.addresses).kv.bucket('b');
      await cluster.pass(1_000);
      await warmed(cluster, bucket);
      const { context } = await cluster.until(bucket.get('k', { r: 2, timeoutMs: 20_000 }));
      await cluster.until(bucket.put('k', `life ${life}`, { context, w: 3, timeoutMs: 20_000 }));
      expect(await textsAt(cluster, bucket, 'k')).toEqual([`life ${life}`]);
      // Every node comes back as a new actor.
      await powerLoss(cluster, cluster.cluster.names);
    }
  });

  test('5. What was deleted while a replica was down does not return with it, and what was written anew stays', async () => {
    const cluster = new SmallCluster();
    // Not of n3: a change that reached it when it had lost its power would wait in vain.
    const bucket = cluster.connect('client of the others', ['n1:7401', 'n2:7401']).kv.bucket('b');
    await cluster.pass(1_000);
    for (const key of ['gone', 'anew']) await cluster.until(bucket.put(key, 'old', { w: 3 }));
    cluster.simulation.process('n3').crash({ powerLoss: true });
    await cluster.pass(1_000);
    for (const key of ['gone', 'anew']) {
      const { context } = await cluster.until(bucket.get(key, { r: 2 }));
      await cluster.until(bucket.delete(key, { context }));
    }
    await cluster.until(bucket.put('anew', 'new'));
    await cluster.pass(HOUR_MS);
    expect(onDisk(cluster, 'n3')).toContain('old');
    cluster.simulation.process('n3').restart();
    await cluster.pass(RECONNECTED_MS);
    expect(await textsAt(cluster, bucket, 'gone')).toEqual([]);
    expect(await textsAt(cluster, bucket, 'anew')).toEqual(['new']);
    // The deletion itself is forgotten only now that all have it, and is not missed.
    await cluster.pass(RECONNECTED_MS);
    for (const name of ['n1', 'n2', 'n3']) expect(recordsOnDisk(cluster, name)).toBe(1);
    expect(await textsAt(cluster, bucket, 'gone')).toEqual([]);
    await cluster.until(bucket.put('gone', 'again', { w: 3 }));
    await cluster.pass(RECONNECTED_MS);
    expect(await textsAt(cluster, bucket, 'gone')).toEqual(['again']);
  }, 120_000);

  test('6. A restart revives nothing', async () => {
    const cluster = new SmallCluster();
    const bucket = cluster.quorate.kv.bucket('b');
    for (const key of ['dead', 'alive']) await cluster.until(bucket.put(key, key, { w: 3 }));
    const { context } = await cluster.until(bucket.get('dead'));
    await cluster.until(bucket.delete('dead', { context, w: 3 }));
    await powerLoss(cluster, cluster.cluster.names);
    expect(await textsAt(cluster, bucket, 'dead')).toEqual([]);
    expect(await textsAt(cluster, bucket, 'alive')).toEqual(['alive']);
  });

  test('7. A hint survives the restart of its holder and reaches its target', async () => {
    const cluster = new SmallCluster({}, 5);
    const bucket = cluster.quorate.kv.bucket('b');
    cluster.simulation.process('n1').crash({ powerLoss: true });
    await cluster.pass(RECONNECTED_MS);
    await warmed(cluster, bucket);
    const { nodes, preferenceLists } = await cluster.until(cluster.quorate.ring());
    const keys = Array.from({ length: 12 }, (_unused, index) => `k${index}`);
    const missed = keys.filter((key) => {
      const list = preferenceLists[partitionOfKey('b', key, preferenceLists.length)] ?? [];
      return list.slice(0, 3).some((node) => nodes[node] === 'n1');
    });
    expect(missed.length).toBeGreaterThan(0);
    for (const key of keys) await cluster.until(bucket.put(key, key, { w: 3 }));
    await powerLoss(cluster, ['n2', 'n3', 'n4', 'n5']);
    expect(onDisk(cluster, 'n1')).toEqual([]);
    cluster.simulation.process('n1').restart();
    await cluster.pass(120_000);
    // Nobody has read: what it has of the keys came by hints.
    expect(onDisk(cluster, 'n1')).toEqual(expect.arrayContaining(missed));
  });

  test('8. While nodes join, leave, are replaced and crash in the middle nothing is lost, and one node coordinates each put', () => {
    const four = ['n1', 'n2', 'n3', 'n4'];
    const cluster = new RingClusters(8n);
    cluster.startAll(four);
    cluster.write(40);
    for (const name of ['n5', 'n6']) cluster.startNewcomer(name, ['n1']);
    cluster.runFor(3_000);
    cluster.commit('n1', [{ kind: 'join', node: 'n5' }]);
    // A put that two nodes coordinated would be two versions, and neither supersedes the other.
    expect(cluster.chain('one writer', 20)).toBe(1);
    for (const name of ['n5', 'n2']) {
      cluster.simulation.process(name).crash({ powerLoss: true });
      cluster.writeWhile(() => false, 400);
      cluster.simulation.process(name).restart();
      cluster.runFor(200);
    }
    cluster.writeWhile(() => cluster.isSettled([...four, 'n5']), 90_000);
    cluster.commit('n1', [{ kind: 'leave', node: 'n4' }]);
    cluster.writeWhile(() => cluster.isSettled(four), 90_000);
    cluster.simulation.process('n3').crash({ powerLoss: true });
    cluster.runFor(30_000);
    cluster.commit('n1', [
      { kind: 'join', node: 'n6' },
      { kind: 'remove', node: 'n3' },
    ]);
    cluster.writeWhile(() => cluster.isSettled(['n1', 'n2', 'n5', 'n6']), 90_000);
    expect(cluster.lost(['n1', 'n2', 'n5', 'n6'])).toEqual([]);
  }, 60_000);

  test.each([3, 4, 5, 7, 10])(
    '9. Every preference list of %d nodes begins with three different ones, the tail of the ring too',
    async (count) => {
      const cluster = new SmallCluster({}, count);
      const { nodes, preferenceLists } = await cluster.until(cluster.quorate.ring());
      expect(preferenceLists.length).toBeGreaterThan(0);
      for (const list of preferenceLists) {
        expect(new Set(list.slice(0, 3).map((node) => nodes[node])).size).toBe(3);
        expect(new Set(list).size).toBe(count);
      }
      const loads = nodes.map((_name, node) => preferenceLists.filter((list) => list.slice(0, 3).includes(node)).length);
      expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1);
    },
  );

  test('10. Clocks that are hours apart do not touch what is causal', async () => {
    const cluster = new SmallCluster();
    const [ahead, behind] = ['n1', 'n2'].map((name) => cluster.connect(`client of ${name}`, [`${name}:7401`]).kv.bucket('b')) as [
      Bucket,
      Bucket,
    ];
    cluster.simulation.clockJump('n1', 5 * HOUR_MS);
    cluster.simulation.clockJump('n2', -5 * HOUR_MS);
    await cluster.pass(1_000);
    await cluster.until(ahead.put('k', 'first', { w: 3 }));
    const { context } = await cluster.until(behind.get('k'));
    await cluster.until(behind.put('k', 'second', { context, w: 3 }));
    expect(await textsAt(cluster, ahead, 'k')).toEqual(['second']);
    await cluster.until(behind.put('k', 'third', { w: 3 }));
    expect(await textsAt(cluster, ahead, 'k')).toEqual(['second', 'third']);
  });

  test('13. A listing while the ring changes is complete, or says that it is not', () => {
    const cluster = new RingClusters(13n, { isStrict: true });
    cluster.startAll(['n1', 'n2', 'n3', 'n4']);
    cluster.write(40);
    cluster.startNewcomer('n5', ['n1']);
    cluster.runFor(3_000);
    cluster.commit('n1', [{ kind: 'join', node: 'n5' }]);
    let [complete, refused] = [0, 0];
    const look = (name: string): void => {
      const due = cluster.acknowledged;
      const listed = cluster.list(name);
      if (listed instanceof QuorateError) refused++;
      else {
        expect(listed).toEqual(expect.arrayContaining([...due]));
        complete++;
      }
    };
    for (let step = 0; step < 30; step++) {
      cluster.writeWhile(() => false, 40);
      if (step === 12) cluster.simulation.process('n2').crash();
      if (step === 18) cluster.simulation.process('n2').restart();
      if (step < 12 || step > 18) look(`n${1 + (step % 5)}`);
      else look(step % 2 === 0 ? 'n1' : 'n5');
    }
    cluster.writeWhile(() => cluster.isSettled(['n1', 'n2', 'n3', 'n4']), 60_000);
    look('n5');
    expect(complete).toBeGreaterThan(10);
    expect(complete + refused).toBe(31);
    expect(cluster.seatsOf('n5', 'n1')).toBeGreaterThan(0);
  }, 60_000);

  test('14. What all replicas have acknowledged survives the loss of power of all at once', async () => {
    const cluster = new SmallCluster();
    const bucket = cluster.quorate.kv.bucket('b');
    const keys = Array.from({ length: 30 }, (_unused, index) => `k${index}`);
    for (const key of keys) await cluster.until(bucket.put(key, key, { w: 3 }));
    for (const name of cluster.cluster.names) cluster.simulation.process(name).crash({ powerLoss: true });
    for (const name of cluster.cluster.names) expect([...onDisk(cluster, name)].sort()).toEqual([...keys].sort());
    for (const name of cluster.cluster.names) cluster.simulation.process(name).restart();
    await cluster.pass(RECONNECTED_MS);
    for (const key of keys) expect(await textsAt(cluster, bucket, key, 1)).toEqual([key]);
  });
});
