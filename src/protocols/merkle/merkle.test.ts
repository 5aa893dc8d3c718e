import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addDigest,
  addToSum,
  arcsOfLeaf,
  childrenOf,
  digestRecord,
  emptyTree,
  encodeLeaves,
  firstLeaf,
  type Geometry,
  isSum,
  leafCount,
  leafOfArc,
  loadLeaves,
  type MerkleTree,
  newSum,
  nodeCount,
  PARTITION_GEOMETRY,
  removeDigest,
  type Sum,
  setLeaf,
  sumAt,
  wholeOf,
} from './index.ts';

const SMALL: Geometry = { fanOut: 4, depth: 2 };
const utf8 = new TextEncoder();

function digestOf(key: string, state: string): Sum {
  const digest = newSum();
  digestRecord(utf8.encode(key), utf8.encode(state), digest);
  return digest;
}

/** Of a set of records, computed at once: what the tree that was kept by writes must be. */
function treeOf(records: ReadonlyMap<string, string>, geometry: Geometry): MerkleTree {
  const tree = emptyTree(geometry);
  for (const [key, state] of records) addDigest(tree, leafOf(key, geometry), digestOf(key, state));
  return tree;
}

const leafOf = (key: string, geometry: Geometry): number => leafOfArc(geometry, digestOf(key, '')[0] as number);

const key = fc.constantFrom(...Array.from({ length: 40 }, (_unused, index) => `key${index}`));
/** A state, or none: the record goes. */
const write = fc.tuple(key, fc.option(fc.string({ maxLength: 4 }), { nil: undefined }));

describe('a tree kept by writes', () => {
  test('is that of the records there are, whatever was there before', () => {
    fc.assert(
      fc.property(fc.array(write, { maxLength: 80 }), (writes) => {
        const records = new Map<string, string>();
        const tree = emptyTree(SMALL);
        for (const [name, state] of writes) {
          const before = records.get(name);
          if (before !== undefined) removeDigest(tree, leafOf(name, SMALL), digestOf(name, before));
          records.delete(name);
          if (state === undefined) continue;
          records.set(name, state);
          addDigest(tree, leafOf(name, SMALL), digestOf(name, state));
        }
        expect(tree.sums).toEqual(treeOf(records, SMALL).sums);
      }),
    );
  });

  test('has in each inner node the sum of its children', () => {
    fc.assert(
      fc.property(fc.array(write, { maxLength: 60 }), (writes) => {
        const tree = treeOf(new Map(writes.flatMap(([name, state]) => (state === undefined ? [] : [[name, state]]))), SMALL);
        for (let node = 0; node < firstLeaf(SMALL); node++) {
          const sum = newSum();
          for (const child of childrenOf(SMALL, node)) addToSum(sum, sumAt(tree, child));
          expect(isSum(tree, node, sum)).toBe(true);
        }
      }),
    );
  });

  test('differs wherever the records do, and on the way from the root to there', () => {
    fc.assert(
      fc.property(fc.dictionary(key, fc.string({ maxLength: 3 })), key, (all, changed) => {
        const records = new Map(Object.entries(all));
        const other = new Map([...records, [changed, `${records.get(changed)}!`]]);
        const [a, b] = [treeOf(records, SMALL), treeOf(other, SMALL)];
        const differing = Array.from({ length: nodeCount(SMALL) }, (_unused, node) => node).filter(
          (node) => !isSum(a, node, sumAt(b, node)),
        );
        const leaf = firstLeaf(SMALL) + leafOf(changed, SMALL);
        expect(differing).toEqual([0, Math.floor((leaf - 1) / SMALL.fanOut), leaf]);
      }),
    );
  });

  test('is loaded from its leaves as it was', () => {
    const tree = treeOf(
      new Map([
        ['a', '1'],
        ['b', '2'],
        ['c', '3'],
      ]),
      PARTITION_GEOMETRY,
    );
    const loaded = emptyTree(PARTITION_GEOMETRY);
    loadLeaves(loaded, encodeLeaves(tree));
    expect(loaded).toEqual(tree);
  });

  test('that went wrong says so when a leaf is counted again, and is right from then on', () => {
    const right = treeOf(
      new Map([
        ['a', '1'],
        ['b', '2'],
      ]),
      SMALL,
    );
    const wrong = treeOf(new Map([['a', '1']]), SMALL);
    const leaf = leafOf('b', SMALL);
    const sum = sumAt(right, firstLeaf(SMALL) + leaf).slice();
    expect(setLeaf(wrong, leaf, sum)).toBe(false);
    expect(wrong).toEqual(right);
    expect(setLeaf(wrong, leaf, sum)).toBe(true);
  });
});

describe('arcs', () => {
  test('of all leaves are the ring, each once', () => {
    let next = 0;
    for (let leaf = 0; leaf < leafCount(PARTITION_GEOMETRY); leaf++) {
      const { from, to } = arcsOfLeaf(PARTITION_GEOMETRY, leaf);
      expect(from).toBe(next);
      expect([leafOfArc(PARTITION_GEOMETRY, from), leafOfArc(PARTITION_GEOMETRY, to - 1)]).toEqual([leaf, leaf]);
      next = to;
    }
    expect(next).toBe(2 ** 32);
  });
});

describe('digests', () => {
  test('of a hundred thousand records that are much alike are all different, in each half nearly so', () => {
    const digests = new Set<bigint>();
    const lows = new Set<number>();
    const highs = new Set<number>();
    const bytes = new Uint8Array(20);
    const digest = newSum();
    for (let index = 0; index < 100_000; index++) {
      for (let at = 0; at < 3; at++) bytes[16 + at] = index >>> (8 * at);
      digestRecord(bytes.subarray(0, 10), bytes.subarray(10), digest);
      digests.add(wholeOf(digest));
      lows.add(digest[0] as number);
      highs.add(digest[1] as number);
    }
    expect(digests.size).toBe(100_000);
    // Of as many random numbers of 32 bits, about one is equal to another.
    expect(lows.size).toBeGreaterThan(99_990);
    expect(highs.size).toBeGreaterThan(99_990);
  });

  test('tell a key from a state: the same bytes cut elsewhere are another record', () => {
    expect(digestOf('ab', 'c')).not.toEqual(digestOf('a', 'bc'));
  });

  test('of the same change to two keys do not cancel', () => {
    const sum = (states: readonly string[]): bigint => {
      const total = newSum();
      for (const [index, state] of states.entries()) addToSum(total, digestOf(`k${index}`, state));
      return wholeOf(total);
    };
    expect(sum(['old', 'new'])).not.toBe(sum(['new', 'old']));
  });
});
