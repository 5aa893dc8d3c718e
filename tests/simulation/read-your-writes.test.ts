/** Buckets of R=1 and W=1 on nodes that are far from each other: a write is acknowledged long before the other replicas have it. */
import { describe, expect, test } from 'vitest';
import { Distances } from '../../src/runtime/simulated/index.ts';
import { coordinatorIn } from '../../src/stores/kv/context.ts';
import type { Context, Quorate } from '../../src/stores/kv/index.ts';
import { SmallCluster } from './small-cluster-for-tests.ts';

const KEYS = 40;
const FAR_MS = 80;
const NODES = ['n1', 'n2', 'n3', 'n4', 'n5'];

/** The client is near to all; so are those of these nodes that are named. */
function farApart(near: readonly string[] = []): SmallCluster {
  const cluster = new SmallCluster({ b: { r: 1, w: 1 } }, NODES.length);
  const far = NODES.filter((name) => !near.includes(name));
  const zoneOf = (name: string): string | undefined => (far.includes(name) ? name : undefined);
  cluster.simulation.network.setDistances(Distances.equal(zoneOf, far, FAR_MS));
  return cluster;
}

interface Session {
  /** Whether reads are given the context of the write before. */
  readonly heedsContexts: boolean;
}

/** Of so many keys that are read, written, and read again at once: those of which the write was not seen. */
async function missed(cluster: SmallCluster, quorate: Quorate, { heedsContexts }: Session): Promise<number> {
  const bucket = quorate.kv.bucket('b');
  let unseen = 0;
  for (let number = 0; number < KEYS; number++) {
    const { context } = await cluster.until(bucket.get(`key${number}`));
    const written = await cluster.until(bucket.put(`key${number}`, number, { context }));
    const own = heedsContexts && written.context !== undefined ? { context: written.context } : {};
    const { values } = await cluster.until(bucket.get(`key${number}`, own));
    if (values.length === 0) unseen++;
  }
  return unseen;
}

function coordinatorOf(context: Context | undefined): string | undefined {
  return context === undefined ? undefined : coordinatorIn(Buffer.from(context, 'base64url'));
}

describe('who reads with the context of his write sees it, even with R=1 and W=1', () => {
  test('through a client that is linked to all nodes', async () => {
    const cluster = farApart();
    expect(await missed(cluster, cluster.quorate, { heedsContexts: true })).toBe(0);
  });

  test('through one node, a home of some keys and none of others', async () => {
    const cluster = farApart(['n1']);
    const quorate = cluster.connect('client of n1', ['n1:7401']);
    expect(await missed(cluster, quorate, { heedsContexts: true })).toBe(0);
  });

  test('and his write is coordinated by whoever coordinated the read', async () => {
    const cluster = farApart(['n1']);
    const bucket = cluster.connect('client of n1', ['n1:7401']).kv.bucket('b');
    const coordinators = new Set<string>();
    for (let number = 0; number < KEYS; number++) {
      const read = await cluster.until(bucket.get(`key${number}`));
      const written = await cluster.until(bucket.put(`key${number}`, number, { context: read.context }));
      expect(coordinatorOf(written.context)).toBe(coordinatorOf(read.context));
      coordinators.add(String(coordinatorOf(read.context)));
    }
    expect([...coordinators].sort()).toEqual(NODES);
  });

  test('through another node each time', async () => {
    const cluster = farApart();
    const [first, second] = ['n1', 'n2'].map((name) => cluster.connect(`client of ${name}`, [`${name}:7401`]).kv.bucket('b'));
    for (let number = 0; number < KEYS; number++) {
      const { context } = await cluster.until(first!.put(`key${number}`, number));
      const { values } = await cluster.until(second!.get(`key${number}`, { context: context! }));
      expect(values).toHaveLength(1);
    }
  });

  test('unless the node that has it is down: then the others answer', async () => {
    const cluster = farApart();
    const bucket = cluster.quorate.kv.bucket('b');
    const { context } = await cluster.until(bucket.put('k', 'first'));
    await cluster.pass(1_000);
    for (const name of NODES) {
      cluster.simulation.process(name).crash();
      await cluster.pass(2_000);
      expect((await cluster.until(bucket.get('k', { context: context! }))).values).toHaveLength(1);
      cluster.simulation.process(name).restart();
      await cluster.pass(10_000);
    }
  });
});

describe('who reads without it', () => {
  test('may be answered by a replica that has not heard of the write yet', async () => {
    const everywhere = farApart();
    expect(await missed(everywhere, everywhere.quorate, { heedsContexts: false })).toBeGreaterThan(KEYS / 8);
    const cluster = farApart(['n1']);
    const quorate = cluster.connect('client of n1', ['n1:7401']);
    expect(await missed(cluster, quorate, { heedsContexts: false })).toBeGreaterThan(0);
  });
});
