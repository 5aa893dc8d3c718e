import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeyIndex, NO_ENTRY } from './key-index.ts';

/** Few different keys, so that most come again, and lengths on both sides of a prefix. */
const key = fc.uint8Array({ minLength: 1, maxLength: 3, max: 4 });

test('the index finds the last entry of each key, through growth and after it was cleared', () => {
  fc.assert(
    fc.property(fc.array(fc.array(key, { maxLength: 300 }), { minLength: 1, maxLength: 3 }), fc.array(key), (lives, others) => {
      const keys: Uint8Array[] = [];
      const index = new KeyIndex((entry, asked) => Buffer.compare(keys[entry] as Uint8Array, asked) === 0);
      for (const life of lives) {
        index.clear();
        keys.length = 0;
        const model = new Map<string, number>();
        for (const added of life) {
          keys.push(added);
          model.set(added.join(), index.add(added));
        }
        expect(index.count).toBe(life.length);
        for (const asked of [...life, ...others]) expect(index.find(asked)).toBe(model.get(asked.join()) ?? NO_ENTRY);
      }
    }),
  );
});

test('fifty thousand keys are found, and fifty thousand others are not', () => {
  const keys = Array.from({ length: 50_000 }, (_unused, number) => Buffer.from(`key ${number}`));
  const index = new KeyIndex((entry, asked) => (keys[entry] as Buffer).equals(asked));
  for (const added of keys) index.add(added);
  expect(keys.every((asked, entry) => index.find(asked) === entry)).toBe(true);
  expect(keys.some((asked) => index.find(Buffer.concat([asked, Buffer.from('!')])) !== NO_ENTRY)).toBe(false);
});
