import { afterEach, describe, expect, test, vi } from 'vitest';
import type { History } from '../../src/protocols/membership/index.ts';
import type * as Whole from '../../src/verification/simulation/whole/index.ts';
import { reuseActorAfterCrash, tombstonesForAWhile } from './mutants-for-tests.ts';

const HANDOFF = '../../src/protocols/hinted-handoff';
const COLLECTION = '../../src/protocols/tombstone-collection/batch.ts';
const MAJORITY = '../../src/protocols/register/operation.ts';
const ROUNDS = '../../src/stores/kv/anti-entropy/rounds.ts';
const RINGS = '../../src/stores/kv/known-rings.ts';

interface Within {
  /** 1 by default. */
  readonly from?: number;
  readonly seeds: number;
  readonly nodes?: number;
}

/** @returns the first violation of that kind within so many seeds, or what else was found. */
async function caught(rule: RegExp, { from = 1, seeds, nodes }: Within, options: Whole.WholeOptions = {}): Promise<string> {
  const { drawWholePlan, runWholePlan }: typeof Whole = await import('../../src/verification/simulation/whole/index.ts');
  const others = new Set<string>();
  for (let seed = BigInt(from); seed < BigInt(from + seeds); seed++) {
    const { violation } = runWholePlan(drawWholePlan(seed, nodes === undefined ? {} : { nodes }), options);
    if (violation === undefined) continue;
    if (rule.test(violation.message)) return violation.message;
    others.add(violation.message);
  }
  return [...others].join('\n');
}

describe('each of the seven proofs fails when its promise is broken', () => {
  afterEach(() => {
    vi.resetModules();
    for (const file of ['destination.ts', 'stand-ins.ts']) vi.doUnmock(`${HANDOFF}/${file}`);
    vi.doUnmock(COLLECTION);
    vi.doUnmock(MAJORITY);
    vi.doUnmock(RINGS);
    vi.doUnmock(ROUNDS);
  });

  test('1: acknowledged before it is on disk, a write is lost', async () => {
    const rule = /an acknowledged write is lost/;
    expect(await caught(rule, { seeds: 60, nodes: 3 }, { durability: 'memory' })).toMatch(rule);
  }, 60_000);

  test('2: tombstones that a node lets go by itself let the dead return', async () => {
    const rule = /a deleted value has returned/;
    expect(await caught(rule, { seeds: 60 }, tombstonesForAWhile)).toMatch(rule);
  }, 60_000);

  test('4: tombstones that are never collected remain', async () => {
    vi.doMock(COLLECTION, async (original) => ({ ...(await original<object>()), onNextEra: () => 'wait' }));
    const rule = /a tombstone remains after healing and quiet/;
    expect(await caught(rule, { seeds: 5 })).toMatch(rule);
  }, 60_000);

  test('3: dots that are used again make siblings of what is none, or hide what is one', async () => {
    const rule = /lost|returned|own sibling|false sibling/;
    // Anti-entropy mends most of what this breaks. It ends with the first seed that shows it.
    const options = { ...reuseActorAfterCrash, antiEntropy: false };
    expect(await caught(rule, { from: 91, seeds: 400, nodes: 3 }, options)).toMatch(rule);
  }, 60_000);

  test('4: hints that are never handed over remain', async () => {
    vi.doMock(`${HANDOFF}/destination.ts`, () => ({ destinationOf: () => ({ kind: 'keep' }) }));
    const rule = /hints remain after healing and quiet/;
    expect(await caught(rule, { seeds: 20, nodes: 5 })).toMatch(rule);
  }, 60_000);

  test('4: without rounds of anti-entropy home replicas differ', async () => {
    vi.doMock(ROUNDS, async (original) => {
      const { Rounds } = await original<typeof import('../../src/stores/kv/anti-entropy/rounds.ts')>();
      class Never extends Rounds {
        override start(): void {}
      }
      return { Rounds: Never };
    });
    const rule = /home replicas differ after healing and quiet/;
    expect(await caught(rule, { seeds: 5 })).toMatch(rule);
  }, 60_000);

  test('5: where nobody stands in, a lone node refuses writes', async () => {
    vi.doMock(`${HANDOFF}/stand-ins.ts`, () => ({
      fillSlots: <Node>(list: readonly Node[], n: number, { isHealthy }: { isHealthy(node: Node): boolean }) =>
        list.slice(0, n).map((home) => (isHealthy(home) ? home : undefined)),
    }));
    const rule = /one reachable node did not take a write/;
    expect(await caught(rule, { seeds: 40, nodes: 6 })).toMatch(rule);
  }, 60_000);

  test('6: registers on one replica are not linearizable', async () => {
    vi.doMock(MAJORITY, async (original) => ({ ...(await original<object>()), majority: () => 1 }));
    const rule = /an atomic bucket is not linearizable/;
    expect(await caught(rule, { seeds: 60 })).toMatch(rule);
  }, 60_000);

  test('7: a ring that depends on who computes it is noticed', async () => {
    vi.doMock(RINGS, async (original) => {
      const known = await original<typeof import('../../src/stores/kv/known-rings.ts')>();
      let calls = 0;
      const skewed = (history: History): History =>
        ++calls % 2 === 0
          ? history
          : history.map((decision) =>
              decision.kind === 'join' && decision.node === 'n1' ? { ...decision, weight: 5 } : decision,
            );
      const ringOfHistory: typeof known.ringOfHistory = (history, partitions) => known.ringOfHistory(skewed(history), partitions);
      return { ...known, ringOfHistory };
    });
    const rule = /two nodes with the same history have different rings/;
    expect(await caught(rule, { seeds: 5 })).toMatch(rule);
  }, 60_000);
});
