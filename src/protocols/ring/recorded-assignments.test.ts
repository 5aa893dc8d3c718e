/**
 * Nodes of two releases compute the ring of the same history: what it was is written down here, for histories too large for the plain rule.
 * A fingerprint that changes is a cluster that cannot be upgraded node by node.
 */
import { describe, expect, test } from 'vitest';
import { emptyAssignment, reassign } from './assignment.ts';
import { fingerprint, randomSequence } from './hash.ts';
import { nodeName, type RingNode } from './node.ts';
import { createRing } from './ring.ts';

interface Drawn {
  readonly seed: number;
  readonly partitions: number;
  /** Nodes at the beginning. */
  readonly nodes: number;
  /** Joins, departures and changes of weight after that. */
  readonly changes: number;
  readonly zones: number;
}

/** Of all assignments and some whole lists that a history leads to. */
function fingerprintOf({ seed, partitions, nodes, changes, zones }: Drawn): string {
  const random = randomSequence(seed);
  const below = (count: number): number => random() % count;
  const drawn = (index: number): RingNode => ({
    name: nodeName(`n${index}`),
    host: `h${index - (index % 7 === 6 ? 1 : 0)}`,
    zone: `z${index % zones}`,
    weight: 1 + (below(4) === 0 ? below(3) : 0),
  });
  let present = Array.from({ length: nodes }, (_unused, index) => drawn(index));
  let [assignment, digest, next] = [reassign(emptyAssignment(partitions), present), '', nodes];
  for (let step = 0; step <= changes; step++) {
    const list = createRing(assignment, '').preferenceList(step % partitions);
    const text = assignment.slots.map((holders) => holders.join()).join() + list.join();
    digest = fingerprint(Buffer.from(digest + text));
    const at = below(present.length);
    const kind = present.length < 2 ? 0 : below(5);
    if (kind < 2) present = [...present, drawn(next++)];
    else if (kind < 4) present = present.filter((_node, index) => index !== at);
    else present = present.map((node, index) => (index === at ? { ...node, weight: 1 + below(4) } : node));
    assignment = reassign(assignment, present);
  }
  return digest;
}

describe('the rings of histories', () => {
  test.each<Drawn & { readonly expected: string }>([
    { seed: 1, partitions: 256, nodes: 5, changes: 12, zones: 1, expected: 'b761596e57dcf494' },
    { seed: 2, partitions: 256, nodes: 5, changes: 12, zones: 3, expected: '12128a3ffe31efe3' },
    { seed: 3, partitions: 256, nodes: 50, changes: 6, zones: 1, expected: '345b6db0b6c23280' },
    { seed: 4, partitions: 256, nodes: 30, changes: 6, zones: 4, expected: 'e9b6c6ef5327c4dc' },
    { seed: 5, partitions: 1024, nodes: 9, changes: 6, zones: 3, expected: '42f7f6d5ae750b61' },
    { seed: 6, partitions: 64, nodes: 3, changes: 60, zones: 2, expected: '4c78aa25e2c6ed6f' },
  ])('of seed $seed, $nodes nodes in $zones zones, is what it always was', ({ expected, ...drawn }) => {
    expect(fingerprintOf(drawn)).toBe(expected);
  });
});
