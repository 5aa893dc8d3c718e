import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Assignment, emptyAssignment, reassign } from './assignment.ts';
import { describe as describeRing, moves } from './moves.ts';
import { type NodeName, nodeName, type RingNode } from './node.ts';
import { createRing, type Ring } from './ring.ts';

const PARTITIONS = 256;

function node(index: number, more: Partial<Omit<RingNode, 'name'>> = {}): RingNode {
  return { name: nodeName(`n${String(index).padStart(2, '0')}`), host: `host-${index}`, zone: 'z', weight: 1, ...more };
}

/** The assignments after each of the nodes has joined, one by one. */
function joined(nodes: readonly RingNode[], partitions = PARTITIONS): Assignment[] {
  let assignment = emptyAssignment(partitions);
  return nodes.map((_, index) => {
    assignment = reassign(assignment, nodes.slice(0, index + 1));
    return assignment;
  });
}

function last<T>(items: readonly T[]): T {
  return items.at(-1) as T;
}

function loads(ring: Ring, n: number): Map<string, number> {
  return new Map(describeRing(ring, n).map((share) => [share.name, share.replicas]));
}

/** Difference between the fullest and the emptiest node, per unit of weight. */
function imbalance(assignment: Assignment, n: number): number {
  const perWeight = describeRing(createRing(assignment, ''), n).map((share) => share.replicas / share.weight);
  return Math.max(...perWeight) - Math.min(...perWeight);
}

/** Replicas that get data, and how many must: what the nodes hold more than before, given the new loads. */
function moved(before: Assignment, after: Assignment, n: number): { gains: number; least: number } {
  const [old, now] = [createRing(before, ''), createRing(after, '')];
  const held = loads(old, n);
  let least = 0;
  for (const [name, load] of loads(now, n)) least += Math.max(0, load - (held.get(name) ?? 0));
  return { gains: moves(old, now, n).reduce((sum, move) => sum + move.gains.length, 0), least };
}

const cluster = fc
  .array(fc.record({ host: fc.nat(7), weight: fc.integer({ min: 1, max: 4 }) }), { minLength: 1, maxLength: 12 })
  .chain((seeds) =>
    fc
      .integer({ min: 1, max: 4 })
      .map((zones) =>
        seeds.map(({ host, weight }, index) => node(index, { host: `h${host}`, zone: `z${host % zones}`, weight })),
      ),
  );

/** Nodes that join and leave, in any order. */
const memberships = fc.tuple(cluster, fc.array(fc.nat(11), { maxLength: 12 })).map(([nodes, toggles]) => {
  const present = new Set(nodes);
  const steps = nodes.map((_, index) => nodes.slice(0, index + 1));
  for (const toggle of toggles) {
    const one = nodes[toggle % nodes.length] as RingNode;
    if (!present.delete(one)) present.add(one);
    steps.push([...present]);
  }
  return steps;
});

describe('replicas are kept apart', () => {
  test('the first N are on distinct hosts whenever there are N, and spread evenly over the zones that have hosts left', () => {
    fc.assert(
      fc.property(memberships, (steps) => {
        let assignment = emptyAssignment(64);
        for (const step of steps) assignment = reassign(assignment, step);
        const ring = createRing(assignment, '');
        const nodeOf = new Map(ring.nodes.map((one) => [one.name, one]));
        const hosts = new Set(ring.nodes.map((one) => one.host));
        const hostsOfZone = Map.groupBy(ring.nodes, (one) => one.zone);
        for (let partition = 0; partition < ring.partitions; partition++) {
          const list = ring.preferenceList(partition).map((name) => nodeOf.get(name) as RingNode);
          expect(new Set(list).size).toBe(ring.nodes.length);
          for (let n = 1; n <= hosts.size; n++) {
            const replicas = list.slice(0, n);
            expect(new Set(replicas.map((one) => one.host)).size).toBe(n);
            const uses = (zone: string): number => replicas.filter((one) => one.zone === zone).length;
            const fullest = Math.max(...[...hostsOfZone.keys()].map(uses));
            for (const [zone, inZone] of hostsOfZone) {
              const spare = new Set(inZone.map((one) => one.host)).size - uses(zone);
              if (spare > 0) expect(fullest - uses(zone)).toBeLessThanOrEqual(1);
            }
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  test('on one host there is still one replica per node', () => {
    const ring = createRing(last(joined([0, 1, 2].map((index) => node(index, { host: 'laptop' })))), '');
    for (let partition = 0; partition < PARTITIONS; partition++) expect(new Set(ring.replicas(partition, 3)).size).toBe(3);
  });
});

describe('the load is even', () => {
  test('among equal nodes it differs by one partition at most, for any number of replicas, from 1 to 30 nodes', () => {
    for (const assignment of joined(Array.from({ length: 30 }, (_, index) => node(index)))) {
      for (const n of [1, 2, 3, 4, 5, 8]) expect(imbalance(assignment, n)).toBeLessThanOrEqual(1);
    }
  });

  test('with three equal zones, or eight nodes on each host, too', () => {
    const zones = last(joined(Array.from({ length: 12 }, (_, index) => node(index, { zone: `z${index % 3}` }))));
    const hosts = last(joined(Array.from({ length: 24 }, (_, index) => node(index, { host: `h${index % 3}` }))));
    for (const n of [1, 2, 3]) {
      expect(imbalance(zones, n)).toBeLessThanOrEqual(1);
      expect(imbalance(hosts, n)).toBeLessThanOrEqual(1);
    }
  });

  test('first replicas follow the weight within one partition per unit, whatever the hosts and zones and the changes before', () => {
    fc.assert(
      fc.property(memberships, (steps) => {
        let assignment = emptyAssignment(PARTITIONS);
        for (const step of steps) {
          assignment = reassign(assignment, step);
          expect(step.length === 0 ? 0 : imbalance(assignment, 1)).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('when a node fails, its load falls on all others', () => {
    const ring = createRing(last(joined(Array.from({ length: 8 }, (_, index) => node(index)))), '');
    const failed = ring.nodes[3]?.name;
    const standIns = new Set<string | undefined>();
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const list = ring.preferenceList(partition);
      if (list.slice(0, 3).some((name) => name === failed)) standIns.add(list[3]);
    }
    expect(standIns.size).toBe(7);
  });
});

describe('a change moves little', () => {
  const equal = Array.from({ length: 24 }, (_, index) => node(index));

  test('of first replicas, no more than it must: a node of weight w takes Q w / W, and only it takes any', () => {
    const steps = joined(equal.map((one, index) => ({ ...one, weight: 1 + (index % 3) })));
    for (const [index, after] of steps.entries()) {
      const before = steps[index - 1];
      if (before === undefined) continue;
      const { gains, least } = moved(before, after, 1);
      const weight = after.nodes.reduce((sum, one) => sum + one.weight, 0);
      expect(gains).toBe(least);
      expect(gains).toBeLessThanOrEqual((PARTITIONS * (1 + (index % 3))) / weight + 3);
    }
  });

  test('of first replicas, no more than it must when nodes leave and weights change', () => {
    let assignment = last(joined(equal));
    for (const gone of [7, 0, 23, 11]) {
      const after = reassign(
        assignment,
        assignment.nodes.filter((one) => one.name !== equal[gone]?.name),
      );
      const { gains, least } = moved(assignment, after, 1);
      expect(gains).toBe(least);
      assignment = after;
    }
    const heavier = reassign(
      assignment,
      assignment.nodes.map((one, index) => (index === 5 ? { ...one, weight: 4 } : one)),
    );
    const { gains, least } = moved(assignment, heavier, 1);
    expect(gains).toBe(least);
    expect(gains).toBeGreaterThan(0);
  });

  test('of three replicas, at most a quarter more than it must, and a few', () => {
    const steps = joined(equal);
    let assignment = last(steps);
    for (const gone of [7, 0, 23, 11, 3]) {
      assignment = reassign(
        assignment,
        assignment.nodes.filter((one) => one.name !== equal[gone]?.name),
      );
      steps.push(assignment);
    }
    for (let index = 3; index < steps.length; index++) {
      const { gains, least } = moved(steps[index - 1] as Assignment, steps[index] as Assignment, 3);
      expect(gains).toBeLessThanOrEqual(least * 1.25 + 3);
    }
  });

  test('with zones, hosts and weights, at most twice what it must, and a tenth more over many changes', () => {
    const nodes = equal.map((one, index) => ({
      ...one,
      zone: `z${index % 3}`,
      host: `h${index % 12}`,
      weight: 1 + ((index >> 1) % 3),
    }));
    const steps = joined(nodes).slice(6);
    for (const gone of [7, 0, 23, 11, 3]) {
      const assignment = last(steps);
      const rest = assignment.nodes.filter((one) => one.name !== nodes[gone]?.name);
      steps.push(reassign(assignment, rest));
    }
    const total = { gains: 0, least: 0 };
    for (let index = 1; index < steps.length; index++) {
      const { gains, least } = moved(steps[index - 1] as Assignment, steps[index] as Assignment, 3);
      expect(gains).toBeLessThanOrEqual(least * 2);
      total.gains += gains;
      total.least += least;
    }
    expect(total.gains).toBeLessThanOrEqual(total.least * 1.1);
  });

  test('when a node leaves, mostly those who have stood in for it become replicas', () => {
    const eight = last(joined(equal.slice(0, 8)));
    const before = createRing(eight, '');
    const changed = moves(before, createRing(reassign(eight, equal.slice(0, 7)), ''), 3);
    const promoted = changed.filter(({ partition, gains }) => gains.includes(before.preferenceList(partition)[3] as NodeName));
    expect(changed).toHaveLength(96);
    expect(promoted.length).toBeGreaterThan(72);
  });

  test('no change, no move', () => {
    fc.assert(
      fc.property(cluster, (nodes) => {
        const assignment = last(joined(nodes, 64));
        expect(reassign(assignment, nodes.toReversed())).toEqual(assignment);
      }),
      { numRuns: 30 },
    );
  });
});

describe('the assignment is the same on each machine', () => {
  test('golden: four nodes, eight partitions', () => {
    const ring = createRing(
      last(
        joined(
          [0, 1, 2, 3].map((index) => node(index, { zone: `z${index % 2}` })),
          8,
        ),
      ),
      '',
    );
    expect(Array.from({ length: 8 }, (_, partition) => ring.preferenceList(partition).join(' '))).toMatchInlineSnapshot(`
      [
        "n02 n03 n00 n01",
        "n02 n03 n01 n00",
        "n00 n01 n03 n02",
        "n01 n02 n00 n03",
        "n01 n00 n02 n03",
        "n00 n01 n03 n02",
        "n03 n00 n02 n01",
        "n03 n02 n01 n00",
      ]
    `);
  });

  test('a ring needs a power of two of partitions and whole weights', () => {
    expect(() => emptyAssignment(100)).toThrow(/power of two/);
    expect(() => reassign(emptyAssignment(8), [node(1, { weight: 0.5 })])).toThrow(/weight/);
    expect(() => reassign(emptyAssignment(8), [node(1), node(1)])).toThrow(/once/);
  });
});
