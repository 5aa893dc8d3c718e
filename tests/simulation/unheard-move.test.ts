/**
 * A seat is passed on, and everybody has heard of it but its new holder; then the old holder is lost, and the new one leaves. By what it knows itself it
 * never got the seat: that it has accepted it is all that keeps it from dropping the records (`protocols/register-seats`, docs/decisions/0056).
 */
import { afterEach, describe, expect, test, vi } from 'vitest';
import type * as Standing from '../../src/protocols/register-seats/standing.ts';
import type * as Clusters from './ring-clusters.ts';

const STANDING = '../../src/protocols/register-seats/standing.ts';
const FIRST = ['n1', 'n2', 'n3', 'n4'];
const NEW = 'n5';
const SEEDS = [1n, 2n];

interface Told {
  /** The new holder was told nothing, and at least one other was. */
  readonly isUnheard: boolean;
  readonly lost: readonly string[];
}

/** Every write is at two nodes, of which one is lost; in the end the other one is down. */
function tell({ RingClusters }: typeof Clusters, seed: bigint): Told {
  const cluster = new RingClusters(seed, { isStrict: true, isPair: true });
  const { simulation } = cluster;
  cluster.startAll(FIRST);
  cluster.write(60);
  cluster.startNewcomer(NEW, ['n1']);
  cluster.runFor(3_000);
  cluster.commit('n1', [{ kind: 'join', node: NEW }]);
  for (let steps = 0; handing(cluster) === undefined && steps < 40_000; steps++) cluster.runFor(0.05);
  const { holder, partition } = handing(cluster) ?? { holder: 'n1', partition: 0 };
  const others = FIRST.filter((name) => name !== holder);
  const other = cluster.replicasOf(partition, NEW).find((name) => name !== holder) ?? 'n2';
  simulation.network.block(holder, NEW);
  const hasHeard = (by: string): boolean => !cluster.replicasOf(partition, by).includes(holder);
  for (let steps = 0; !others.some(hasHeard) && steps < 200; steps++) cluster.runFor(0.1);
  simulation.process(holder).crash();
  cluster.runFor(1);
  const isUnheard = others.some(hasHeard) && !hasHeard(NEW);
  const decisions = [
    { kind: 'remove', node: holder },
    { kind: 'leave', node: NEW },
  ];
  cluster.commit(NEW, decisions, { force: true });
  for (let seconds = 0; !cluster.isSettled([...others, NEW]) && seconds < 60; seconds++) cluster.runFor(1_000);
  simulation.process(other).crash();
  return { isUnheard, lost: cluster.lost(others.filter((name) => name !== other)) };
}

/** A seat that the new node is about to get. */
function handing(cluster: InstanceType<typeof Clusters.RingClusters>) {
  for (const holder of FIRST) {
    const move = cluster.status(holder).here.underWay.find(({ phase, to }) => phase === 'handing' && to === NEW);
    if (move !== undefined) return { holder, partition: move.partition };
  }
  return undefined;
}

async function tellAll(): Promise<readonly Told[]> {
  const clusters: typeof Clusters = await import('./ring-clusters.ts');
  return SEEDS.map((seed) => tell(clusters, seed));
}

describe('a node that has got a seat without hearing of it, and leaves', () => {
  afterEach(() => {
    vi.resetModules();
    vi.doUnmock(STANDING);
  });

  test('hands on all that it had accepted', async () => {
    const told = await tellAll();
    expect(told.some(({ isUnheard }) => isUnheard)).toBe(true);
    expect(told.flatMap(({ lost }) => lost)).toEqual([]);
  });

  test('has dropped it by then if what it has accepted does not count', async () => {
    vi.doMock(STANDING, async (original) => ({ ...(await original<typeof Standing>()), isAwaited: () => false }));
    const told = await tellAll();
    expect(told.flatMap(({ lost }) => lost)).not.toEqual([]);
  });
});
