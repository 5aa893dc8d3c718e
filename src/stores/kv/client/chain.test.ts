import { expect, test } from 'vitest';
import { Chain } from './chain.ts';

test('items leave from anywhere, and the rest stay in order', () => {
  const chain = new Chain<string>();
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((item) => chain.append(item));
  if (a === undefined || b === undefined || c === undefined || d === undefined) return expect.unreachable();
  chain.remove(b);
  chain.remove(b);
  expect([chain.first, chain.size]).toEqual(['a', 3]);
  chain.removeFirst();
  chain.remove(d);
  expect([chain.first, chain.size]).toEqual(['c', 1]);
  chain.removeFirst();
  expect([chain.first, chain.size]).toEqual([undefined, 0]);
});

test('who has left holds on to nobody, else the collector would carry along all that came after', () => {
  const chain = new Chain<string>();
  const links = ['a', 'b', 'c'].map((item) => chain.append(item));
  for (const link of links) chain.remove(link);
  expect(links.map(({ previous, next, chain: of }) => previous ?? next ?? of)).toEqual([undefined, undefined, undefined]);
});
