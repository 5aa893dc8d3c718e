import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Offers } from './offers.ts';

const PARTITIONS = 30;

/** What each partition costs, and in which order they are offered and taken away: each now and then more than once. */
const courses = fc.record({
  pairs: fc.array(fc.record({ cost: fc.integer({ min: -3, max: 3 }), tie: fc.constantFrom(0, 1, 2 ** 32 - 1) }), {
    minLength: PARTITIONS,
    maxLength: PARTITIONS,
  }),
  toggled: fc.array(fc.nat(PARTITIONS - 1), { maxLength: 100 }),
});

describe('offers', () => {
  test('the first is the cheapest that is still held, then the one of the least tie, then of the least number', () => {
    fc.assert(
      fc.property(courses, ({ pairs, toggled }) => {
        const offers = new Offers();
        const held = new Set<number>();
        const of = (partition: number): { cost: number; tie: number } => pairs[partition] as { cost: number; tie: number };
        for (const partition of toggled) {
          if (!held.delete(partition)) {
            held.add(partition);
            offers.add(partition, of(partition).cost, of(partition).tie);
          }
          const [least] = [...held].sort((a, b) => of(a).cost - of(b).cost || of(a).tie - of(b).tie || a - b);
          expect(offers.first((one) => held.has(one))).toBe(least);
        }
      }),
    );
  });

  test('refuse what a number has no room for', () => {
    expect(() => new Offers().add(0, 2 ** 20, 0)).toThrow('in range');
    expect(() => new Offers().add(0, 0.5, 0)).toThrow('in range');
    expect(() => new Offers().add(0, 0, 2 ** 32)).toThrow('in range');
  });
});
