import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareBytes } from '../bytes/index.ts';
import { KeyHints } from './key-hints.ts';

/** Few different bytes, so that the fourth one, which tells a length, fits the key often, and keys begin alike. */
const key = fc.uint8Array({ minLength: 1, maxLength: 12, max: 4 });

test('keys are in the order of their bytes, whatever is known of them', () => {
  fc.assert(
    fc.property(
      fc.array(key, { minLength: 2, maxLength: 60 }),
      fc.array(fc.uint8Array({ maxLength: 12, max: 4 })),
      (keys, bounds) => {
        const hints = new KeyHints((entry) => keys[entry] as Uint8Array);
        const groups: number[] = [];
        // As it lies in the log: with something before and behind it.
        for (const [entry, each] of keys.entries()) hints.add(entry, groups, Uint8Array.of(9, 9, ...each, 9), 2, 2 + each.length);
        for (const [a, first] of keys.entries()) {
          for (const [b, second] of keys.entries()) {
            expect(Math.sign(hints.compare(a, b))).toBe(Math.sign(compareBytes(first, second)));
            expect([0, Math.sign(compareBytes(first, second))]).toContain(Math.sign(hints.known(a, b)));
          }
          for (const bound of [...bounds, ...keys])
            expect(Math.sign(hints.compareWith(a, bound))).toBe(Math.sign(compareBytes(first, bound)));
        }
      },
    ),
  );
});

test('more groups than are told apart are in order all the same', () => {
  const keys = Array.from({ length: 200 }, (_unused, index) => Uint8Array.of(1, 0, 0, 2, index % 100, index, 255 - index));
  const hints = new KeyHints((entry) => keys[entry] as Uint8Array);
  const groups: number[] = [];
  for (const [entry, each] of keys.entries()) hints.add(entry, groups, each, 0, each.length);
  const entries = [...keys.keys()].sort((a, b) => hints.compare(a, b));
  expect(entries.map((entry) => keys[entry])).toEqual([...keys].sort(compareBytes));
});
