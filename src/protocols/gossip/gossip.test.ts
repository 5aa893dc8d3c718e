import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MalformedBytes } from '../../runtime/bytes/index.ts';
import { append, type Decision, fromConfiguration, type History, merge, NO_HISTORY } from '../membership/index.ts';
import { type NodeName, nodeName } from '../ring/index.ts';
import { Gossipers } from './gossipers-for-tests.ts';
import { outlined } from './outline.ts';
import { missingFrom, offerFor, takeUp } from './reconcile.ts';

function configured(count: number, prefix = 'n'): History {
  return fromConfiguration(
    Array.from({ length: count }, (_unused, index) => ({ name: `${prefix}${index}`, address: `${prefix}${index}:7401` })),
  );
}

function joining(name: string): Decision {
  return { kind: 'join', node: nodeName(name), address: `${name}:7401`, host: name, zone: 'default', weight: 1 };
}

function cluster(count: number): Gossipers {
  const gossipers = new Gossipers();
  const history = configured(count);
  for (let index = 0; index < count; index++) gossipers.add(`n${index}`, history, index * 7919);
  return gossipers;
}

function join(gossipers: Gossipers, at: string, name: string): void {
  const gossiper = gossipers.get(at);
  gossiper.known = outlined(append(gossiper.known.history, gossiper.name, joining(name)), gossiper.known);
}

describe('a join', () => {
  test.each([
    [10, 8],
    [100, 12],
    [400, 15],
  ])('is known to all of %i nodes after O(log n) rounds: at most %i', (count, most) => {
    const gossipers = cluster(count);
    join(gossipers, 'n0', 'new');
    expect(gossipers.roundsUntilAllKnow('n0', 100)).toBeLessThanOrEqual(most);
  });

  test('of a node that knows nothing but a seed brings it the whole history', () => {
    const gossipers = new Gossipers(['n0']);
    const history = configured(5);
    for (let index = 0; index < 5; index++) gossipers.add(`n${index}`, history, index);
    const newcomer = gossipers.add('new', NO_HISTORY, 99);
    gossipers.round();
    expect(newcomer.known.history).toEqual(history);
  });
});

describe('what gossip costs', () => {
  test('is 16 bytes per node and round when nothing is new, whatever the size of the cluster', () => {
    for (const count of [3, 30, 100]) {
      const gossipers = cluster(count);
      gossipers.round();
      expect(gossipers.bytes).toBe(16 * count);
    }
  });

  test('is little more than what is new, whatever the length of the history', () => {
    const gossipers = cluster(200);
    join(gossipers, 'n0', 'new');
    const [a, b] = [gossipers.get('n0'), gossipers.get('n1')];
    gossipers.meet(a, b);
    expect(gossipers.bytes).toBeLessThan(250);
    expect(b.known).toEqual(a.known);
  });
});

describe('two halves that do not know each other', () => {
  function halves(seeds: readonly string[]): Gossipers {
    const gossipers = new Gossipers(seeds);
    for (const half of ['a', 'b'])
      for (let index = 0; index < 20; index++) gossipers.add(`${half}${index}`, configured(20, half), index + half.charCodeAt(0));
    return gossipers;
  }

  test('become one by way of a seed', () => {
    const gossipers = halves(['a3']);
    for (let round = 0; round < 30; round++) gossipers.round();
    const both = merge(configured(20, 'a'), configured(20, 'b'));
    for (const { known } of gossipers.all.values()) expect(known.history).toEqual(both);
  });

  test('never do without one', () => {
    const gossipers = halves([]);
    for (let round = 0; round < 100; round++) gossipers.round();
    expect(gossipers.get('b0').known.history).toEqual(configured(20, 'b'));
  });
});

describe('a round between any two histories', () => {
  const decision: fc.Arbitrary<Decision> = fc.record({
    kind: fc.constantFrom('leave' as const, 'remove' as const),
    node: fc.constantFrom('n0', 'n1', 'n2').map(nodeName),
  });
  /** What several administrators decide, by way of nodes that hear of each other now and then. */
  const histories: fc.Arbitrary<History[]> = fc
    .array(fc.record({ at: fc.nat(2), hears: fc.option(fc.nat(2)), decision }), { maxLength: 40 })
    .map((steps) => {
      const all: History[] = [configured(3), configured(3), configured(4)];
      const authors = ['n0', 'n1', 'n2'].map(nodeName);
      for (const { at, hears, decision: decided } of steps) {
        const own = all[at] as History;
        all[at] = hears === null ? append(own, authors[at] as NodeName, decided) : merge(own, all[hears] as History);
      }
      return all;
    });

  test('gives both the union', () => {
    fc.assert(
      fc.property(histories, ([one = NO_HISTORY, other = NO_HISTORY]) => {
        const gossipers = new Gossipers();
        const [a, b] = [gossipers.add('n0', one, 1), gossipers.add('n1', other, 2)];
        gossipers.meet(a, b);
        const union = outlined(merge(one, other));
        expect(a.known).toEqual(union);
        expect(b.known).toEqual(union);
      }),
    );
  });

  test('takes up nothing that skips a time, and answers an offer that shares nothing with all it has', () => {
    const known = outlined(configured(3));
    const forged = { ...joining('x'), id: { clock: 1_000, author: nodeName('x') } };
    expect(() => takeUp(known, [forged])).toThrow(MalformedBytes);
    const shared = { length: 2, fingerprint: 12_345 };
    expect(missingFrom(known, { shared, changes: [] }).changes).toEqual(known.history);
    expect(offerFor(known, [shared]).changes).toEqual(known.history);
  });
});
