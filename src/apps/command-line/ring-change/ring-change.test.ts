import { expect, test } from 'vitest';
import { decisionsIn } from './decisions.ts';
import { planText, statusText, tokenIn } from './shown.ts';

test('decisions in words: several in a row, a replacement is a join and a removal', () => {
  expect(decisionsIn(['join', 'n4@h:1', 'leave', 'n1', 'weight', 'n2', '3', 'replace', 'n3', 'n5'])).toEqual([
    { kind: 'join', node: 'n4', address: 'h:1' },
    { kind: 'leave', node: 'n1' },
    { kind: 'weight', node: 'n2', weight: 3 },
    { kind: 'join', node: 'n5' },
    { kind: 'remove', node: 'n3' },
  ]);
  expect(() => decisionsIn(['swap', 'n1'])).toThrow("'swap' is none of");
  expect(() => decisionsIn(['leave'])).toThrow('missing');
});

test('a plan ends with what commits it', () => {
  const commit = { version: 'v', decisions: [{ kind: 'leave', node: 'n1' }], force: false };
  const token = planText({ partitions: 3, commit }).trim().split(' ').at(-1) ?? '';
  expect(tokenIn(token)).toEqual(commit);
  expect(() => tokenIn('%')).toThrow('is not what quorate cluster plan printed');
});

test('status says what a move waits for', () => {
  const text = statusText({ seatsLeft: 1, moves: [{ partition: 4, from: 'n1', to: 'n2', waitsFor: 'n1, which is down' }] });
  expect(text).toContain('partition 4: n1 -> n2, waits for n1, which is down');
});
