import { expect, test } from 'vitest';
import type { Json } from '../../src/stores/kv/index.ts';
import { RingClusters } from './ring-clusters.ts';

interface Told {
  readonly what: string;
  readonly waitsFor: string;
  readonly next: string;
}

const four = ['n1', 'n2', 'n3', 'n4'];

function why(cluster: RingClusters, name: string, of?: string): readonly Told[] {
  const argument: Json = of === undefined ? 'transfer' : { subject: 'transfer', of };
  return cluster.nodes.ask(name, 'why', argument) as unknown as readonly Told[];
}

function begun(seed: bigint): RingClusters {
  const cluster = new RingClusters(seed);
  cluster.startAll(four);
  cluster.write(40);
  cluster.startNewcomer('n5', ['n1']);
  cluster.runFor(3_000);
  return cluster;
}

test('a quiet cluster has nothing that waits', () => {
  const cluster = begun(1n);
  expect(why(cluster, 'n1')).toEqual([]);
});

test('whoever was to get a partition is down: those who give it say so', () => {
  const cluster = begun(2n);
  cluster.simulation.process('n5').crash();
  cluster.commit('n1', [{ kind: 'join', node: 'n5', address: 'n5:1' }]);
  cluster.runFor(5_000);
  const told = four.flatMap((name) => why(cluster, name));
  expect(told.length).toBeGreaterThan(0);
  for (const { what, waitsFor, next } of told) {
    expect(what).toMatch(/^hand-over to n5: partitions? \d/);
    expect(waitsFor).toMatch(/^n5 to answer n\d$/);
    expect(next).toContain('Start n5');
  }
  expect(why(cluster, 'n1', 'n3')).toEqual([]);
});

test('whoever gives it is down: those who are to get it say so', () => {
  const cluster = begun(3n);
  cluster.commit('n1', [{ kind: 'join', node: 'n5' }]);
  cluster.simulation.process('n3').crash();
  cluster.runFor(30_000);
  const told = why(cluster, 'n5');
  expect(told).toHaveLength(1);
  expect(told[0]).toMatchObject({ waitsFor: 'n3, which is down', next: 'Start n3; if it is gone for good, remove it.' });
});

test('paused: whoever has paused it', () => {
  const cluster = begun(4n);
  cluster.order('n1', 'cluster-pause', null);
  cluster.commit('n1', [{ kind: 'join', node: 'n5' }]);
  cluster.runFor(3_000);
  const told = four.flatMap((name) => why(cluster, name));
  expect(told.length).toBeGreaterThan(0);
  for (const { waitsFor, next } of told) {
    expect(waitsFor).toContain('paused');
    expect(next).toBe('quorate cluster resume');
  }
});

test('a lost replica is taken when all that are left have given what they have: one that is down is named', () => {
  const cluster = begun(5n);
  for (const name of ['n4', 'n3']) cluster.simulation.process(name).crash();
  cluster.runFor(30_000);
  cluster.commit('n1', [
    { kind: 'join', node: 'n5' },
    { kind: 'remove', node: 'n4' },
  ]);
  cluster.runFor(5_000);
  const told = why(cluster, 'n5').filter(({ what }) => what.startsWith('a lost replica'));
  expect(told.some(({ waitsFor, next }) => waitsFor.includes('n3, which is down') && next.startsWith('Start n3'))).toBe(true);
  expect(
    why(cluster, 'n1').some(({ what, waitsFor }) => what.startsWith('rebuild to n5') && waitsFor.startsWith('n5 to have heard')),
  ).toBe(true);
});
