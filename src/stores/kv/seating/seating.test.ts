/** The seating against the rule written down plainly, over whatever is decided and told, in whatever order. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { append, type Decision, fromConfiguration, type History } from '../../../protocols/membership/index.ts';
import { nodeName, type Partition, type Ring } from '../../../protocols/ring/index.ts';
import type { Engine } from '../../../runtime/world/index.ts';
import { PlainSeating } from './plain-seating-for-tests.ts';
import { type PlacedSeat, storedSeat } from './seat-key.ts';
import { Seating } from './seating.ts';

const PARTITIONS = 8;
const NS = [3, 2] as const;
const NAMES = ['n1', 'n2', 'n3', 'n4', 'n5', 'n6'].map(nodeName);
const author = nodeName('n1');

type Step = Decision | PlacedSeat | 'ask';

const name = fc.constantFrom(...NAMES);
const decision: fc.Arbitrary<Decision> = fc.oneof(
  name.map((node): Decision => ({ kind: 'join', node, address: `${node}:1`, host: node, zone: 'z', weight: 1 })),
  name.map((node): Decision => ({ kind: 'leave', node })),
  name.map((node): Decision => ({ kind: 'remove', node })),
  name.map((node): Decision => ({ kind: 'address', node, address: `${node}:2` })),
  fc.record({ kind: fc.constant('weight'), node: name, weight: fc.integer({ min: 1, max: 3 }) }),
);
const placed: fc.Arbitrary<PlacedSeat> = fc.constantFrom(...NS).chain((n) =>
  fc.record({
    n: fc.constant(n),
    partition: fc.nat(PARTITIONS - 1),
    place: fc.nat(n - 1),
    seat: fc.record({ version: fc.constantFrom(1, 1, 2, 3, 2 ** 24), holder: name }),
  }),
);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof({ arbitrary: placed, weight: 5 }, { arbitrary: decision, weight: 1 }, { arbitrary: fc.constant('ask'), weight: 2 }),
  { maxLength: 30 },
);

function configured(count: number): History {
  return fromConfiguration(NAMES.slice(0, count).map((one) => ({ name: one, address: `${one}:1`, host: one })));
}

function engineWith(seats: readonly PlacedSeat[]): Engine {
  const entries = seats.map(storedSeat);
  return { range: () => entries } as unknown as Engine;
}

function partitions(): readonly Partition[] {
  return Array.from({ length: PARTITIONS }, (_unused, partition) => partition);
}

/** All that a ring says. */
function described(ring: Ring): unknown {
  return partitions().map((partition) => [
    ring.preferenceList(partition),
    [1, 2, 3, 4].map((n) => ring.replicas(partition, n)),
    ring.nodes.map((node) => node.name),
  ]);
}

function expectSame(seating: Seating, plain: PlainSeating): void {
  expect(seating).toMatchObject({ digest: plain.digest, age: plain.age, isQuiet: plain.isQuiet });
  const seats = seating.all().map((one) => JSON.stringify(one));
  expect(seats.sort()).toEqual(plain.all.map((one) => JSON.stringify(one)).sort());
  expect(NAMES.filter((one) => seating.isSeated(one))).toEqual(plain.seated);
  const ring = seating.ring();
  expect(ring.version).toBe(plain.isQuiet ? plain.wanted.version : `${plain.wanted.version}.${plain.digest}`);
  expect(ring.nodes.map((node) => node.name)).toEqual(plain.nodes);
  expect(ring.nodes.slice(0, plain.wanted.nodes.length)).toEqual(plain.wanted.nodes);
  for (const partition of partitions()) {
    for (const n of NS) {
      expect(seating.seats(n, partition)).toEqual(plain.seats(n, partition));
      expect(seating.holders(n, partition)).toEqual(plain.holders(n, partition));
      expect(seating.moves(n, partition)).toEqual(plain.moves(n, partition));
    }
    for (const n of [1, 2, 3, 4]) expect(ring.replicas(partition, n)).toEqual(plain.replicas(n, partition));
    expect(ring.preferenceList(partition)).toEqual(plain.preferenceList(partition));
  }
}

describe('the seating', () => {
  test('says of all partitions what follows from the history and the seats, whatever came before and was asked meanwhile', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5 }), steps, (count, course) => {
        const plain = new PlainSeating(NS, PARTITIONS);
        plain.follow(configured(count));
        const seating = new Seating(engineWith([]), NS, plain.history, PARTITIONS);
        for (const step of course) {
          if (step === 'ask') expectSame(seating, plain);
          else if ('kind' in step) {
            plain.follow(append(plain.history, author, step));
            seating.follow(plain.history);
          } else expect(seating.take(step)).toBe(plain.take(step));
        }
        expectSame(seating, plain);
      }),
      { numRuns: 150 },
    );
  });

  test('gives rings that stay as they were: a request under way ends with the replicas it began with', () => {
    fc.assert(
      fc.property(fc.array(placed, { minLength: 2, maxLength: 20 }), (all) => {
        const seating = new Seating(engineWith([]), NS, configured(4), PARTITIONS);
        const known: [Ring, unknown][] = [];
        for (const one of all) {
          seating.take(one);
          const ring = seating.ring();
          expect(seating.ring()).toBe(ring);
          known.push([ring, structuredClone(described(ring))]);
        }
        for (const [ring, before] of known) expect(described(ring)).toEqual(before);
      }),
      { numRuns: 40 },
    );
  });

  test('is the same after a restart, from what is on disk', () => {
    fc.assert(
      fc.property(fc.array(placed, { maxLength: 20 }), (all) => {
        const seating = new Seating(engineWith([]), NS, configured(4), PARTITIONS);
        for (const one of all) seating.take(one);
        const again = new Seating(engineWith(seating.all()), NS, configured(4), PARTITIONS);
        expect([again.digest, again.age, described(again.ring())]).toEqual([
          seating.digest,
          seating.age,
          described(seating.ring()),
        ]);
      }),
      { numRuns: 20 },
    );
  });

  test('looks at one partition when one of its seats changes hands, not at all of them', () => {
    const seating = new Seating(engineWith([]), NS, append(configured(3), author, joining('n4')), PARTITIONS);
    const before = seating.ring();
    for (const partition of partitions()) before.preferenceList(partition);
    const [partition = 0] = partitions().filter((one) => seating.moves(3, one).length > 0);
    const [move] = seating.moves(3, partition);
    seating.take({ n: 3, partition, place: move?.place ?? 0, seat: { version: 1, holder: nodeName('n4') } });
    const after = seating.ring();
    for (const other of partitions()) {
      const isSame = after.replicas(other, 3) === before.replicas(other, 3);
      expect(isSame && after.preferenceList(other) === before.preferenceList(other)).toBe(other !== partition);
    }
  });

  test('names a node that has left as long as it holds a seat, behind the members as they are by now', () => {
    const left = append(configured(4), author, { kind: 'leave', node: nodeName('n4') });
    const seating = new Seating(engineWith([]), NS, left, PARTITIONS);
    const before = seating.ring().nodes;
    expect(before.map(({ name: one }) => one)).toEqual(['n1', 'n2', 'n3', 'n4']);
    seating.take({ n: 3, partition: 0, place: 0, seat: { version: 1, holder: nodeName('n1') } });
    expect(seating.ring().nodes).toBe(before);
    seating.follow(append(left, author, { kind: 'weight', node: nodeName('n2'), weight: 2 }));
    expect(seating.ring().nodes.map(({ weight }) => weight)).toEqual([1, 2, 1, 1]);
  });
});

function joining(node: string): Decision {
  return { kind: 'join', node: nodeName(node), address: `${node}:1`, host: node, zone: 'z', weight: 1 };
}
