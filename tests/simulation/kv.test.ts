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

/** A node said that it was in an era before that was durable, and lost its power: the others went on, and its disk was of the past for good. */
test('a node is in the era that it has told, also after its power was lost', () => {
  const { violation } = runKvPlan(drawKvPlan(0x56cab3cn, { nodes: 4, durationMs: 55_000 }));
  expect(violation, 'quorate simulate --seed 0x56cab3c --nodes 4 --seconds 55 --trace').toBeUndefined();
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
  /** @returns the first violation of that kind within so many seeds, or what else was found. */
  const caught = (rule: RegExp, seeds: number, options: StageOptions, shape: { readonly nodes?: number } = {}): string => {
    const others = new Set<string>();
    for (let seed = 1n; seed <= BigInt(seeds); seed++) {
      const { violation } = runKvPlan(drawKvPlan(seed, shape), { ...options, antiEntropy: false });
      if (violation === undefined) continue;
      if (rule.test(violation.message)) return violation.message;
      others.add(violation.message);
    }
    return [...others].join('\n');
  };
  const lost = /an acknowledged write is lost/;

  test('a store that acknowledges before the write is on disk', () => {
    expect(caught(lost, 100, { durability: 'memory' })).toMatch(lost);
  });

  test("a node that uses its dots again after a crash (Riak's bug 679)", () => {
    const rule = /lost|returned|own sibling|false sibling/;
    expect(caught(rule, 300, reuseActorAfterCrash)).toMatch(rule);
  }, 60_000);

  test.each([
    ['that forgets at a restart what it held for others', hintsInMemoryOnly],
    ['that gives up after a while what it holds for others', hintsForAWhile],
  ])(
    'a node %s',
    (_what, options) => {
      expect(caught(lost, 150, options, FIVE)).toMatch(lost);
    },
    30_000,
  );
});
