import { describe, expect, test } from 'vitest';
import { latencyOf } from '../../bench/paper/percentiles.ts';
import { median } from '../../bench/paper/spread.ts';
import { failuresOf, follow, latenciesOf, timetable } from '../../bench/paper/timetable.ts';

describe('a timetable', () => {
  test('has as many requests as the rate asks for, also when it changes', () => {
    expect(timetable(1_000, () => 100)).toHaveLength(100);
    const later = timetable(2_000, (ms) => (ms < 1_000 ? 100 : 300)).filter((due) => due >= 1_000);
    expect(Math.abs(later.length - 300)).toBeLessThanOrEqual(1);
  });

  test('is kept whatever the requests do: latency counts from when each was due, for failed ones too', async () => {
    const waiting: (() => void)[] = [];
    const timed = await follow([0, 1, 2], (place, done) => {
      waiting.push(() => done(place === 1));
      if (waiting.length === 3) for (const finish of waiting) finish();
    });
    expect(timed.map(({ dueMs }) => dueMs)).toEqual([0, 1, 2]);
    expect(failuresOf(timed)).toBe(1);
    const [first, , last] = latenciesOf(timed);
    expect(first!).toBeGreaterThanOrEqual(last!);
  });
});

describe('latencies as the paper gives them', () => {
  test('the 99.9th percentile is the value that one of a thousand exceeds', () => {
    const latency = latencyOf(Array.from({ length: 1_000 }, (_unused, index) => index + 1));
    expect(latency).toEqual({ mean: 500.5, p999: 999 });
    expect(() => latencyOf([])).toThrow('nothing');
  });

  test('the median of rounds does not hear of one stall', () => {
    expect(median([3, 900, 1])).toBe(3);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });
});
