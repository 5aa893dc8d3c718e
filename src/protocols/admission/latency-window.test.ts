import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countsOf, moveOn, observeLatency, quantileMs, startWindow } from './index.ts';

const latencies = fc.array(fc.double({ min: 0.1, max: 60_000, noNaN: true }), { minLength: 1, maxLength: 200 });

test('a quantile is the true one or at most a quarter more', () => {
  fc.assert(
    fc.property(latencies, fc.integer({ min: 0, max: 1000 }), (durations, perMille) => {
      const window = startWindow(50, 3);
      for (const duration of durations) observeLatency(window, duration);
      const sorted = [...durations].sort((a, b) => a - b);
      const truth = sorted[Math.max(1, Math.ceil((sorted.length * perMille) / 1000)) - 1] ?? 0;
      const estimate = quantileMs(window, perMille);
      expect(estimate).toBeGreaterThanOrEqual(truth);
      expect(estimate).toBeLessThanOrEqual(truth * 1.25 + 1e-9);
    }),
  );
});

test('what is slow is counted exactly, and forgotten when its slot comes round again', () => {
  const window = startWindow(50, 3);
  for (const duration of [50, 50.001, 0, 1e9]) observeLatency(window, duration);
  expect(countsOf(window)).toEqual({ total: 4, slow: 2, near: 3 });
  moveOn(window);
  observeLatency(window, 51);
  moveOn(window);
  expect(countsOf(window)).toEqual({ total: 5, slow: 3, near: 4 });
  moveOn(window);
  expect(countsOf(window)).toEqual({ total: 1, slow: 1, near: 1 });
  expect(quantileMs(startWindow(50, 3), 999)).toBe(0);
});
