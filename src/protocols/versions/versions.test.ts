import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Writer } from '../../runtime/bytes/index.ts';
import {
  applyChange,
  type Change,
  decodeRecord,
  encodeRecord,
  mergeBy,
  NO_VERSIONS,
  NOTHING_SEEN,
  numberOf,
  POLICIES,
  type Policy,
  type Seen,
  seenBy,
  type Versions,
} from './index.ts';

const REPLICAS = 3;

/** A cluster of replicas of one key, each an actor, with clocks that disagree: every state it can reach is one we must handle. */
class Cluster {
  readonly states: Versions[] = Array.from({ length: REPLICAS }, () => NO_VERSIONS);
  readonly policy: Policy;
  #counters = [0, 0, 0];

  constructor(policy: Policy) {
    this.policy = policy;
  }

  change(replica: number, seen: Seen, change: Change): Versions {
    const next = applyChange(this.policy, this.states[replica] as Versions, seen, change, {
      actor: replica + 1,
      nextCounter: () => ++(this.#counters[replica] as number),
      wallTime: () => 1000 - 400 * replica,
    });
    this.states[replica] = next;
    return next;
  }

  send(from: number, to: number): void {
    this.states[to] = mergeBy(this.policy, this.states[to] as Versions, this.states[from] as Versions);
  }
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (value: Uint8Array): string => new TextDecoder().decode(value);
const encoded = (state: Versions): string => {
  const writer = new Writer();
  encodeRecord(writer, state);
  return Buffer.from(writer.view()).toString('hex');
};

const replica = fc.integer({ min: 0, max: REPLICAS - 1 });
const name = fc.constantFrom('x', 'y', 'z').map(bytes);
const number = fc.integer({ min: -5, max: 5 });
const changeOf: Record<Policy, fc.Arbitrary<Change>> = {
  siblings: fc.oneof(
    fc.record({ kind: fc.constant('put'), contentType: fc.constant(''), value: name }),
    fc.constant<Change>({ kind: 'delete' }),
  ),
  latest: fc.oneof(
    fc.record({ kind: fc.constant('put'), contentType: fc.constant(''), value: name }),
    fc.constant<Change>({ kind: 'delete' }),
  ),
  set: fc.oneof(
    fc.record({ kind: fc.constantFrom('add', 'remove'), elements: fc.array(name, { maxLength: 2 }) }),
    fc.constant<Change>({ kind: 'delete' }),
  ),
  counter: fc.oneof(fc.record({ kind: fc.constant('increment'), amount: number }), fc.constant<Change>({ kind: 'delete' })),
  map: fc.oneof(
    fc.record({ kind: fc.constant('put-field'), field: name, contentType: fc.constant(''), value: name }),
    fc.record({ kind: fc.constant('delete-field'), field: name }),
    fc.constant<Change>({ kind: 'delete' }),
  ),
  register: fc.oneof(
    fc.record({ kind: fc.constant('put'), contentType: fc.constant(''), value: name }),
    fc.constant<Change>({ kind: 'delete' }),
  ),
  max: fc.oneof(fc.record({ kind: fc.constant('raise'), to: number }), fc.constant<Change>({ kind: 'delete' })),
};

type Step = { at: number; readAt: number | undefined; change: Change } | { from: number; to: number };
const steps = (policy: Policy): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.oneof(
      fc.record({ at: replica, readAt: fc.option(replica, { nil: undefined }), change: changeOf[policy] }),
      fc.record({ from: replica, to: replica }),
    ),
    { maxLength: 12 },
  );

function run(policy: Policy, sequence: readonly Step[]): Cluster {
  const cluster = new Cluster(policy);
  for (const step of sequence) {
    if ('from' in step) cluster.send(step.from, step.to);
    else {
      const seen = step.readAt === undefined ? NOTHING_SEEN : seenBy(cluster.states[step.readAt] as Versions);
      cluster.change(step.at, seen, step.change);
    }
  }
  return cluster;
}

describe.each(POLICIES)('merging under the policy %s', (policy) => {
  const merge = (a: Versions, b: Versions): Versions => mergeBy(policy, a, b);

  test('is commutative, associative and idempotent on all reachable states', () => {
    fc.assert(
      fc.property(steps(policy), (sequence) => {
        const [a, b, c] = run(policy, sequence).states as [Versions, Versions, Versions];
        expect(encoded(merge(a, b))).toBe(encoded(merge(b, a)));
        expect(encoded(merge(merge(a, b), c))).toBe(encoded(merge(a, merge(b, c))));
        expect(encoded(merge(a, a))).toBe(encoded(a));
      }),
      { numRuns: 400 },
    );
  });

  test('brings replicas to the same state whatever the order in which they hear of each other', () => {
    fc.assert(
      fc.property(steps(policy), fc.shuffledSubarray([0, 1, 2], { minLength: 3 }), (sequence, order) => {
        const { states } = run(policy, sequence);
        const all = (indices: readonly number[]): Versions =>
          indices.map((index) => states[index] as Versions).reduce((sum, state) => merge(sum, state), NO_VERSIONS);
        expect(encoded(all(order))).toBe(encoded(all([0, 1, 2])));
      }),
    );
  });

  test('survives the canonical encoding, and equal states have equal bytes', () => {
    fc.assert(
      fc.property(steps(policy), (sequence) => {
        for (const state of run(policy, sequence).states) {
          const writer = new Writer();
          encodeRecord(writer, state);
          expect(encoded(decodeRecord(writer.copy()))).toBe(encoded(state));
        }
      }),
    );
  });
});

describe('siblings', () => {
  const put = (value: string): Change => ({ kind: 'put', contentType: '', value: bytes(value) });

  test('are exactly the writes that no later write had seen (against a twin that keeps the whole history)', () => {
    fc.assert(
      fc.property(steps('siblings'), (sequence) => {
        const cluster = new Cluster('siblings');
        // The twin: per replica, every write heard of with the writes that its writer had seen.
        const writes: { readonly value: string; readonly seen: ReadonlySet<number> }[] = [];
        const heard: Set<number>[] = [new Set(), new Set(), new Set()];
        const superseded: Set<number>[] = [new Set(), new Set(), new Set()];
        for (const step of sequence) {
          if ('from' in step) {
            cluster.send(step.from, step.to);
            for (const id of heard[step.from] as Set<number>) heard[step.to]?.add(id);
            for (const id of superseded[step.from] as Set<number>) superseded[step.to]?.add(id);
            continue;
          }
          const readAt = step.readAt;
          const seenIds = new Set(readAt === undefined ? [] : heard[readAt]);
          const seen = readAt === undefined ? NOTHING_SEEN : seenBy(cluster.states[readAt] as Versions);
          if (step.change.kind === 'put') {
            cluster.change(step.at, seen, put(String(writes.length)));
            heard[step.at]?.add(writes.length);
            writes.push({ value: String(writes.length), seen: seenIds });
          } else cluster.change(step.at, seen, step.change);
          for (const id of seenIds) {
            heard[step.at]?.add(id);
            superseded[step.at]?.add(id);
          }
        }
        const live = new Set(cluster.states.flatMap((_state, index) => [...(heard[index] as Set<number>)]));
        const dead = new Set(superseded.flatMap((ids) => [...ids]));
        const expected = [...live].filter((id) => !dead.has(id)).map(String);
        const merged = cluster.states.reduce((sum, state) => mergeBy('siblings', sum, state), NO_VERSIONS);
        expect(merged.versions.map((version) => text(version.value)).sort()).toEqual(expected.sort());
      }),
      { numRuns: 500 },
    );
  });

  test('do not multiply when two clients interleave reads and writes through one node', () => {
    const cluster = new Cluster('siblings');
    let mine = NOTHING_SEEN;
    let theirs = NOTHING_SEEN;
    for (let round = 0; round < 20; round++) {
      const before = cluster.states[0] as Versions;
      cluster.change(0, mine, put('a'));
      cluster.change(0, theirs, put('b'));
      mine = seenBy(before);
      theirs = seenBy(before);
      expect((cluster.states[0] as Versions).versions.length).toBeLessThanOrEqual(4);
    }
  });

  test('keep a write that is concurrent with a deletion', () => {
    const cluster = new Cluster('siblings');
    cluster.change(0, NOTHING_SEEN, put('old'));
    cluster.send(0, 1);
    const seen = seenBy(cluster.states[0] as Versions);
    cluster.change(0, seen, { kind: 'delete' });
    cluster.change(1, seen, put('new'));
    cluster.send(1, 0);
    expect((cluster.states[0] as Versions).versions.map((version) => text(version.value))).toEqual(['new']);
  });

  test('do not come back when a replica that missed the deletion is heard again', () => {
    const cluster = new Cluster('siblings');
    cluster.change(0, NOTHING_SEEN, put('old'));
    cluster.send(0, 1);
    cluster.change(0, seenBy(cluster.states[0] as Versions), { kind: 'delete' });
    cluster.send(1, 0);
    expect((cluster.states[0] as Versions).versions).toEqual([]);
  });
});

describe('latest', () => {
  test('gives a write that follows a read the later timestamp, though its wall clock is behind', () => {
    const cluster = new Cluster('latest');
    cluster.change(0, NOTHING_SEEN, { kind: 'put', contentType: '', value: bytes('first') });
    // Replica 2's clock is 800 ms behind that of replica 0.
    cluster.change(2, seenBy(cluster.states[0] as Versions), { kind: 'put', contentType: '', value: bytes('second') });
    const merged = mergeBy('latest', cluster.states[0] as Versions, cluster.states[2] as Versions);
    expect(merged.versions.map((version) => text(version.value))).toEqual(['second']);
  });
});

describe('counter', () => {
  test('counts every increment once, through any replica, in any order of delivery', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(replica, number, replica, replica), { maxLength: 20 }), (events) => {
        const cluster = new Cluster('counter');
        for (const [at, amount, from, to] of events) {
          cluster.change(at, NOTHING_SEEN, { kind: 'increment', amount });
          cluster.send(from, to);
        }
        const merged = cluster.states.reduce((sum, state) => mergeBy('counter', sum, state), NO_VERSIONS);
        const total = merged.versions.reduce((sum, version) => sum + numberOf(version), 0);
        expect(total).toBe(events.reduce((sum, [, amount]) => sum + amount, 0));
      }),
    );
  });
});

describe('max', () => {
  test('is the greatest number ever raised to, also one that the writer had not heard of', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(replica, number, replica, replica), { minLength: 1, maxLength: 20 }), (events) => {
        const cluster = new Cluster('max');
        for (const [at, to, from, target] of events) {
          cluster.change(at, seenBy(cluster.states[from] as Versions), { kind: 'raise', to });
          cluster.send(from, target);
        }
        const merged = cluster.states.reduce((sum, state) => mergeBy('max', sum, state), NO_VERSIONS);
        expect(Math.max(...merged.versions.map(numberOf))).toBe(Math.max(...events.map(([, to]) => to)));
      }),
    );
  });
});

describe('set', () => {
  const elementsOf = (state: Versions): string[] => [...new Set(state.versions.map((version) => text(version.field)))].sort();

  test('keeps an element that is added while another replica removes it', () => {
    const cluster = new Cluster('set');
    cluster.change(0, NOTHING_SEEN, { kind: 'add', elements: [bytes('x')] });
    cluster.send(0, 1);
    cluster.change(0, NOTHING_SEEN, { kind: 'remove', elements: [bytes('x')] });
    cluster.change(1, NOTHING_SEEN, { kind: 'add', elements: [bytes('x')] });
    cluster.send(1, 0);
    expect(elementsOf(cluster.states[0] as Versions)).toEqual(['x']);
  });

  test('does not lose an element of which the writer has heard but its coordinator has not', () => {
    const cluster = new Cluster('set');
    cluster.change(0, NOTHING_SEEN, { kind: 'add', elements: [bytes('x')] });
    cluster.change(1, seenBy(cluster.states[0] as Versions), { kind: 'add', elements: [bytes('y')] });
    cluster.send(1, 0);
    expect(elementsOf(cluster.states[0] as Versions)).toEqual(['x', 'y']);
  });
});
