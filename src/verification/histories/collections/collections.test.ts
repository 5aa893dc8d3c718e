import { describe, expect, test } from 'vitest';
import type { Operation, Value } from '../history.ts';
import { during, history } from '../operations-for-tests.ts';
import { checkCounter } from './check-counter.ts';
import { checkSet } from './check-set.ts';

const add = (when: readonly [number, number?], input: Value) => during(when, `a${when[0]}`, 'add', { input });
const read = (when: readonly [number, number], output: Value) => during(when, `r${when[0]}`, 'read', { output });

function found(
  judge: (history: { operations: Operation[] }) => ReturnType<typeof checkSet>,
  ...operations: Operation[]
): string[] {
  return judge({ operations }).findings.map(({ anomaly }) => anomaly);
}

describe('a set', () => {
  test('what was acknowledged is in every later read', () => {
    expect(found(checkSet, add([0, 2], 1), add([1, 4], 2), read([3, 5], [1]), read([6, 7], [2, 1]))).toEqual([]);
  });
  test('acknowledged, and in no read that began later: lost', () => {
    const judgement = checkSet(history(add([0, 1], 1), add([0.5, 1.5], 2), read([2, 3], [2])));
    expect(judgement.findings[0]).toMatchObject({ anomaly: 'lost element' });
    expect(judgement.findings[0]?.explanation).toBe(
      '1 was there at 1 ms, when its add was acknowledged; the read that process r2 began at 2 ms does not have it, nor has any later one.',
    );
    expect(judgement.figures).toMatchObject({ added: 2, acknowledged: 2, lost: 1 });
  });
  test('never acknowledged, but read once and then no more: lost as well', () => {
    expect(found(checkSet, add([0], 1), read([2, 3], [1]), read([4, 5], []))).toEqual(['lost element']);
  });
  test('missing in a read and there again later: stale', () => {
    const operations = [add([0, 1], 1), read([2, 3], []), read([4, 5], [1])];
    expect(found(checkSet, ...operations)).toEqual(['stale read']);
    expect(checkSet(history(...operations), { staleAllowed: true })).toMatchObject({ verdict: 'ok', figures: { stale: 1 } });
  });
  test('nobody added it, or not yet, or it failed: unexpected', () => {
    expect(found(checkSet, read([0, 1], [5]))).toEqual(['unexpected element']);
    expect(found(checkSet, read([0, 1], [5]), add([2, 3], 5))).toEqual(['unexpected element']);
    expect(found(checkSet, during([0, 1], 'a', 'add', { input: 5, outcome: 'fail' }), read([2, 3], [5]))).toEqual([
      'unexpected element',
    ]);
  });
  test('twice in one read: duplicated', () => {
    expect(found(checkSet, add([0, 1], 1), read([2, 3], [1, 1]))).toEqual(['duplicated element']);
  });
  test('never read, and recovered, are counted only', () => {
    const { verdict, figures } = checkSet(history(add([0], 1), add([0.5, 9], 2), read([2, 3], [1])));
    expect({ verdict, ...figures }).toMatchObject({ verdict: 'ok', 'never read': 1, recovered: 1, lost: 0 });
  });
  test('a read that returned no list is refused', () => {
    expect(() => checkSet({ operations: [read([0, 1], 5)], lines: [4] })).toThrow(
      /line 4: it has a read that returned 5, which is no list/,
    );
  });
});

describe('a counter', () => {
  test('a read is between what was acknowledged and what was tried', () => {
    const adds = [add([0, 1], 1), add([2, 8], 2), add([3], 4)];
    for (const sum of [1, 3, 5, 7]) expect(found(checkCounter, ...adds, read([4, 5], sum))).toEqual([]);
    expect(found(checkCounter, ...adds, read([4, 5], 0))).toEqual(['counter out of bounds']);
    expect(found(checkCounter, ...adds, read([4, 5], 8))).toEqual(['counter out of bounds']);
    expect(found(checkCounter, ...adds, read([9, 10], 1))).toEqual(['counter out of bounds']);
  });
  test('a decrement that may have happened lowers the least, one that did lowers the most', () => {
    expect(found(checkCounter, add([0, 1], 5), add([2], -3), read([4, 5], 2))).toEqual([]);
    expect(found(checkCounter, add([0, 1], 5), add([2, 3], -3), read([4, 5], 5))).toEqual(['counter out of bounds']);
  });
  test('what failed does not count, and keys are counters of their own', () => {
    const failed = during([0, 1], 'a', 'add', { input: 5, outcome: 'fail' });
    expect(found(checkCounter, failed, read([4, 5], 5))).toEqual(['counter out of bounds']);
    const x = during([0, 1], 'a', 'add', { key: 'x', input: 5 });
    const { findings } = checkCounter(history(x, during([2, 3], 'b', 'read', { key: 'y', output: 5 })));
    expect(findings[0]).toMatchObject({
      key: 'y',
      explanation: 'The read of key y by process b at 2 ms returned 5; by then it was from 0 to 0.',
    });
  });
  test('an amount that is no number is refused', () => {
    expect(() => checkCounter(history(add([0, 1], 'one')))).toThrow(/an add of "one", which is no number/);
  });
});
