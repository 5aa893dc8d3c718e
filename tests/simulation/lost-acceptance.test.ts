/** A seat is accepted, the answer is lost, and the ring changes again: nobody tells the accepter, which has to ask. */
import { expect, test } from 'vitest';
import { RingClusters } from './ring-clusters.ts';

const three = ['n1', 'n2', 'n3'];
const STANDING = '\0kv/reg';

/** Whether anything was ever accepted there. */
function hasAccepted(cluster: RingClusters, name: string): boolean {
  return cluster.simulation
    .process(name)
    .disk.content.some(({ key }) => Buffer.from(key).toString('latin1').startsWith(STANDING));
}

test('a newcomer whose word that it has accepted seats is lost, and which is taken back, keeps nothing', () => {
  const cluster = new RingClusters(7n);
  cluster.startAll(three);
  cluster.write(60);
  cluster.startNewcomer('n4', ['n1']);
  cluster.runFor(3_000);
  cluster.commit('n1', [{ kind: 'join', node: 'n4' }]);
  for (let steps = 0; !hasAccepted(cluster, 'n4') && steps < 100_000; steps++) cluster.runFor(0.02);
  // The answer is on its way, and finds nobody.
  for (const name of three) cluster.simulation.process(name).crash();
  for (const name of three) cluster.simulation.process(name).restart();
  cluster.runFor(10);
  cluster.order('n1', 'cluster-cancel', null);
  cluster.runFor(4_000);
  expect(cluster.dataOn('n4')).toBeGreaterThan(0);
  for (const name of three) cluster.simulation.process(name).crash();
  cluster.runFor(8_000);
  expect(cluster.nodes.ask('n4', 'why', 'transfer')).toContainEqual({
    what: expect.stringMatching(/^a replica of n\d, accepted and not passed on: partition/),
    waitsFor: expect.stringMatching(/^n\d, which is down$/),
    next: expect.stringContaining('Start n'),
  });
  for (const name of three) cluster.simulation.process(name).restart();
  cluster.runFor(1_000);
  cluster.writeWhile(() => cluster.isSettled(three) && cluster.dataOn('n4') === 0, 30_000);
  expect(cluster.dataOn('n4')).toBe(0);
  expect(cluster.seatsOf('n4', 'n2')).toBe(0);
  expect(cluster.lost(three)).toEqual([]);
});
