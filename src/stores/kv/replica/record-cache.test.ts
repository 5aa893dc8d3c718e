import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RecordCache } from './record-cache.ts';

const key = fc.uint8Array({ minLength: 1, maxLength: 2, max: 3 });
const record = fc.uint8Array({ maxLength: 3 });
const step = fc.record({ kind: fc.constantFrom('put', 'forget', 'get'), key, record });

test('what it holds of a key is what was put last, and not forgotten since', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const cache = new RecordCache();
      const model = new Map<string, Uint8Array>();
      for (const { kind, key, record } of steps) {
        if (kind === 'put') {
          cache.put(key, record);
          model.set(key.join(), record);
        } else if (kind === 'forget') {
          cache.forget(key);
          model.delete(key.join());
        }
        const held = cache.get(key);
        if (held !== undefined) expect(held).toEqual(model.get(key.join()));
      }
    }),
  );
});

test('it holds most of what fits, and never confuses keys, through growth and when the oldest make room', () => {
  const cache = new RecordCache();
  const keyOf = (number: number): Uint8Array => Buffer.from(`key ${number}`);
  const recordOf = (number: number): Uint8Array => new Uint8Array(400).fill(number);
  const isRight = (number: number): boolean => cache.get(keyOf(number))?.every((byte) => byte === (number & 0xff)) ?? true;
  const isHeld = (number: number): boolean => cache.get(keyOf(number)) !== undefined;
  const numbers = Array.from({ length: 60_000 }, (_unused, number) => number);
  for (const number of [...numbers, ...numbers, ...numbers]) cache.put(keyOf(number), recordOf(number));
  expect(numbers.filter(isHeld).length).toBeGreaterThan(50_000);
  const more = Array.from({ length: 60_000 }, (_unused, index) => 60_000 + index);
  for (const number of more) cache.put(keyOf(number), recordOf(number));
  expect(more.filter(isHeld).length).toBeGreaterThan(50_000);
  expect(numbers.filter(isHeld).length).toBeLessThan(30_000);
  expect([...numbers, ...more].every(isRight)).toBe(true);
});

test('a record that is too large for it is not held', () => {
  const cache = new RecordCache();
  cache.put(Uint8Array.of(1), new Uint8Array(20_000));
  expect(cache.get(Uint8Array.of(1))).toBeUndefined();
});
