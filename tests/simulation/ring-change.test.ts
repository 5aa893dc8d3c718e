import { describe, expect, test } from 'vitest';
import { QuorateError } from '../../src/runtime/errors/index.ts';
import type { Json } from '../../src/stores/kv/interface.ts';
import { RingClusters } from './ring-clusters.ts';

const four = ['n1', 'n2', 'n3', 'n4'];

describe('a ring that changes while it is written to', () => {
  test('grows: the new node takes its share, and nothing is lost', () => {
    const cluster = new RingClusters(1n);
    cluster.startAll(four);
    cluster.write(60);
    cluster.startNewcomer('n5', ['n1']);
    cluster.runFor(3_000);
    cluster.commit('n1', [{ kind: 'join', node: 'n5' }]);
    cluster.writeWhile(() => cluster.isSettled(four), 60_000);
    expect(cluster.seatsOf('n5', 'n2')).toBeGreaterThan(3);
    expect(cluster.lost(['n1', 'n5', 'n3'])).toEqual([]);
  });

  test('shrinks: who leaves hands over all it has before it is let go', () => {
    const cluster = new RingClusters(2n);
    cluster.startAll([...four, 'n5']);
    cluster.write(60);
    cluster.commit('n1', [{ kind: 'leave', node: 'n5' }]);
    cluster.writeWhile(() => cluster.isSettled(four), 60_000);
    expect(cluster.seatsOf('n5', 'n2')).toBe(0);
    cluster.simulation.process('n5').crash();
    cluster.runFor(3_000);
    expect(cluster.lost(four)).toEqual([]);
    expect(cluster.dataOn('n5')).toBe(0);
  });

  test('a dead node is replaced by a new one, rebuilt from the others', () => {
    const cluster = new RingClusters(3n);
    cluster.startAll(four);
    cluster.write(60);
    cluster.startNewcomer('n5', ['n1']);
    cluster.runFor(2_000);
    cluster.simulation.process('n4').crash();
    cluster.runFor(30_000);
    cluster.commit('n1', [
      { kind: 'join', node: 'n5' },
      { kind: 'remove', node: 'n4' },
    ]);
    cluster.writeWhile(() => cluster.isSettled(['n1', 'n2', 'n3']), 90_000);
    expect(cluster.seatsOf('n4', 'n2')).toBe(0);
    expect(cluster.lost(['n1', 'n2', 'n5'])).toEqual([]);
  });

  test('either side crashes at any time: the move goes on where it was', () => {
    for (const seed of [11n, 12n, 13n]) {
      const cluster = new RingClusters(seed);
      cluster.startAll(four);
      cluster.write(40);
      cluster.startNewcomer('n5', ['n1']);
      cluster.runFor(3_000);
      cluster.commit('n1', [{ kind: 'join', node: 'n5' }]);
      for (const [index, name] of ['n2', 'n5', 'n3', 'n5'].entries()) {
        cluster.writeWhile(() => false, 150 + 130 * index);
        cluster.simulation.process(name).crash();
        cluster.writeWhile(() => false, 300);
        cluster.simulation.process(name).restart();
      }
      cluster.writeWhile(() => cluster.isSettled(four), 90_000);
      expect(cluster.lost(['n1', 'n5', 'n4'])).toEqual([]);
    }
  });

  test('ten seeds: a join and a leave under crashes at random', { timeout: 60_000 }, () => {
    for (let seed = 100n; seed < 110n; seed++) {
      const cluster = new RingClusters(seed);
      cluster.startAll(four);
      cluster.write(20);
      cluster.startNewcomer('n5', ['n1']);
      cluster.runFor(3_000);
      const { random } = cluster.simulation;
      cluster.commit('n1', [{ kind: 'join', node: 'n5' }]);
      cluster.writeWhile(() => false, 100 + random.below(1_500));
      const victim = `n${2 + random.below(4)}`;
      cluster.simulation.process(victim).crash();
      cluster.writeWhile(() => false, 100 + random.below(1_000));
      cluster.simulation.process(victim).restart();
      cluster.writeWhile(() => false, 100 + random.below(1_000));
      cluster.commit('n1', [{ kind: 'leave', node: 'n4' }]);
      cluster.writeWhile(() => cluster.isSettled(['n1', 'n2', 'n3', 'n5']), 120_000);
      expect({ seed, lost: cluster.lost(['n1', 'n5', 'n3']) }).toEqual({ seed, lost: [] });
    }
  });

  test('cancelled, everything goes back; paused, nothing moves', () => {
    const cluster = new RingClusters(5n);
    cluster.startAll(four);
    cluster.write(60);
    cluster.startNewcomer('n5', ['n1']);
    cluster.runFor(3_000);
    cluster.order('n1', 'cluster-pause', null);
    cluster.commit('n1', [{ kind: 'join', node: 'n5' }]);
    cluster.writeWhile(() => false, 5_000);
    expect(cluster.seatsOf('n5', 'n2')).toBe(0);
    cluster.order('n2', 'cluster-resume', null);
    cluster.writeWhile(() => cluster.seatsOf('n5', 'n2') > 1, 20_000);
    cluster.order('n1', 'cluster-cancel', null);
    cluster.writeWhile(() => cluster.isSettled(four), 60_000);
    expect(cluster.seatsOf('n5', 'n2')).toBe(0);
    expect(cluster.lost(four)).toEqual([]);
  });

  test('refuses a stale plan, joining twice, leaving the last n, removing who is alive', () => {
    const cluster = new RingClusters(6n);
    cluster.startAll(['n1', 'n2', 'n3']);
    cluster.runFor(3_000);
    const code = (command: string, argument: Json): string => {
      const answer = cluster.nodes.order('n1', command, argument);
      return answer instanceof QuorateError ? answer.code : 'done';
    };
    const plan = (decision: Json): string => code('cluster-plan', { decisions: [decision] });
    const join = { kind: 'join', node: 'n4', address: 'n4:1' };
    expect(code('cluster-commit', { version: 'ring-of-yesterday', decisions: [join] })).toBe('stale-plan');
    expect(plan({ kind: 'join', node: 'n2' })).toBe('already-a-member');
    expect(plan({ kind: 'leave', node: 'n2' })).toBe('too-few-nodes');
    expect(plan({ kind: 'remove', node: 'n2' })).toBe('node-is-alive');
    expect(plan({ kind: 'swap', node: 'n2' })).toBe('bad-request');
    expect(code('cluster-cancel', null)).toBe('nothing-to-cancel');
    expect(plan(join)).toBe('done');
  });
});
