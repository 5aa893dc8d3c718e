import { describe, expect, test } from 'vitest';
import { QuorateError } from '../../runtime/errors/index.ts';
import { emptyAssignment, reassign } from './assignment.ts';
import { describe as describeRing, moves } from './moves.ts';
import { isWeight, nodeName, type RingNode } from './node.ts';
import { createRing, type Ring } from './ring.ts';

function nodes(...names: string[]): RingNode[] {
  return names.map((name) => ({ name: nodeName(name), host: name, zone: 'z', weight: 1 }));
}

function ringOf(partitions: number, ...names: string[]): Ring {
  return createRing(reassign(emptyAssignment(partitions), nodes(...names)), 'v');
}

describe('a position on the ring', () => {
  test('lies in the partition of its first bits', () => {
    const ring = ringOf(256, 'a');
    for (const first of [0, 1, 127, 128, 255]) expect(ring.partitionOf(new Uint8Array([first, 0xff, 0xff, 0xff]))).toBe(first);
  });

  test.each([
    [1, 0],
    [2, 1],
    [16, 0xd],
    [4096, 0xd41],
    [65_536, 0xd41d],
  ])('with %i partitions the digest d41d8cd9… lies in %i', (partitions, expected) => {
    const digest = new Uint8Array([0xd4, 0x1d, 0x8c, 0xd9, 0x8f, 0, 0xb2, 4, 0xe9, 0x80, 9, 0x98, 0xec, 0xf8, 0x42, 0x7e]);
    expect(ringOf(partitions, 'a').partitionOf(digest)).toBe(expected);
  });
});

describe('the replicas of a partition', () => {
  const ring = ringOf(16, 'a', 'b', 'c', 'd');

  test('are the beginning of its preference list, and always the same array', () => {
    for (let partition = 0; partition < 16; partition++) {
      expect(ring.replicas(partition, 3)).toEqual(ring.preferenceList(partition).slice(0, 3));
      expect(ring.replicas(partition, 3)).toBe(ring.replicas(partition, 3));
    }
  });

  test('are all nodes when there are fewer than asked for', () => {
    expect(ring.replicas(5, 9)).toBe(ring.preferenceList(5));
    expect(ring.preferenceList(5)).toHaveLength(4);
  });

  test('do not exist for a partition that does not', () => {
    expect(() => ring.replicas(16, 3)).toThrow(/partition 16/);
    expect(() => ring.preferenceList(-1)).toThrow(/partition -1/);
  });

  test('are nobody in a ring without nodes', () => {
    const empty = createRing(emptyAssignment(4), '');
    expect(empty.preferenceList(3)).toEqual([]);
    expect(empty.replicas(3, 3)).toEqual([]);
    expect(describeRing(empty, 3)).toEqual([]);
  });
});

describe('what moves', () => {
  const before = reassign(emptyAssignment(8), nodes('a', 'b'));
  const after = reassign(before, nodes('a', 'b', 'c'));

  test('is told by partition: who gains and who loses', () => {
    const changed = moves(createRing(before, ''), createRing(after, ''), 2);
    expect(changed.length).toBeGreaterThan(0);
    for (const { partition, gains, loses } of changed) {
      expect(gains).toEqual(['c']);
      expect(loses).toHaveLength(1);
      expect(createRing(after, '').replicas(partition, 2)).toContain('c');
    }
  });

  test('is nothing between a ring and itself, or when only stand-ins change', () => {
    expect(moves(createRing(after, ''), createRing(after, ''), 2)).toEqual([]);
    expect(moves(createRing(before, ''), createRing(after, ''), 3).every(({ loses }) => loses.length === 0)).toBe(true);
  });

  test('adds up in the description of each node', () => {
    const shares = describeRing(createRing(after, ''), 2);
    expect(shares.map((share) => share.name)).toEqual(['a', 'b', 'c']);
    expect(shares.reduce((sum, share) => sum + share.first, 0)).toBe(8);
    expect(shares.reduce((sum, share) => sum + share.replicas, 0)).toBe(16);
    for (const share of shares) expect(share.fairReplicas).toBeCloseTo(16 / 3);
  });
});

describe('a node', () => {
  test.each(['a', 'node-1.example_2', 'N'.repeat(63)])("may be called '%s'", (name) => {
    expect(nodeName(name)).toBe(name);
  });

  test.each(['', 'a b', 'a/b', 'ä', 'N'.repeat(64), 'a\n'])("may not be called '%s'", (name) => {
    let thrown: unknown;
    try {
      nodeName(name);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(QuorateError);
    expect(thrown).toMatchObject({ code: 'node-name-invalid', data: { name } });
  });

  test('weighs a whole number', () => {
    expect([1, 65_535].every(isWeight)).toBe(true);
    expect([0, -1, 1.5, 65_536, Number.NaN].some(isWeight)).toBe(false);
  });
});
