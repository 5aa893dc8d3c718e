/**
 * Whoever rebuilds a lost seat has compared its records with those of the node that shall have it, found nothing lacking, and says that the seat may be
 * taken. Here that node hears of a change by which it shall not have the seat, lets go of what it has, and hears that this is taken back; its holder
 * hears of both at once. What it says is of records that have gone (docs/decisions/0085).
 */
import { afterEach, describe, expect, test, vi } from 'vitest';
import type * as Rebuild from '../../src/protocols/transfer/rebuild.ts';
import type * as Clusters from './ring-clusters.ts';

const REBUILD = '../../src/protocols/transfer/rebuild.ts';
const LEFT = ['n1', 'n3', 'n4'];
/** Its second seat is n2's, then n1's, and n3's while n3 has a greater weight; the other one is n4's throughout. */
const PARTITION = 4;
const [HOLDER, HEIR, OTHER] = ['n4', 'n1', 'n3'] as const;
const SEEDS = [1n, 2n, 3n, 4n];

interface Told {
  /** The holder had not heard of the change before it was taken back. */
  readonly isUnheard: boolean;
  readonly lost: readonly string[];
}

/** Every write is at two nodes, of which one is lost; what it had is rebuilt from the other; then that one is down. */
function tell({ RingClusters }: typeof Clusters, seed: bigint): Told {
  const cluster = new RingClusters(seed, { isStrict: true, isPair: true });
  cluster.startAll(['n1', 'n2', 'n3', 'n4']);
  cluster.write(60);
  cluster.simulation.process('n2').crash();
  cluster.runFor(6_000);
  cluster.commit(HEIR, [{ kind: 'remove', node: 'n2' }]);
  const version = (): unknown => cluster.status(HOLDER).version;
  for (let steps = 0; !hasGivenAll(cluster) && steps < 20_000; steps++) cluster.runFor(0.5);
  const before = version();
  cluster.commit(HEIR, [{ kind: 'weight', node: OTHER, weight: 4 }]);
  cluster.runFor(220);
  const isUnheard = version() === before;
  cluster.commit(HEIR, [{ kind: 'weight', node: OTHER, weight: 1 }]);
  for (let seconds = 0; !cluster.isSettled(LEFT) && seconds < 30; seconds++) cluster.runFor(1_000);
  cluster.simulation.process(HOLDER).crash();
  return { isUnheard, lost: cluster.lost([HEIR, OTHER]) };
}

/** The heir does not know it yet, or has not taken the seat yet. */
function hasGivenAll(cluster: InstanceType<typeof Clusters.RingClusters>): boolean {
  return cluster
    .status(HOLDER)
    .here.underWay.some(
      ({ purpose, partition, to, phase }) =>
        purpose === 'rebuild' && partition === PARTITION && to === HEIR && phase === 'complete',
    );
}

async function tellAll(): Promise<readonly Told[]> {
  const clusters: typeof Clusters = await import('./ring-clusters.ts');
  return SEEDS.map((seed) => tell(clusters, seed));
}

describe('a node that has what a lost seat had, and for a moment shall not have the seat', () => {
  afterEach(() => {
    vi.resetModules();
    vi.doUnmock(REBUILD);
  });

  test('has it all when it takes the seat', async () => {
    const told = await tellAll();
    expect(told.some(({ isUnheard }) => isUnheard)).toBe(true);
    expect(told.flatMap(({ lost }) => lost)).toEqual([]);
  });

  test('has nothing of it if what is said of records that have gone counts', async () => {
    vi.doMock(REBUILD, async (original) => {
      const rebuild = await original<typeof Rebuild>();
      const onGivenAll: typeof Rebuild.onGivenAll = (state, from, _receipt, here) =>
        rebuild.onGivenAll(state, from, here ?? 0, here);
      return { ...rebuild, onGivenAll };
    });
    const told = await tellAll();
    expect(told.flatMap(({ lost }) => lost)).not.toEqual([]);
  });
});
