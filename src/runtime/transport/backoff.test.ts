import { expect, test } from 'vitest';
import type { Random } from '../world/index.ts';
import { Backoff } from './backoff.ts';

function drawing(draw: (bound: number) => number): Random {
  return { uint32: () => draw(2 ** 32), below: draw, bytes: (length) => new Uint8Array(length) };
}

test('pauses double from the least to the most, and lie between half of that and all of it', () => {
  const shortest = new Backoff(
    drawing(() => 0),
    50,
    400,
  );
  const longest = new Backoff(
    drawing((bound) => bound - 1),
    50,
    400,
  );
  expect([1, 2, 3, 4, 5].map(() => shortest.next())).toEqual([25, 50, 100, 200, 200]);
  expect([1, 2, 3, 4, 5].map(() => longest.next())).toEqual([50, 100, 200, 400, 400]);
});

test('a reset starts over', () => {
  const backoff = new Backoff(
    drawing((bound) => bound - 1),
    50,
    400,
  );
  backoff.next();
  backoff.next();
  backoff.reset();
  expect(backoff.next()).toBe(50);
});
