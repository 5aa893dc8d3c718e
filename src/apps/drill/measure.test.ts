import { describe, expect, test } from 'vitest';
import type { Operation } from '../../verification/histories/index.ts';
import { bucketsOf, endedOperations, type HappenedFault, observe, percentile } from './measure.ts';

const operation = (atMs: number, latencyMs = 1, outcome: Operation['outcome'] = 'ok'): Operation => ({
  process: 0,
  kind: 'get',
  key: 'k',
  invocationMs: atMs - latencyMs,
  responseMs: atMs,
  outcome,
});

/** So many in each second, evenly. */
const steadily = (fromMs: number, toMs: number, perSecond: number): readonly Operation[] =>
  Array.from({ length: ((toMs - fromMs) * perSecond) / 1_000 }, (_unused, index) =>
    operation(fromMs + ((index + 0.5) * 1_000) / perSecond),
  );

const killed: HappenedFault = {
  fault: { kind: 'kill', nodes: ['n1'] },
  atMs: 3_000,
  durationMs: 2_000,
  beganMs: 3_000,
  endedMs: 5_000,
};

describe('what clients noticed', () => {
  test('is counted by the time at which operations ended', () => {
    const ended = endedOperations({ operations: [operation(900, 4), operation(1_100, 200), operation(1_200, 20, 'unknown')] });
    expect(bucketsOf(ended, 2_000, 1_000)).toEqual([
      { fromMs: 0, toMs: 1_000, throughput: 1, errors: 0, latency: { p50: 4, p99: 4, most: 4 } },
      { fromMs: 1_000, toMs: 2_000, throughput: 1, errors: 1, latency: { p50: 200, p99: 200, most: 200 } },
    ]);
  });

  test('leaves out the final reads, and what never ended', () => {
    const { responseMs: _, ...open } = operation(100, 1, 'unknown');
    expect(endedOperations({ operations: [open, { ...operation(200), kind: 'get-all' }] })).toEqual([]);
  });

  test('does not show a second that has hardly begun as a fall', () => {
    expect(
      bucketsOf(endedOperations({ operations: steadily(0, 2_010, 100) }), 2_010, 1_000).map(({ throughput }) => throughput),
    ).toEqual([100, 100]);
  });

  test('has percentiles that were measured', () => {
    const sorted = Array.from({ length: 100 }, (_unused, index) => index + 1);
    expect([percentile(sorted, 0.5), percentile(sorted, 0.99), percentile([7], 0.99), percentile([], 0.5)]).toEqual([
      50, 99, 7, 0,
    ]);
  });
});

describe('what a fault did', () => {
  const seen = (operations: readonly Operation[]) => observe(endedOperations({ operations }), [killed], 10_000)[0];

  test('is nothing, if all goes on', () => {
    expect(seen(steadily(0, 10_000, 100))).toMatchObject({ before: 100, during: 100, errors: 0, recoveryMs: 0 });
  });

  test('is told by throughput, errors, silence, and the time until it is over', () => {
    const operations = [...steadily(0, 3_000, 100), operation(4_000, 900, 'fail'), ...steadily(6_000, 10_000, 100)];
    expect(seen(operations)).toMatchObject({ before: 100, during: 0, errors: 1, recoveryMs: 1_000 });
    expect(seen(operations)?.silenceMs).toBeCloseTo(3_005);
  });

  test('is not over by a burst of what had waited', () => {
    const operations = [...steadily(0, 3_000, 100), ...steadily(5_000, 5_250, 400), ...steadily(7_000, 10_000, 90)];
    expect(seen(operations)?.recoveryMs).toBe(2_000);
  });

  test('is never over, if throughput does not come back', () => {
    expect(seen([...steadily(0, 3_000, 100), ...steadily(5_000, 10_000, 70)])?.recoveryMs).toBeUndefined();
  });
});
