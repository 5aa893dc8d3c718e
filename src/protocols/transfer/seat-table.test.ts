import { describe, expect, test } from 'vitest';
import { type NodeName, nodeName } from '../ring/index.ts';
import { movesOf, nextEpoch, type Seats, timesMoved } from './index.ts';

const [a, b, c, d, e] = [nodeName('a'), nodeName('b'), nodeName('c'), nodeName('d'), nodeName('e')];
const seated = (...holders: (NodeName | '')[]): Seats => holders.map((holder) => ({ version: 1, holder }));
const nobody = (): boolean => false;

describe('what brings the seats to where the ring wants them', () => {
  test('whoever has a seat and shall have one keeps the one it has', () => {
    expect(movesOf(seated(a, b, c), [c, a, b], nobody)).toEqual([]);
    expect(movesOf(seated(a, b, c), [d, a, b], nobody)).toEqual([{ place: 2, from: c, to: d, isLost: false }]);
  });

  test('a seat whose holder is no more, or that nobody has had, is passed on by nobody', () => {
    expect(movesOf(seated(a, b, c), [a, b, d], (name) => name === c)).toEqual([{ place: 2, from: c, to: d, isLost: true }]);
    expect(movesOf(seated(a, b, ''), [a, b, d], nobody)).toEqual([{ place: 2, from: '', to: d, isLost: true }]);
  });

  test('a node with two seats passes the second on itself: given up, its registers would be lost with it', () => {
    expect(movesOf(seated(a, b, a), [a, b, d], nobody)).toEqual([{ place: 2, from: a, to: d, isLost: false }]);
    expect(movesOf(seated(a, b, a), [a, d, e], (name) => name === b)).toEqual([
      { place: 1, from: b, to: d, isLost: true },
      { place: 2, from: a, to: e, isLost: false },
    ]);
    expect(movesOf(seated(a, b, a), [a, b, d], (name) => name === a).map(({ isLost }) => isLost)).toEqual([true]);
  });
});

test('a version tells how often the seat has moved: passed on by its holder, or taken from one that was lost', () => {
  expect([0, 1, 5].map(timesMoved)).toEqual([0, 1, 5]);
  expect(timesMoved(nextEpoch(5))).toBe(1);
  expect(timesMoved(nextEpoch(nextEpoch(5) + 3) + 2)).toBe(4);
});
