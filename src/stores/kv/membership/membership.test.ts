import { describe, expect, test } from 'vitest';
import { memberOf } from '../nodes-for-tests.ts';
import { TestNodes } from './clusters-for-tests.ts';
import { loadHistory } from './stored-history.ts';

function cluster(count: number, seed = 7n): TestNodes {
  const nodes = new TestNodes(seed);
  const names = Array.from({ length: count }, (_unused, index) => `n${index + 1}`);
  for (const name of names) nodes.start(name, names);
  nodes.runFor(2_000);
  return nodes;
}

function refusal(code: string) {
  return expect.objectContaining({ code, outcome: 'not-applied' });
}

describe('a fixed cluster without decisions', () => {
  test('is what the configuration says, and stores nothing about it', () => {
    const nodes = cluster(3);
    nodes.runFor(30_000);
    for (const name of ['n1', 'n2', 'n3']) {
      expect(nodes.memberNames(name)).toEqual(['n1', 'n2', 'n3']);
      expect(nodes.members(name)).toMatchObject({ standing: 'member', changes: 3, candidates: [] });
      expect(loadHistory(nodes.world(name).engine)).toBeUndefined();
      expect(nodes.node(name).ready()).toBe(true);
    }
  });
});

describe('a newcomer', () => {
  test('gets the history from a seed, introduces itself, and serves nothing until it is let in', () => {
    const nodes = cluster(3);
    nodes.startNewcomer('n4', ['n2']);
    nodes.runFor(3_000);
    expect(nodes.members('n4')).toMatchObject({ standing: 'waiting', changes: 3 });
    expect(nodes.put('n4')).toEqual(refusal('no-member'));
    expect(nodes.order('n4', 'cluster-join', { node: 'n4' })).toEqual(refusal('no-member'));
    expect(nodes.node('n4').ready()).toBe(false);
    expect(nodes.ask('n4', 'status')).toMatchObject({ standing: 'waiting' });
    expect(nodes.members('n2').candidates).toMatchObject([{ name: 'n4', address: 'n4:1' }]);
  });

  test.each([1n, 2n, 3n, 4n, 5n])('is known to every member of a small cluster within seconds (seed %s)', (seed) => {
    const nodes = cluster(6, seed);
    nodes.startNewcomer('n7', ['n1']);
    nodes.runFor(4_000);
    for (const name of ['n1', 'n2', 'n3', 'n4', 'n5', 'n6']) {
      expect(nodes.members(name).candidates).toMatchObject([{ name: 'n7', address: 'n7:1' }]);
    }
    expect(nodes.order('n4', 'cluster-join', { node: 'n7' })).toMatchObject({ changes: 7 });
  });

  test('joins by an order to any node that knows where it is, and all have the same ring within seconds', () => {
    const nodes = cluster(5);
    nodes.startNewcomer('n6', ['n1']);
    nodes.runFor(5_000);
    expect(nodes.order('n3', 'cluster-join', { node: 'n6', address: 'n6:1', host: 'big', weight: 2 })).toMatchObject({
      changes: 6,
    });
    nodes.runFor(6_000);
    const names = ['n1', 'n2', 'n3', 'n4', 'n5', 'n6'];
    for (const name of names) {
      expect(nodes.memberNames(name)).toEqual(names);
      expect(nodes.ring(name)).toEqual(nodes.ring('n1'));
      expect(nodes.members(name).candidates).toEqual([]);
    }
    expect(nodes.members('n1').members.at(-1)).toMatchObject({ name: 'n6', weight: 2 });
    expect(nodes.put('n6')).toMatchObject({ kind: 'change' });
    expect(nodes.node('n6').ready()).toBe(true);
  });

  test('is asked for its address when it has not introduced itself', () => {
    expect(cluster(3).order('n1', 'cluster-join', { node: 'n9' })).toEqual(refusal('unknown-node'));
  });

  test('of a cluster with another number of partitions learns nothing', () => {
    const nodes = cluster(3);
    nodes.startNewcomer('n4', ['n1'], { partitions: 32 });
    nodes.runFor(20_000);
    expect(nodes.members('n4')).toMatchObject({ standing: 'waiting', changes: 0 });
  });

  test('whose seed belongs to another cluster learns nothing, and harms nobody', () => {
    const nodes = cluster(3);
    nodes.startNewcomer('n4', ['n1'], { clusterName: 'other' });
    nodes.runFor(20_000);
    expect(nodes.members('n4')).toMatchObject({ standing: 'waiting', changes: 0 });
    expect(nodes.members('n1')).toMatchObject({ changes: 3, candidates: [] });
  });
});

describe('what was decided', () => {
  test('is remembered through a crash, whatever the configuration says', () => {
    const nodes = cluster(4);
    nodes.order('n1', 'cluster-leave', { node: 'n4' });
    nodes.order('n1', 'cluster-weight', { node: 'n2', weight: 3 });
    nodes.runFor(5_000);
    const { version } = nodes.members('n1');
    nodes.simulation.process('n3').crash();
    nodes.simulation.process('n3').restart();
    nodes.runFor(10);
    expect(nodes.members('n3')).toMatchObject({ version, changes: 6 });
    expect(nodes.memberNames('n3')).toEqual(['n1', 'n2', 'n3']);
  });

  test('at two nodes at once holds everywhere', () => {
    const nodes = cluster(5);
    nodes.order('n1', 'cluster-leave', { node: 'n4' });
    nodes.order('n2', 'cluster-weight', { node: 'n3', weight: 7 });
    nodes.runFor(6_000);
    for (const name of ['n1', 'n2', 'n3', 'n5']) {
      expect(nodes.memberNames(name)).toEqual(['n1', 'n2', 'n3', 'n5']);
      expect(nodes.members(name).members[2]).toMatchObject({ name: 'n3', weight: 7 });
      expect(nodes.ring(name)).toEqual(nodes.ring('n1'));
    }
  });

  test('reaches the node that left: it says so, and serves nothing', () => {
    const nodes = cluster(4);
    nodes.order('n1', 'cluster-leave', { node: 'n4' });
    nodes.runFor(6_000);
    expect(nodes.ask('n4', 'status')).toMatchObject({ standing: 'removed' });
    expect(nodes.put('n4')).toEqual(refusal('no-member'));
    expect(nodes.put('n1')).toMatchObject({ kind: 'change' });
  });

  test('reaches one that was down when it was removed, once it is back', () => {
    const nodes = cluster(4);
    nodes.simulation.process('n4').crash();
    nodes.runFor(60_000);
    expect(nodes.order('n1', 'cluster-remove', { node: 'n4' })).toMatchObject({ changes: 5 });
    nodes.runFor(5_000);
    nodes.simulation.process('n4').restart();
    nodes.runFor(15_000);
    expect(nodes.ask('n4', 'status')).toMatchObject({ standing: 'removed' });
  });
});

describe('an order that makes no sense is refused, and changes nothing', () => {
  test.each([
    ['joining twice', 'cluster-join', { node: 'n2', address: 'n2:1' }, 'already-a-member'],
    ['joining twice, without an address', 'cluster-join', { node: 'n2' }, 'already-a-member'],
    ['joining at an address that is taken', 'cluster-join', { node: 'n9', address: 'n2:1' }, 'address-taken'],
    ['joining at what is no address', 'cluster-join', { node: 'n9', address: 'nowhere' }, 'address-invalid'],
    ['joining with a weight below one', 'cluster-join', { node: 'n9', address: 'n9:1', weight: 0 }, 'node-invalid'],
    ['a name that is none', 'cluster-join', { node: 'n 9', address: 'n9:1' }, 'node-name-invalid'],
    ['a stranger leaving', 'cluster-leave', { node: 'n9' }, 'not-a-member'],
    ['leaving the last N nodes', 'cluster-leave', { node: 'n3' }, 'too-few-nodes'],
    ['removing one of the last N nodes by force', 'cluster-remove', { node: 'n3', force: true }, 'too-few-nodes'],
    ['removing a node that is alive', 'cluster-remove', { node: 'n3' }, 'node-is-alive'],
    ['a weight that is none', 'cluster-weight', { node: 'n3', weight: 1.5 }, 'bad-request'],
    ['a weight that is a text', 'cluster-weight', { node: 'n3', weight: '2' }, 'bad-request'],
    ['no object', 'cluster-weight', 'n3', 'bad-request'],
  ])('%s', (_what, command, argument, code) => {
    const nodes = cluster(3);
    expect(nodes.order('n1', command, argument)).toEqual(refusal(code));
    nodes.runFor(3_000);
    expect(nodes.members('n2')).toMatchObject({ changes: 3 });
  });
});

describe('an order that would put replicas on one host', () => {
  /** n1 and n2 have a host each, n3 and n4 share one. */
  function sharing(): TestNodes {
    const nodes = new TestNodes();
    const names = ['n1', 'n2', 'n3', 'n4'];
    const members = names.map((name) => ({ ...memberOf(name), host: name === 'n4' ? 'n3' : name }));
    for (const name of names) nodes.start(name, names, { members });
    nodes.runFor(3_000);
    return nodes;
  }

  test('is refused, and changes nothing', () => {
    const nodes = sharing();
    expect(nodes.order('n1', 'cluster-leave', { node: 'n2' })).toEqual(refusal('unsafe-placement'));
    nodes.runFor(3_000);
    expect(nodes.members('n3')).toMatchObject({ changes: 4 });
  });

  test('is taken by force, or when no more of them would than do already', () => {
    expect(sharing().order('n1', 'cluster-leave', { node: 'n4' })).toMatchObject({ changes: 5 });
    const nodes = sharing();
    expect(nodes.order('n1', 'cluster-leave', { node: 'n2', force: true })).toMatchObject({ changes: 5 });
    nodes.runFor(3_000);
    expect(nodes.order('n1', 'cluster-weight', { node: 'n3', weight: 2 })).toMatchObject({ changes: 6 });
  });

  test('says so after what else is wrong with it', () => {
    expect(sharing().order('n1', 'cluster-remove', { node: 'n2' })).toEqual(refusal('node-is-alive'));
  });
});

describe('two halves that were started apart', () => {
  test('become one cluster by way of a seed, and never without one', () => {
    for (const seeds of [['a1:1'], []]) {
      const nodes = new TestNodes();
      const halves = ['a', 'b'].map((half) => [1, 2, 3].map((index) => `${half}${index}`));
      for (const half of halves) for (const name of half) nodes.start(name, half, { seeds });
      nodes.runFor(40_000);
      for (const half of halves) {
        for (const name of half) expect(nodes.memberNames(name)).toEqual(seeds.length > 0 ? halves.flat() : half);
      }
    }
  });
});

describe('who is alive', () => {
  test('is known to all: a crashed node is dead after a while, and alive again when it is back', () => {
    const nodes = cluster(5);
    nodes.simulation.process('n5').crash();
    nodes.runFor(40_000);
    for (const name of ['n1', 'n2', 'n3', 'n4']) expect(nodes.state('n5', name)).toBe('dead');
    nodes.simulation.process('n5').restart();
    nodes.runFor(15_000);
    for (const name of ['n1', 'n2', 'n3', 'n4']) expect(nodes.state('n5', name)).toBe('alive');
  });

  test('does not depend on the clocks of the machines, hours apart', () => {
    const nodes = cluster(3);
    nodes.simulation.clockJump('n2', 5 * 3_600_000);
    nodes.runFor(40_000);
    for (const name of ['n1', 'n3']) expect(nodes.state('n2', name)).toBe('alive');
    nodes.startNewcomer('n4', ['n2']);
    nodes.runFor(4_000);
    nodes.order('n2', 'cluster-join', { node: 'n4' });
    nodes.runFor(5_000);
    expect(nodes.memberNames('n1')).toEqual(['n1', 'n2', 'n3', 'n4']);
  });
});

describe('a node that listens elsewhere than before', () => {
  test('tells so itself, and the others find it', () => {
    const nodes = cluster(4);
    nodes.order('n1', 'cluster-weight', { node: 'n1', weight: 2 });
    nodes.runFor(5_000);
    nodes.simulation.process('n3').crash();
    const members = ['n1', 'n2', 'n3', 'n4'].map(memberOf);
    const moved = members.map((member) => (member.name === 'n3' ? { ...member, address: 'n3:2' } : member));
    nodes.start('n3', [], { members: moved });
    nodes.runFor(15_000);
    for (const name of ['n1', 'n2', 'n3', 'n4']) expect(nodes.members(name).members[2]).toMatchObject({ address: 'n3:2' });
    expect(nodes.state('n3', 'n1')).toBe('alive');
    expect(nodes.ask('n1', 'status')).toMatchObject({ nodes: [{}, {}, { name: 'n3', up: true }, {}] });
  });
});

describe('a damaged history', () => {
  test('is refused at the start', () => {
    const nodes = new TestNodes();
    const key = Uint8Array.from([0, ...new TextEncoder().encode('kv/history')]);
    nodes.simulation.start('n1', ({ engine }) => engine.write([{ key, value: new Uint8Array([9]) }], () => {}));
    nodes.runFor(100);
    nodes.simulation.process('n1').crash();
    nodes.start('n1', ['n1', 'n2', 'n3']);
    nodes.runFor(100);
    expect(nodes.failures.get('n1')).toMatchObject({ code: 'data-damaged' });
  });
});
