/**
 * Two holders that know of different rings hand their seats of one partition to the same node. With both it would be a majority on one disk, and what it
 * has acknowledged of a register would be lost with that disk: so it takes one of them (`protocols/register-seats`, docs/decisions/0081).
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type * as Standing from '../../src/protocols/register-seats/standing.ts';
import { SOUND_DISK } from '../../src/runtime/simulated/index.ts';
import type * as Nodes from '../../src/stores/kv/membership/clusters-for-tests.ts';
import { BUCKETS, read, write } from './one-register.ts';

type Cluster = InstanceType<typeof Nodes.TestNodes>;

const STANDING = '../../src/protocols/register-seats/standing.ts';
/** The first three have the one partition that there is. One leaves, which is taken back; then another one does. */
const [EARLY, OTHER, LATE, HEIR] = ['n1', 'n2', 'n3', 'n4'] as const;
const NAMES = [EARLY, OTHER, LATE, HEIR];
const SEEDS = [1n, 2n];
/** For so long it is on its way to the disk that the first seat is the heir's. */
const SLOW_MS = 4_000;

interface Told {
  /** The second seat was about to be handed over while the first one was on its way to the disk. */
  readonly isOfferedMeanwhile: boolean;
  /** And when the heir had the first one, of which the holder of the second had not heard. */
  readonly isOfferedAfterwards: boolean;
  readonly hasBoth: boolean;
  readonly read: string;
}

interface Status {
  readonly version: string;
  readonly moves: readonly { readonly from: string }[];
  readonly here: { readonly underWay: readonly { readonly to: string; readonly phase: string }[] };
}

async function tellAll(): Promise<readonly Told[]> {
  const { TestNodes }: typeof Nodes = await import('../../src/stores/kv/membership/clusters-for-tests.ts');
  return SEEDS.map((seed) => tell(new TestNodes(seed)));
}

function tell(cluster: Cluster): Told {
  const { network } = cluster.simulation;
  const process = (name: string) => cluster.simulation.process(name);
  for (const name of NAMES) cluster.start(name, NAMES, { buckets: BUCKETS, partitions: 1 });
  cluster.runFor(2_000);
  const { version } = status(cluster, EARLY);
  leave(cluster, EARLY);
  until(cluster, 10_000, 1, () => status(cluster, EARLY).version !== version);
  expect(until(cluster, 5_000, 0.1, () => isHanding(cluster, EARLY))).toBe(true);
  process(EARLY).disk.setFaults({ syncMsMin: SLOW_MS, syncMsMax: SLOW_MS });
  // The holder of the second seat hears nothing from that of the first one, nor soon from anyone else.
  network.partition([[EARLY], [LATE]]);
  cluster.order(OTHER, 'cluster-cancel', null);
  leave(cluster, LATE);
  const isOfferedMeanwhile = until(cluster, SLOW_MS - 500, 0.5, () => isHanding(cluster, LATE));
  process(OTHER).crash();
  until(cluster, 2 * SLOW_MS, 5, () => !isHanding(cluster, EARLY));
  const isOfferedAfterwards = until(cluster, 500, 0.5, () => isHanding(cluster, LATE));
  cluster.runFor(500);
  process(EARLY).crash();
  // Of two, the second is to go to somebody else.
  const hasBoth = status(cluster, HEIR).moves.some(({ from }) => from === HEIR);
  expect(write(cluster, HEIR, 'written')).toMatchObject({ kind: 'change' });
  process(HEIR).crash({ powerLoss: true });
  process(HEIR).disk.wipe();
  network.heal();
  process(EARLY).disk.setFaults(SOUND_DISK);
  for (const name of [EARLY, OTHER, HEIR]) process(name).restart();
  cluster.runFor(15_000);
  return { isOfferedMeanwhile, isOfferedAfterwards, hasBoth, read: read(cluster, OTHER) };
}

function leave(cluster: Cluster, node: string): void {
  const plan = cluster.order(OTHER, 'cluster-plan', { decisions: [{ kind: 'leave', node }] }) as { readonly commit: never };
  cluster.order(OTHER, 'cluster-commit', plan.commit);
}

function status(cluster: Cluster, name: string): Status {
  return cluster.ask(name, 'cluster') as never;
}

function isHanding(cluster: Cluster, name: string): boolean {
  return status(cluster, name).here.underWay.some(({ phase, to }) => phase === 'handing' && to === HEIR);
}

/** Looks every few milliseconds. @returns whether it was so within that time */
function until(cluster: Cluster, atMostMs: number, stepMs: number, isSo: () => boolean): boolean {
  for (let passed = 0; passed < atMostMs && !isSo(); passed += stepMs) cluster.runFor(stepMs);
  return isSo();
}

describe('a node to which two seats of a partition are handed', () => {
  beforeEach(() => {
    vi.resetModules();
  });

  afterEach(() => {
    vi.doUnmock(STANDING);
  });

  test('takes one, and what it has acknowledged outlives its disk', async () => {
    const told = await tellAll();
    expect(told.some(({ isOfferedMeanwhile }) => isOfferedMeanwhile)).toBe(true);
    expect(told.some(({ isOfferedAfterwards }) => isOfferedAfterwards)).toBe(true);
    for (const { hasBoth, read } of told) expect({ hasBoth, read }).toEqual({ hasBoth: false, read: 'written' });
  });

  /** One half of the rule left out, and the other one. */
  test.each<[string, (rules: typeof Standing) => typeof Standing.mayHold]>([
    [
      'what it has accepted and does not know for its own does not count',
      () => (_standing, known, place, self) => known.every(({ holder }, other) => other === place || holder !== self),
    ],
    [
      'what it has does not count',
      ({ isPlaceAwaited }) =>
        (standing, known, place) =>
          known.every((_seat, other) => other === place || !isPlaceAwaited(standing, known, other)),
    ],
  ])('takes both if %s, and with its disk the register falls silent', async (_rule, mutant) => {
    vi.doMock(STANDING, async (original) => {
      const rules = await original<typeof Standing>();
      return { ...rules, mayHold: mutant(rules) };
    });
    const told = await tellAll();
    expect(told).toContainEqual(expect.objectContaining({ hasBoth: true, read: 'no answer' }));
  });
});
