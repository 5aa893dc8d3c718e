import { describe, expect, test } from 'vitest';
import { runScenario, type ScenarioResult } from './scenario.ts';

/** Fixed, so that a failure here is a change of the code; `npm run simulate` tries new ones each time. */
const SEEDS = Array.from({ length: 300 }, (_unused, index) => BigInt(index + 1));

describe('a cluster in the simulated world, under loss, duplication, reordering, partitions, pauses and crashes', () => {
  const results: ScenarioResult[] = [];

  test('loses no acknowledged write, revives nothing deleted, and keeps exactly the concurrent writes', () => {
    for (const seed of SEEDS) {
      const result = runScenario(seed);
      expect(result.violation, `npm run simulate -- --seed ${seed} --trace`).toBeUndefined();
      results.push(result);
    }
  }, 60_000);

  test('has really been in trouble: writes failed, nodes crashed, siblings arose', () => {
    const sum = (of: (result: ScenarioResult) => number): number => results.reduce((total, result) => total + of(result), 0);
    expect(sum((result) => result.acknowledged)).toBeGreaterThan(5000);
    expect(sum((result) => result.writes - result.acknowledged)).toBeGreaterThan(1000);
    expect(sum((result) => result.crashes)).toBeGreaterThan(500);
    expect(sum((result) => result.siblings)).toBeGreaterThan(50);
  });

  test('replays a seed exactly', () => {
    for (const seed of SEEDS.slice(0, 10)) expect(runScenario(seed).digest).toBe(runScenario(seed).digest);
    expect(runScenario(1n).digest).not.toBe(runScenario(2n).digest);
  });
});

describe('the scenario notices', () => {
  const violations = (mutant: 'acknowledge-before-durable' | 'reuse-actor-after-crash', runs: number): string[] =>
    Array.from({ length: runs }, (_unused, index) => runScenario(BigInt(index + 1), { mutant }))
      .map((result) => result.violation?.message ?? '')
      .filter((message) => message !== '');

  test('a store that acknowledges before the write is on disk', () => {
    expect(violations('acknowledge-before-durable', 100).join('\n')).toContain('an acknowledged write is lost');
  });

  test("a node that uses its dots again after a crash (Riak's bug 679)", () => {
    expect(violations('reuse-actor-after-crash', 300).join('\n')).toMatch(/lost|returned|own sibling|false sibling/);
  });
});
