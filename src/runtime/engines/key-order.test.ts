import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareBytes } from '../bytes/index.ts';
import { KeyOrder, prefixOf } from './key-order.ts';

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
      for (const [entry, key] of keys.entries()) order.add(entry, prefixOf(key, 0, key.length));
      const expected = [...last.values()].sort((a, b) => compareBytes(keys[a] as Uint8Array, keys[b] as Uint8Array));
      expect([
        ...order.inKeyOrder([...order.prefixRuns(1)].flat(), (entry) => last.get((keys[entry] as Uint8Array).join()) === entry),
      ]).toEqual(expected);
    }),
    { numRuns: 30 },
  );
});

test('a range has at least the entries within it, and none of a far prefix', () => {
  const keys = [Uint8Array.of(1, 0, 1), Uint8Array.of(1, 0, 2, 5), Uint8Array.of(1, 0, 3), Uint8Array.of(9)];
  const order = new KeyOrder((entry) => keys[entry] as Uint8Array);
  for (const [entry, key] of keys.entries()) order.add(entry, prefixOf(key, 0, key.length));
  const found = [...order.within(Uint8Array.of(1, 0, 2), Uint8Array.of(1, 0, 2, 9))];
  expect(found).toContain(1);
  expect(found).not.toContain(3);
});
