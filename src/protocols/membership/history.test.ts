import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { moves, type NodeName, nodeName } from '../ring/index.ts';
import type { Change, Decision } from './change.ts';
import { compareChanges, decodeHistory, encodeHistory, HISTORY_MAXIMUM } from './encoding.ts';
import {
  append,
  type History,
  hasHandedAllOver,
  lastDeparture,
  members,
  merge,
  NO_HISTORY,
  place,
  ringOf,
  versionOf,
} from './history.ts';

const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(nodeName) as [NodeName, NodeName, NodeName, NodeName];

function join(node: NodeName, more: Partial<{ address: string; host: string; zone: string; weight: number }> = {}): Decision {
  return { kind: 'join', node, address: `${node}:1`, host: node, zone: 'z', weight: 1, ...more };
}

/** All decisions by way of one node. */
function decided(...decisions: Decision[]): History {
  return decisions.reduce((history, decision) => append(history, a, decision), NO_HISTORY);
}

function names(history: History): string[] {
  return members(history).map((member) => member.name);
}

const anyName = fc.constantFrom(a, b, c, d);
const decision: fc.Arbitrary<Decision> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .record({ node: anyName, weight: fc.integer({ min: 1, max: 3 }), zone: fc.constantFrom('x', 'y') })
      .map(({ node, ...more }) => join(node, more)),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('leave' as const, 'remove' as const), node: anyName }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('weight' as const), node: anyName, weight: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('address' as const), node: anyName, address: fc.constantFrom('h:1', 'h:2') }),
  },
);

/** What administrators do by way of several nodes, which hear of one another now and then. Gives each node's history. */
const cluster: fc.Arbitrary<History[]> = fc
  .array(fc.oneof(fc.record({ at: fc.nat(2), decision }), fc.record({ at: fc.nat(2), hears: fc.nat(2) })), { maxLength: 14 })
  .map((steps) => {
    const histories: History[] = [NO_HISTORY, NO_HISTORY, NO_HISTORY];
    const authors = [a, b, c];
    for (const step of steps) {
      const own = histories[step.at] as History;
      histories[step.at] =
        'decision' in step
          ? append(own, authors[step.at] as NodeName, step.decision)
          : merge(own, histories[step.hears] as History);
    }
    return histories;
  });

/** Any changes at all, also such as no cluster makes: ids used twice, times left out. */
const anyHistory: fc.Arbitrary<History> = fc
  .array(fc.record({ decision, clock: fc.integer({ min: 1, max: 4 }), author: anyName }), { maxLength: 6 })
  .map((items) =>
    items.reduce<History>(
      (all, item) => merge(all, [{ ...item.decision, id: { clock: item.clock, author: item.author } }]),
      NO_HISTORY,
    ),
  );

describe('how a node ceased to be a member', () => {
  test('is told of the last time, though it is one again', () => {
    const twice = decided(join(a), join(b), { kind: 'leave', node: b }, join(b), { kind: 'remove', node: b });
    expect(lastDeparture(twice.slice(0, 3), b)).toEqual(twice[2]);
    expect(lastDeparture(twice.slice(0, 4), b)).toEqual(twice[2]);
    expect(lastDeparture(twice, b)).toEqual(twice[4]);
    expect(lastDeparture(append(twice, a, join(b)), b)).toEqual(twice[4]);
  });

  test('is told of no stranger, of nobody who stayed, and of no decision without effect', () => {
    const history = decided(join(a), { kind: 'leave', node: b }, join(b), { kind: 'leave', node: c });
    for (const name of [a, b, c]) expect(lastDeparture(history, name)).toBeUndefined();
  });
});

describe('who has handed over all that it had', () => {
  const [leave, remove] = [
    (node: NodeName): Decision => ({ kind: 'leave', node }),
    (node: NodeName): Decision => ({ kind: 'remove', node }),
  ];

  test.each<[string, readonly Decision[], boolean]>([
    ['has left', [join(a), join(b), leave(b)], true],
    ['came back, and left again', [join(b), leave(b), join(b), leave(b)], true],
    ['left, after somebody had been removed and before it had come', [join(a), remove(a), join(b), leave(b)], true],
    ['is a member', [join(b)], false],
    ['is a member again', [join(b), leave(b), join(b)], false],
    ['never was one', [join(a)], false],
    ['was removed', [join(b), remove(b)], false],
    ['was removed, came back, and left', [join(b), remove(b), join(b), leave(b)], false],
    ['left, and somebody was removed who may have had it', [join(a), join(b), leave(b), remove(a)], false],
    ['left after somebody was removed who may have had it', [join(a), join(b), remove(a), leave(b)], false],
  ])('one that %s', (_what, decisions, isSo) => {
    expect(hasHandedAllOver(decided(...decisions), b)).toBe(isSo);
  });
});

describe('merging histories', () => {
  test('is commutative, associative and idempotent, for any changes', () => {
    fc.assert(
      fc.property(anyHistory, anyHistory, anyHistory, (x, y, z) => {
        expect(merge(x, y)).toEqual(merge(y, x));
        expect(merge(x, merge(y, z))).toEqual(merge(merge(x, y), z));
        expect(merge(x, x)).toBe(x);
        expect(merge(x, NO_HISTORY)).toBe(x);
        expect(merge(NO_HISTORY, x)).toEqual(x);
      }),
    );
  });

  test('keeps each change once, in order', () => {
    fc.assert(
      fc.property(anyHistory, anyHistory, (x, y) => {
        const union = merge(x, y);
        for (const change of [...x, ...y]) expect(union).toContainEqual(change);
        for (let index = 1; index < union.length; index++) {
          expect(compareChanges(union[index - 1] as Change, union[index] as Change)).toBeLessThan(0);
        }
      }),
    );
  });

  test('in whatever order changes arrive, one by one and more than once: the same members, ring and version', () => {
    const delivery = fc.tuple(fc.infiniteStream(fc.nat(1_000)), cluster);
    fc.assert(
      fc.property(delivery, ([order, histories]) => {
        const all = histories.reduce(merge);
        const shuffled = [...all, ...all].map((change) => ({ change, key: order.next().value })).sort((x, y) => x.key - y.key);
        const arrived = shuffled.reduce<History>((known, { change }) => merge(known, [change]), NO_HISTORY);
        expect(arrived).toEqual(all);
        expect(members(arrived)).toEqual(members(all));
        const [ring, other] = [ringOf(all, 16), ringOf(arrived, 16)];
        expect(other.version).toBe(ring.version);
        expect(other.nodes).toEqual(ring.nodes);
        for (let partition = 0; partition < 16; partition++)
          expect(other.preferenceList(partition)).toEqual(ring.preferenceList(partition));
      }),
      { numRuns: 60 },
    );
  });
});

describe('the members', () => {
  test('are those who joined and have not gone since', () => {
    const history = decided(join(a), join(c), join(b, { weight: 3, host: 'big', zone: 'east' }), { kind: 'leave', node: c });
    expect(members(history)).toEqual([
      { name: a, address: 'a:1', host: 'a', zone: 'z', weight: 1 },
      { name: b, address: 'b:1', host: 'big', zone: 'east', weight: 3 },
    ]);
    expect(names(append(history, b, { kind: 'remove', node: a }))).toEqual(['b']);
  });

  test('may change weight and address, and come back', () => {
    const history = decided(join(a), { kind: 'weight', node: a, weight: 5 }, { kind: 'address', node: a, address: 'a:2' });
    expect(members(history)).toEqual([{ name: a, address: 'a:2', host: 'a', zone: 'z', weight: 5 }]);
    const back = append(append(history, a, { kind: 'remove', node: a }), b, join(a));
    expect(members(back)).toEqual([{ name: a, address: 'a:1', host: 'a', zone: 'z', weight: 1 }]);
  });

  test.each<[string, Decision]>([
    ['a member joins again', join(a, { address: 'elsewhere:9', weight: 9 })],
    ['a stranger leaves', { kind: 'leave', node: d }],
    ['a stranger is removed', { kind: 'remove', node: d }],
    ['a stranger gets a weight', { kind: 'weight', node: d, weight: 2 }],
    ['a stranger gets an address', { kind: 'address', node: d, address: 'd:2' }],
  ])('stay as they are when %s', (_, without) => {
    const history = decided(join(a), join(b));
    const after = append(history, b, without);
    expect(members(after)).toEqual(members(history));
    expect(moves(ringOf(history, 16), ringOf(after, 16), 2)).toEqual([]);
  });

  test('of two decisions made at the same time about one node, the later in the order counts', () => {
    const base = decided(join(a), join(b));
    const [byA, byB] = [
      append(base, a, { kind: 'weight', node: b, weight: 2 }),
      append(base, b, { kind: 'weight', node: b, weight: 7 }),
    ];
    expect(members(merge(byA, byB)).map((member) => member.weight)).toEqual([1, 7]);
  });
});

describe('appending', () => {
  test('comes after all that its author knew, so that it has its effect whoever made the others', () => {
    fc.assert(
      fc.property(cluster, anyName, ([known = NO_HISTORY], author) => {
        const history = append(append(known, author, { kind: 'leave', node: a }), b, join(a, { address: 'new:1' }));
        expect(history.slice(0, known.length)).toEqual(known);
        expect(merge(known, history)).toEqual(history);
        expect(members(history).find((member) => member.name === a)?.address).toBe('new:1');
      }),
    );
  });

  test('ends at the limit with an error that says so', () => {
    const full = Array.from(
      { length: HISTORY_MAXIMUM },
      (_, index): Change => ({ kind: 'leave', node: a, id: { clock: index + 1, author: a } }),
    );
    expect(() => append(full, a, join(b))).toThrowError(
      expect.objectContaining({ code: 'history-too-long', outcome: 'not-applied' }),
    );
  });
});

describe('the ring of a history', () => {
  test('follows it change by change: a node that joins later takes only its share', () => {
    const before = decided(join(a), join(b), join(c));
    const after = append(before, b, join(d));
    const changed = moves(ringOf(before), ringOf(after), 1);
    expect(changed).toHaveLength(64);
    expect(changed.every(({ gains }) => gains.join() === 'd')).toBe(true);
  });

  test('has a version of its own for each history and number of partitions', () => {
    const history = decided(join(a), join(b));
    const versions = [
      versionOf(NO_HISTORY),
      versionOf(history),
      versionOf(history, 16),
      versionOf(append(history, a, { kind: 'address', node: a, address: 'x:1' })),
    ];
    expect(new Set(versions).size).toBe(versions.length);
    expect(ringOf(history, 16).version).toBe(versions[2]);
    expect(versions[2]).toMatch(/^[0-9a-f]{16}-16$/);
  });

  test('goes on from that of a beginning of the history, and from no other, as if computed from nothing', () => {
    fc.assert(
      fc.property(cluster, fc.nat(14), ([history = NO_HISTORY, other = NO_HISTORY], length) => {
        const whole = place(history, 16);
        for (const before of [place(history.slice(0, length), 16), place(other, 16), place(history, 8)]) {
          const { ring, members: current } = place(history, 16, before);
          expect(current).toEqual(whole.members);
          expect(ring.version).toBe(whole.ring.version);
          for (let partition = 0; partition < 16; partition++)
            expect(ring.preferenceList(partition)).toEqual(whole.ring.preferenceList(partition));
        }
      }),
      { numRuns: 50 },
    );
  });

  test('is empty for no history', () => {
    expect(ringOf(NO_HISTORY).nodes).toEqual([]);
  });
});

describe('what clusters really do', () => {
  test('can always be encoded and comes back as it was, after any merges', () => {
    fc.assert(
      fc.property(cluster, (histories) => {
        for (const history of [...histories, histories.reduce(merge)])
          expect(decodeHistory(encodeHistory(history))).toEqual(history);
      }),
    );
  });
});
