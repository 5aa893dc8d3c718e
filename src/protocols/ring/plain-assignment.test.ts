/** The ring against the rule written down plainly, over histories of clusters whose hosts, zones and weights are anything. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyAssignment, reassign } from './assignment.ts';
import { nodeName, type RingNode } from './node.ts';
import { plainPreferenceList, plainReassign } from './plain-assignment-for-tests.ts';
import { createRing } from './ring.ts';

const MOST_NODES = 22;

/** Few hosts and zones, so that nodes share them; a host may even stretch over zones. */
const nodes: fc.Arbitrary<RingNode[]> = fc
  .record({ hosts: fc.integer({ min: 1, max: 24 }), zones: fc.integer({ min: 1, max: 5 }), weight: fc.constantFrom(1, 1, 7) })
  .chain(({ hosts, zones, weight }) =>
    fc.array(fc.record({ host: fc.nat(hosts - 1), zone: fc.nat(zones - 1), weight: fc.integer({ min: 1, max: weight }) }), {
      minLength: 1,
      maxLength: MOST_NODES,
    }),
  )
  .map((drawn) =>
    drawn.map(({ host, zone, weight }, index) => ({ name: nodeName(`n${index}`), host: `h${host}`, zone: `z${zone}`, weight })),
  );

/** Begin with some of them; then each step is a node that comes or goes, or becomes lighter or heavier. */
const histories = fc
  .tuple(nodes, fc.array(fc.tuple(fc.nat(), fc.nat(4)), { maxLength: 8 }), fc.nat())
  .map(([all, changes, start]) => {
    let present = all.slice(0, 1 + (start % all.length));
    const steps = [present];
    for (const [place, weight] of changes) {
      const one = all[place % all.length] as RingNode;
      const rest = present.filter(({ name }) => name !== one.name);
      present = rest.length === present.length ? [...rest, one] : weight === 0 ? rest : [...rest, { ...one, weight }];
      steps.push(present);
    }
    return steps;
  });

describe('the assignment', () => {
  test('is that of the plain rule, and so are the lists, after each change', () => {
    fc.assert(
      fc.property(histories, fc.constantFrom(1, 4, 16, 32), (steps, partitions) => {
        let assignment = emptyAssignment(partitions);
        for (const step of steps) {
          const expected = plainReassign(assignment, step);
          assignment = reassign(assignment, step);
          expect(assignment).toEqual(expected);
        }
        const ring = createRing(assignment, '');
        for (let partition = 0; partition < partitions; partition++) {
          expect(ring.preferenceList(partition)).toEqual(plainPreferenceList(assignment, partition));
        }
      }),
      { numRuns: 60 },
    );
  });

  test('is that of the plain rule for a cluster that grows beyond the lists, one zone larger than the others', () => {
    const all = Array.from({ length: 40 }, (_, index) => {
      return { name: nodeName(`n${index}`), host: `h${index}`, zone: `z${Math.min(2, index % 5)}`, weight: 1 };
    });
    let assignment = emptyAssignment(16);
    for (let count = 1; count <= all.length; count++) {
      const expected = plainReassign(assignment, all.slice(0, count));
      assignment = reassign(assignment, all.slice(0, count));
      expect(assignment).toEqual(expected);
    }
  });
});
