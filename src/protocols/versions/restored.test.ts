import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  applyChange,
  type Change,
  covers,
  type DotSource,
  latestPerField,
  mergeBy,
  NO_VERSIONS,
  numberOf,
  type Policy,
  restoredVersions,
  seenBy,
  type Versions,
} from './index.ts';

const text = (from: string): Uint8Array => Uint8Array.from(from, (character) => character.charCodeAt(0));
const RESTORE = 99;
const TIME = 5000;

/** Writers whose clocks stand still: each write gets the next dot of its actor. */
class Writers {
  readonly #counters = new Map<number, number>();
  readonly wallTimeMs: number;
  constructor(wallTimeMs = 1000) {
    this.wallTimeMs = wallTimeMs;
  }
  source(actor: number): DotSource {
    return {
      actor,
      nextCounter: () => {
        const next = (this.#counters.get(actor) ?? 0) + 1;
        this.#counters.set(actor, next);
        return next;
      },
      wallTime: () => this.wallTimeMs,
    };
  }
}

const CHANGES: Readonly<Record<Exclude<Policy, 'register'>, fc.Arbitrary<Change>>> = {
  siblings: puts(),
  latest: puts(),
  set: fc.record({ kind: fc.constantFrom('add', 'remove'), elements: fc.array(letters(), { minLength: 1, maxLength: 2 }) }),
  counter: fc.record({ kind: fc.constant('increment'), amount: fc.integer({ min: -5, max: 5 }) }),
  map: fc.record({ kind: fc.constant('put-field'), field: letters(), contentType: fc.constant(''), value: letters() }),
  max: fc.record({ kind: fc.constant('raise'), to: fc.nat(9) }),
};
const POLICIES = Object.keys(CHANGES) as (keyof typeof CHANGES)[];

function letters(): fc.Arbitrary<Uint8Array> {
  return fc.constantFrom('a', 'b', 'c').map(text);
}

function puts(): fc.Arbitrary<Change> {
  return fc.oneof(
    { weight: 4, arbitrary: letters().map((value): Change => ({ kind: 'put', contentType: '', value })) },
    { weight: 1, arbitrary: fc.constant<Change>({ kind: 'delete' }) },
  );
}

interface Step {
  readonly replica: number;
  readonly change: Change;
  readonly hears: number;
}

/** What three replicas come to that change a key each by itself and hear of each other now and then; all merged. */
function afterSteps(policy: Policy, steps: readonly Step[], writers: Writers, start: Versions = NO_VERSIONS): Versions {
  const replicas = [start, start, start];
  for (const { replica, change, hears } of steps) {
    const own = mergeBy(policy, replicas[replica] ?? NO_VERSIONS, replicas[hears] ?? NO_VERSIONS);
    replicas[replica] = applyChange(policy, own, seenBy(own), change, writers.source(replica + 1));
  }
  return replicas.reduce((a, b) => mergeBy(policy, a, b));
}

/** What a reader sees. */
function seen(policy: Policy, state: Versions): unknown {
  const live = state.versions.filter(({ deleted }) => !deleted);
  if (policy === 'counter') return live.reduce((sum, version) => sum + numberOf(version), 0);
  const read = policy === 'map' ? latestPerField(live) : live;
  return read.map(({ field, value }) => `${field}=${value}`).sort();
}

function scenario(policy: keyof typeof CHANGES): fc.Arbitrary<Step[]> {
  return fc.array(fc.record({ replica: fc.nat(2), change: CHANGES[policy], hears: fc.nat(2) }), { maxLength: 12 });
}

describe.each(POLICIES)('a restored key under %s', (policy) => {
  const restoredOf = (state: Versions): Versions => restoredVersions(state, RESTORE, 7, TIME);

  test('reads as it did, in an empty cluster and where the backed-up state still is', () => {
    fc.assert(
      fc.property(scenario(policy), (steps) => {
        const state = afterSteps(policy, steps, new Writers());
        expect(seen(policy, restoredOf(state))).toEqual(seen(policy, state));
        expect(seen(policy, mergeBy(policy, state, restoredOf(state)))).toEqual(seen(policy, state));
      }),
    );
  });

  test('has no dot that was there before, and the same dots when it is restored again', () => {
    fc.assert(
      fc.property(scenario(policy), (steps) => {
        const state = afterSteps(policy, steps, new Writers());
        for (const { dot } of restoredOf(state).versions) expect(covers(state.clock, dot)).toBe(false);
        expect(restoredOf(state)).toEqual(restoredOf(state));
        expect(mergeBy(policy, restoredOf(state), restoredOf(state))).toEqual(restoredOf(state));
      }),
    );
  });

  test('supersedes what the backup had seen, also older replicas of it, and is later than that', () => {
    fc.assert(
      fc.property(scenario(policy), fc.nat(12), (steps, cut) => {
        const writers = new Writers();
        const earlier = afterSteps(policy, steps.slice(0, cut), writers);
        const state = afterSteps(policy, steps.slice(cut), writers, earlier);
        const restored = restoredOf(state);
        expect(mergeBy(policy, earlier, restored)).toEqual(restored);
        for (const version of restored.versions)
          for (const old of earlier.versions) expect(version.timestamp).toBeGreaterThan(old.timestamp);
      }),
    );
  });
});

test('a value that was deleted after the backup is back, beside what was written since', () => {
  const writers = new Writers();
  const put = (state: Versions, value: string): Versions =>
    applyChange('siblings', state, seenBy(state), { kind: 'put', contentType: '', value: text(value) }, writers.source(1));
  const backedUp = put(NO_VERSIONS, 'old');
  const deleted = applyChange('siblings', backedUp, seenBy(backedUp), { kind: 'delete' }, writers.source(1));
  const restored = restoredVersions(backedUp, RESTORE, 1, TIME);
  expect(seen('siblings', mergeBy('siblings', deleted, restored))).toEqual([`=${text('old')}`]);
  expect(seen('siblings', mergeBy('siblings', put(deleted, 'new'), restored))).toEqual([`=${text('new')}`, `=${text('old')}`]);
});

test('under latest it wins over what was written before the restore began, and loses against what comes after', () => {
  const write = (state: Versions, value: string, wallTimeMs: number, actor: number): Versions => {
    const source = new Writers(wallTimeMs).source(actor);
    return applyChange('latest', state, seenBy(state), { kind: 'put', contentType: '', value: text(value) }, source);
  };
  const backedUp = write(NO_VERSIONS, 'old', 1000, 1);
  const restored = restoredVersions(backedUp, RESTORE, 1, TIME);
  expect(seen('latest', mergeBy('latest', write(backedUp, 'between', TIME - 1, 2), restored))).toEqual([`=${text('old')}`]);
  expect(seen('latest', mergeBy('latest', write(backedUp, 'after', TIME + 1, 2), restored))).toEqual([`=${text('after')}`]);
});
