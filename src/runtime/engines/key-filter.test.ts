import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fnv1a } from '../hash/index.ts';
import { KeyFilter } from './key-filter.ts';

const hashOfText = (text: string): number => fnv1a(Buffer.from(text));

test('a filter says yes to every key it was given', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 12 }), { maxLength: 500 }), (keys) => {
      const filter = new KeyFilter();
      for (const key of keys) filter.add(hashOfText(key));
      for (const key of keys) expect(filter.mayHold(hashOfText(key))).toBe(true);
    }),
  );
});

test('of 300,000 keys that it was given it denies none, of 100,000 others it claims fewer than 4 in a hundred', () => {
  const filter = new KeyFilter();
  for (let number = 0; number < 300_000; number++) filter.add(hashOfText(`shop/cart ${number}`));
  const claimed = (name: string, count: number): number => {
    let yes = 0;
    for (let number = 0; number < count; number++) if (filter.mayHold(hashOfText(`${name} ${number}`))) yes++;
    return yes;
  };
  expect(claimed('shop/cart', 300_000)).toBe(300_000);
  const others = claimed('shop/order', 100_000);
  expect(others).toBeLessThan(4_000);
});

test('a key that is written again and again takes its room once', () => {
  const filter = new KeyFilter();
  for (let round = 0; round < 20; round++)
    for (let number = 0; number < 40_000; number++) filter.add(hashOfText(`key ${number}`));
  let yes = 0;
  for (let number = 0; number < 10_000; number++) if (filter.mayHold(hashOfText(`other ${number}`))) yes++;
  expect(yes).toBeLessThan(300);
});
