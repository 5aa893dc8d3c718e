/**
 * Writes that come in the moment in which a seat changes hands: the new holder has been compared with, and is about to say that it will hold the seat.
 * With one replica, what does not go there is lost with the move.
 */
import { afterEach, describe, expect, test, vi } from 'vitest';
import type * as Sender from '../../src/protocols/transfer/sender.ts';
import type * as Clusters from './ring-clusters.ts';

const SENDER = '../../src/protocols/transfer/sender.ts';
const FIRST = ['n1', 'n2', 'n3'];
const NEW = 'n4';
const SLOW_DISK = { syncMsMin: 40, syncMsMax: 40 };

/** @returns what was lost, of all that was acknowledged. */
async function lost(): Promise<readonly string[]> {
  const { RingClusters }: typeof Clusters = await import('./ring-clusters.ts');
  const cluster = new RingClusters(1n, { isStrict: true, isSingle: true });
  cluster.startAll(FIRST);
  cluster.write(60);
  cluster.startNewcomer(NEW, ['n1']);
  cluster.runFor(3_000);
  cluster.commit('n1', [{ kind: 'join', node: NEW }]);
  cluster.simulation.process(NEW).disk.setFaults(SLOW_DISK);
  const isHanding = (name: string): boolean =>
    cluster.status(name).here.underWay.some(({ phase, to }) => phase === 'handing' && to === NEW);
  for (let steps = 0; !FIRST.some(isHanding) && steps < 40_000; steps++) cluster.runFor(0.1);
  const before = cluster.acknowledged.length;
  cluster.burst(60);
  for (let seconds = 0; !cluster.isSettled([...FIRST, NEW]) && seconds < 30; seconds++) cluster.runFor(1_000);
  expect(cluster.acknowledged.length).toBeGreaterThan(before + 40);
  return cluster.lost([...FIRST, NEW]);
}

describe('what is written while a seat is handed over', () => {
  afterEach(() => {
    vi.resetModules();
    vi.doUnmock(SENDER);
  });

  test('is at the new holder when it is acknowledged', async () => {
    expect(await lost()).toEqual([]);
  });

  test('is lost if it does not go there', async () => {
    vi.doMock(SENDER, async (original) => ({ ...(await original<typeof Sender>()), onWritten: () => false }));
    expect(await lost()).not.toEqual([]);
  });
});
