import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  hedgeDelayMs,
  isFresh,
  MOST_DELAY_MS,
  MOST_TOKENS,
  mayHedge,
  onAnswer,
  onBack,
  onHeard,
  onRead,
  SHARE,
  startBudget,
  startLatency,
} from './index.ts';

describe('the estimate of a latency', () => {
  test.each([
    [0.1, 1],
    [1, 10],
    [30, 400],
  ])('of which one in twenty takes longer rests between the two: %d and %d ms', (usual, slow) => {
    const latency = startLatency();
    // In a fixed order, so that nothing is left to luck: two of twenty are slow, then the estimate must rise towards them; none, and it falls.
    for (let answer = 0; answer < 20_000; answer++) onAnswer(latency, answer % 10 === 0 ? slow : usual, answer);
    expect(latency.p95Ms).toBeGreaterThan(slow * 0.5);
    for (let answer = 0; answer < 20_000; answer++) onAnswer(latency, answer % 50 === 0 ? slow : usual, answer);
    expect(latency.p95Ms).toBeLessThan(Math.max(usual * 2, slow * 0.5));
  });

  test('gives a delay of 2 to 50 ms, whatever is heard', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true })), (answers) => {
        const latency = startLatency();
        for (const answer of answers) onAnswer(latency, answer, 1);
        expect(hedgeDelayMs(latency)).toBeGreaterThanOrEqual(2);
        expect(hedgeDelayMs(latency)).toBeLessThanOrEqual(MOST_DELAY_MS);
      }),
    );
  });
});

test('a node that came back is asked rather less for three seconds, whatever it answers', () => {
  const latency = startLatency();
  expect(isFresh(latency, 0)).toBe(false);
  onBack(latency, 10_000);
  for (let now = 10_000; now < 12_900; now += 100) onHeard(latency, now);
  expect([isFresh(latency, 12_999), isFresh(latency, 13_000)]).toEqual([true, false]);
});

describe('the budget of hedges', () => {
  test('is a twentieth of the reads, however slow everything is', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 500 }), (spares) => {
        const budget = startBudget();
        let hedged = 0;
        for (const requests of spares) {
          onRead(budget);
          // Heard of since: slow, not silent.
          if (mayHedge(budget, requests, 0, 1, 1000)) hedged += requests;
        }
        expect(hedged).toBeLessThanOrEqual(MOST_TOKENS + spares.length * SHARE);
      }),
    );
  });

  test('does not hold for a node that has fallen silent', () => {
    const budget = { tokens: 0 };
    expect(mayHedge(budget, 1, 100, 99, 149)).toBe(false);
    expect(mayHedge(budget, 1, 100, 101, 150)).toBe(false);
    expect(mayHedge(budget, 1, 100, 99, 150)).toBe(true);
    expect(budget.tokens).toBe(0);
  });
});
