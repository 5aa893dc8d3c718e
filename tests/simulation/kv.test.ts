import { describe, expect, test } from 'vitest';
import { drawKvPlan, type KvRun, runKvPlan, type StageOptions } from '../../src/verification/simulation/kv/index.ts';
import { hintsForAWhile, hintsInMemoryOnly, reuseActorAfterCrash } from './mutants-for-tests.ts';

/** Fixed, so that a failure here is a change of the code; `npm run simulate` tries new ones each time. */
const SEEDS = Array.from({ length: 150 }, (_unused, index) => BigInt(index + 1));

const run = (seed: bigint, options?: StageOptions): KvRun => runKvPlan(drawKvPlan(seed), options);

describe('a cluster in the simulated world, under loss, duplication, reordering, partitions, pauses and crashes', () => {
  const results: KvRun[] = [];

  test('loses no acknowledged write, revives nothing deleted, and keeps exactly the concurrent writes', () => {
    for (const seed of SEEDS) {
      const result = run(seed);
      expect(result.violation, `quorate simulate --seed ${seed} --trace`).toBeUndefined();
      results.push(result);
    }
  }, 60_000);

  test('has really been in trouble: writes failed, nodes crashed, siblings arose', () => {
    const sum = (of: (result: KvRun) => number): number => results.reduce((total, result) => total + of(result), 0);
    expect(sum((result) => result.acknowledged)).toBeGreaterThan(2000);
    expect(sum((result) => result.writes - result.acknowledged)).toBeGreaterThan(500);
    expect(sum((result) => result.crashes)).toBeGreaterThan(250);
    expect(sum((result) => result.siblings)).toBeGreaterThan(25);
  });

  test('replays a seed exactly', () => {
    for (const seed of SEEDS.slice(0, 10)) expect(run(seed).digest).toBe(run(seed).digest);
    expect(run(1n).digest).not.toBe(run(2n).digest);
  });
});

/** On three nodes nobody can stand in for anyone. */
const FIVE = { nodes: 5 };

describe('a cluster of five in which others stand in for the homes of a key', () => {
  test('loses nothing, and in the end nobody holds anything for anyone', () => {
    for (const seed of SEEDS.slice(0, 50)) {
      const { violation } = runKvPlan(drawKvPlan(seed, FIVE));
      expect(violation, `quorate simulate --nodes 5 --seed ${seed} --trace`).toBeUndefined();
    }
  }, 60_000);
});

describe('the scenario notices', () => {
  const violations = (options: StageOptions, runs: number): string[] =>
    Array.from({ length: runs }, (_unused, index) => run(BigInt(index + 1), options))
      .map((result) => result.violation?.message ?? '')
      .filter((message) => message !== '');

  test('a store that acknowledges before the write is on disk', () => {
    expect(violations({ durability: 'memory', antiEntropy: false }, 100).join('\n')).toContain('an acknowledged write is lost');
  });

  test("a node that uses its dots again after a crash (Riak's bug 679)", () => {
    expect(violations({ ...reuseActorAfterCrash, antiEntropy: false }, 300).join('\n')).toMatch(
      /lost|returned|own sibling|false sibling/,
    );
  }, 60_000);

  test.each([
    ['that forgets at a restart what it held for others', hintsInMemoryOnly],
    ['that gives up after a while what it holds for others', hintsForAWhile],
  ])(
    'a node %s',
    (_what, options) => {
      const found = Array.from({ length: 150 }, (_unused, index) =>
        runKvPlan(drawKvPlan(BigInt(index + 1), FIVE), { ...options, antiEntropy: false }),
      );
      expect(found.map(({ violation }) => violation?.message ?? '').join('\n')).toContain('an acknowledged write is lost');
    },
    30_000,
  );
});
