/**
 * A seat is handed over, and the word that its new holder will have it comes late: by then the old holder has taken the hand-over for failed, acknowledges
 * writes on its own again, and may be handing the seat to somebody else. That word counts for nothing (docs/decisions/0056, 0082).
 * With one replica, what is not at the seat's holder is missed by every read.
 */
import { afterEach, describe, expect, test, vi } from 'vitest';
import type * as Acceptance from '../../src/stores/kv/transfer/acceptance.ts';
import type * as Clusters from './ring-clusters.ts';

const ACCEPTANCE = '../../src/stores/kv/transfer/acceptance.ts';
const FIRST = ['n1', 'n2', 'n3'];
const LATE = 'n4';
/** Is given a greater weight, and with it the seat. */
const THIRD = 'n1';
/** More than the patience of whoever hands over. */
const TOO_LONG_MS = 1_300;
const SLOW_DISK = { syncMsMin: 60, syncMsMax: 60 };

type Cluster = InstanceType<typeof Clusters.RingClusters>;

function until(cluster: Cluster, isSo: () => boolean, stepMs = 0.05, atMostMs = 5_000): void {
  for (let passed = 0; !isSo() && passed < atMostMs; passed += stepMs) cluster.runFor(stepMs);
  expect(isSo()).toBe(true);
}

/** Seats about to change hands. */
function handing(cluster: Cluster) {
  return FIRST.flatMap((holder) =>
    cluster
      .status(holder)
      .here.underWay.filter(({ phase }) => phase === 'handing')
      .map(({ partition, to }) => ({ holder, partition, to })),
  );
}

/** The new holder has been asked to accept a seat, and says nothing. */
async function whileItIsSilent() {
  const { RingClusters }: typeof Clusters = await import('./ring-clusters.ts');
  const cluster = new RingClusters(1n, { isStrict: true, isSingle: true });
  cluster.startAll(FIRST);
  cluster.write(60);
  cluster.startNewcomer(LATE, ['n1']);
  cluster.runFor(3_000);
  cluster.commit('n1', [{ kind: 'join', node: LATE }]);
  until(cluster, () => handing(cluster).length > 0);
  cluster.simulation.pause(LATE);
  const { holder = '', partition = 0 } = handing(cluster)[0] ?? {};
  return { cluster, holder, partition };
}

/** @returns what reads have missed, and what was lost in the end. */
function end(cluster: Cluster, left: readonly string[]): readonly string[] {
  until(cluster, () => cluster.isSettled(left), 500, 60_000);
  return [...cluster.missing, ...cluster.lost(left)];
}

/** Nothing else is handed over meanwhile; what is written since the hand-over failed is at its holder alone. */
async function tellOfOne(): Promise<readonly string[]> {
  const { cluster, holder } = await whileItIsSilent();
  cluster.order('n1', 'cluster-pause', null);
  cluster.runFor(TOO_LONG_MS);
  cluster.simulation.network.block(holder, LATE);
  cluster.burst(60);
  cluster.runFor(50);
  cluster.simulation.resume(LATE);
  cluster.runFor(50);
  cluster.readSome(FIRST, 400);
  cluster.runFor(400);
  cluster.simulation.network.unblock(holder, LATE);
  cluster.order('n1', 'cluster-resume', null);
  return end(cluster, [...FIRST, LATE]);
}

/** By then the seat shall be a third one's, which is about to say that it accepts it when the late word comes. */
async function tellOfTwo(): Promise<readonly string[]> {
  const { cluster, holder, partition } = await whileItIsSilent();
  cluster.commit('n1', [{ kind: 'weight', node: THIRD, weight: 16 }]);
  cluster.simulation.process(THIRD).disk.setFaults(SLOW_DISK);
  const isNext = (): boolean => handing(cluster).some((one) => one.partition === partition && one.to === THIRD);
  until(cluster, isNext, 2);
  cluster.simulation.resume(LATE);
  cluster.runFor(SLOW_DISK.syncMsMin / 3);
  const isLate = cluster.replicasOf(partition, holder).includes(LATE);
  expect(isLate || isNext(), 'the third has not accepted it before').toBe(true);
  return [...(isLate ? [`${holder} has passed its seat on to ${LATE}`] : []), ...end(cluster, [...FIRST, LATE])];
}

/** What comes after the patience is over counts all the same. */
function countLateAnswers(): void {
  vi.doMock(ACCEPTANCE, async (original) => {
    const acceptance = await original<typeof Acceptance>();
    const askAcceptance: typeof Acceptance.askAcceptance = (parts, placed, receipt, done) => {
      let isOver = false;
      const reach = (name: string) => {
        const peer = parts.topology.reach(name)?.peer;
        const request: NonNullable<typeof peer>['request'] = (kind, write, answer, lost) =>
          peer?.request(kind, write, (...reply) => (isOver ? done(true) : answer(...reply)), lost) ?? 0;
        return { peer: { request } };
      };
      acceptance.askAcceptance({ ...parts, topology: { reach } as never }, placed, receipt, (isAccepted) => {
        isOver = true;
        done(isAccepted);
      });
    };
    return { ...acceptance, askAcceptance };
  });
}

describe('a seat whose acceptance comes late', () => {
  afterEach(() => {
    vi.resetModules();
    vi.doUnmock(ACCEPTANCE);
  });

  test('stays where it is', async () => {
    expect(await tellOfOne()).toEqual([]);
  });

  test('goes to who is asked after that', async () => {
    expect(await tellOfTwo()).toEqual([]);
  });

  test('is missed by reads if it moves all the same', async () => {
    countLateAnswers();
    expect(await tellOfOne()).not.toEqual([]);
  });

  test('goes to the late one if it moves all the same', async () => {
    countLateAnswers();
    expect(await tellOfTwo()).not.toEqual([]);
  });
});
