import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StateCache } from './state-cache.ts';

const key = fc.uint8Array({ minLength: 1, maxLength: 2, max: 3 });
const section = fc.uint8Array({ minLength: 1, maxLength: 2, max: 3 });
const step = fc.record({ kind: fc.constantFrom('remember', 'forget', 'ask'), key, section });

test('what it says to hold was the last that was remembered of the key, and not forgotten since', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const cache = new StateCache();
      const model = new Map<string, string>();
      for (const { kind, key, section } of steps) {
        if (kind === 'remember') {
          cache.remember(key, section);
          model.set(key.join(), section.join());
        } else if (kind === 'forget') {
          cache.forget(key);
          model.delete(key.join());
        } else if (cache.holds(key, section)) expect(model.get(key.join())).toBe(section.join());
      }
    }),
  );
});

test('it grows until it holds most of a hundred thousand keys, and never confuses them', () => {
  const cache = new StateCache();
  const keys = Array.from({ length: 100_000 }, (_unused, number) => Buffer.from(`key ${number}`));
  const sections = keys.map((_key, number) => Buffer.from(`${number * 7}`));
  for (let round = 0; round < 3; round++)
    for (const [index, key] of keys.entries()) cache.remember(key, sections[index] as Buffer);
  const held = keys.filter((key, index) => cache.holds(key, sections[index] as Buffer)).length;
  expect(held).toBeGreaterThan(80_000);
  expect(keys.some((key, index) => cache.holds(key, sections[(index + 1) % keys.length] as Buffer))).toBe(false);
});
