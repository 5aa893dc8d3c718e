import { describe, expect, test } from 'vitest';
import { Meters } from './index.ts';

describe('the staleness meter', () => {
  test('reckons, of each R, how many reads had asked only replicas that were behind', () => {
    const { staleness } = new Meters();
    for (const behind of [0, 1, 2, 0]) staleness.survey(3, 2, behind, 500);
    // One of three behind: a third of the reads of one. Two of three: two thirds of them, and a third of those of two.
    const shares = staleness.rows.map(({ r, staleShare }) => [r, Math.round(staleShare * 1_000)]);
    expect(shares).toEqual([
      [1, 250],
      [2, 83],
      [3, 0],
    ]);
    expect(staleness.rows[0]).toMatchObject({ n: 3, w: 2, surveys: 4, medianAgeMs: 500, greatestAgeMs: 500 });
  });
});

describe('the journal of repairs', () => {
  test('tells of a key what is remembered, and forgets the oldest', () => {
    const { repairs } = new Meters();
    const [a, b] = [Uint8Array.of(1), Uint8Array.of(2)];
    repairs.note(1, a, 'n1');
    repairs.note(2, b, 'n2');
    repairs.note(3, a, 'n3');
    expect(repairs.of(a).map(({ at, node }) => `${at} ${node}`)).toEqual(['1 n1', '3 n3']);
    for (let at = 4; at < 1_100; at++) repairs.note(at, b, 'n2');
    expect(repairs.of(a)).toEqual([]);
  });
});
