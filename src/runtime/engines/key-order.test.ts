import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareBytes } from '../bytes/index.ts';
import { KeyOrder } from './key-order.ts';

/** Few prefixes, so that some have many entries, in more blocks than one. */
const seeds = fc.array(fc.nat({ max: 2 ** 31 }), { minLength: 1, maxLength: 40 });

function keysFrom(numbers: readonly number[]): Uint8Array[] {
  return numbers.flatMap((number) =>
    Array.from({ length: 250 }, (_unused, index) => {
      const scattered = Math.imul(number + index, 2_654_435_761) >>> 0;
      return Uint8Array.from([1, 0, number % 2, scattered >>> 24, scattered >>> 16, scattered >>> 8].slice(0, 1 + (index % 7)));
    }),
  );
}

test('entries come in the order of their keys, of each key the one that is wanted', () => {
  fc.assert(
    fc.property(seeds, (numbers) => {
      const keys = keysFrom(numbers).filter((key) => key.length > 0);
      const last = new Map(keys.map((key, entry) => [key.join(), entry]));
      const order = new KeyOrder((entry) => keys[entry] as Uint8Array);
      for (const [entry, key] of keys.entries()) order.add(entry, key);
      const expected = [...last.values()].sort((a, b) => compareBytes(keys[a] as Uint8Array, keys[b] as Uint8Array));
      expect([
        ...order.inKeyOrder([...order.prefixRuns(1)].flat(), (entry) => last.get((keys[entry] as Uint8Array).join()) === entry),
      ]).toEqual(expected);
    }),
    { numRuns: 30 },
  );
});

test('a range has the entries within it in the order of their keys, also when more come between two ranges', () => {
  const bound = fc.uint8Array({ maxLength: 5, max: 3 });
  const key = fc.uint8Array({ minLength: 1, maxLength: 5, max: 3 });
  const step = fc.oneof(fc.array(key, { minLength: 1, maxLength: 1_500 }), fc.tuple(bound, bound));
  const isRange = (made: Uint8Array[] | [Uint8Array, Uint8Array], index: number): boolean => index % 2 === 1 && made.length === 2;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const keys: Uint8Array[] = [];
      const order = new KeyOrder((entry) => keys[entry] as Uint8Array);
      for (const [index, made] of steps.entries()) {
        if (isRange(made, index)) {
          const [from, to] = made as [Uint8Array, Uint8Array];
          const expected = keys
            .map((each, entry) => ({ key: each, entry }))
            .filter((each) => compareBytes(each.key, from) >= 0 && compareBytes(each.key, to) < 0)
            .sort((a, b) => compareBytes(a.key, b.key) || a.entry - b.entry);
          expect([...order.within(from, to)].map(({ entry }) => entry)).toEqual(expected.map(({ entry }) => entry));
        } else {
          for (const added of made.filter((each) => each.length > 0)) {
            keys.push(added);
            order.add(keys.length - 1, added);
          }
        }
      }
    }),
    { numRuns: 60 },
  );
});

/** Of the stores: space, partition, length of the bucket's name, name, a piece of a hash, key. */
function storeKey(bucket: string, index: number): Uint8Array {
  const scattered = Math.imul(index, 2_654_435_761) >>> 0;
  const hash = [scattered >>> 24, scattered >>> 16, scattered >>> 8, scattered];
  return Uint8Array.of(1, 0, 0, bucket.length, ...Buffer.from(bucket), ...hash, ...Buffer.from(`key/${index}`));
}

test.each([
  ['of other shapes', (index: number) => storeKey('', index).subarray(4), Uint8Array.of(77), Uint8Array.of(255), 500],
  ['of a bucket', (index: number) => storeKey('one', index), storeKey('one', 77), Uint8Array.of(1, 0, 1), 70],
  ['of several buckets', (index: number) => storeKey(`b${index % 9}`, index), storeKey('b7', 3), Uint8Array.of(1, 0, 1), 70],
])('a page of a long range looks at few keys %s', (_name, keyOf, from, to, mostLooks) => {
  const keys = Array.from({ length: 40_000 }, (_unused, index) => keyOf(index));
  let looks = 0;
  const order = new KeyOrder((entry) => {
    looks++;
    return keys[entry] as Uint8Array;
  });
  for (const [entry, key] of keys.entries()) order.add(entry, key);
  const page = (): Uint8Array[] => {
    const found: Uint8Array[] = [];
    for (const { key } of order.within(from, to)) {
      found.push(key);
      if (found.length === 64) break;
    }
    return found;
  };
  const first = page();
  const all = keys.filter((key) => compareBytes(key, from) >= 0).sort(compareBytes);
  expect(first).toEqual(all.slice(0, 64));
  looks = 0;
  expect(page()).toEqual(first);
  expect(looks).toBeLessThan(mostLooks);
});
