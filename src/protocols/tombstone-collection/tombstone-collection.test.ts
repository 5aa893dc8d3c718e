import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  answerOf,
  beginBatch,
  comeBack,
  type EraState,
  enterEra,
  isClear,
  isTooOld,
  onEraAnswer,
  onGiven,
  onMemberAnswer,
  onNextEra,
  onPresentEra,
  type Pacemaker,
  sinceOf,
  startEra,
  startPacemaker,
  stopAsking,
  wantEra,
} from './index.ts';

const SHAPE = 'ring 1';
const entry = { shape: SHAPE, by: 9 };

describe('an era', () => {
  test('only grows, by one, but for whoever knows none', () => {
    const state = startEra(3, false);
    expect(enterEra(state, { ...entry, era: 3, since: 1 }, SHAPE)).toBe('no-news');
    expect(enterEra(state, { ...entry, era: 5, since: 1 }, SHAPE)).toBe('missed');
    expect(enterEra(state, { ...entry, era: 4, since: 1 }, SHAPE)).toBe('entered');
    expect(enterEra(startEra(0, true), { ...entry, era: 5, since: 1 }, SHAPE)).toBe('entered');
    expect(enterEra(startEra(0, false), { ...entry, era: 1, since: 1 }, SHAPE)).toBe('entered');
    expect(enterEra(startEra(0, false), { ...entry, era: 2, since: 1 }, SHAPE)).toBe('missed');
  });

  test('takes what was read in it, in the one before, or later', () => {
    expect([2, 3, 4, 5].map((readIn) => isTooOld(4, readIn))).toEqual([true, false, false, false]);
  });
});

const GIVEN_LATE = 2;

describe('a node that is new', () => {
  test('is in the era of what it is given, and enters any later one before which that would have been taken', () => {
    const state = startEra(0, true);
    expect(onGiven(state, 4)).toBe('news');
    expect(state.era).toBe(4);
    expect(onGiven(state, 3)).toBe('taken');
    expect(onGiven(state, 2)).toBe('too-old');
    expect(enterEra({ ...state }, { ...entry, era: 5, since: 1 }, SHAPE)).toBe('entered');
    expect(enterEra({ ...state }, { ...entry, era: 6, since: 1 }, SHAPE)).toBe('missed');
    expect(enterEra(startEra(0, true), { ...entry, era: 5, since: 1 }, SHAPE)).toBe('entered');
  });

  test('is not new any more when a pacemaker leads all to where it is', () => {
    const state = startEra(0, true);
    onGiven(state, 3);
    onGiven(state, 4);
    expect(enterEra(state, { ...entry, era: 4, since: 1 }, SHAPE)).toBe('no-news');
    expect([5, 7].map((era) => enterEra(state, { ...entry, era, since: 1 }, SHAPE))).toEqual(['entered', 'missed']);
  });

  test('is not led past what it was given long ago, by whatever it is given later', () => {
    const state = startEra(0, true);
    onGiven(state, GIVEN_LATE);
    for (const readIn of [6, 7]) expect(onGiven(state, readIn)).toBe('taken');
    expect(state.era).toBe(GIVEN_LATE);
    expect(enterEra(state, { ...entry, era: 7, since: 1 }, SHAPE)).toBe('missed');
  });

  test('is new until a pacemaker has led it', () => {
    const state = startEra(0, true);
    expect(enterEra(state, { ...entry, by: 0, era: 5, since: 1 }, SHAPE)).toBe('entered');
    expect(enterEra(state, { ...entry, by: 0, era: 9, since: 1 }, SHAPE)).toBe('entered');
    expect(enterEra(state, { ...entry, era: 10, since: 1 }, SHAPE)).toBe('entered');
    expect(enterEra(state, { ...entry, era: 12, since: 1 }, SHAPE)).toBe('missed');
  });
});

describe('a member that left and is let in again by the same process', () => {
  test('with nothing on its disk takes nothing that it is given, until it has heard of the present era', () => {
    const state = startEra(1, false);
    expect(comeBack(state, true)).toBe(true);
    expect([1, 9].map((readIn) => onGiven(state, readIn))).toEqual(['too-old', 'too-old']);
    expect(onPresentEra(state, 9)).toBe(true);
    expect([7, 8, 9].map((readIn) => onGiven(state, readIn))).toEqual(['too-old', 'taken', 'taken']);
    expect(onPresentEra(state, 12)).toBe(false);
    expect(state.era).toBe(9);
  });

  test('takes what comes if nobody answers, but enters no era in which that is too old', () => {
    const state = startEra(1, false);
    comeBack(state, true);
    stopAsking(state);
    expect(onGiven(state, 8)).toBe('news');
    expect(enterEra(state, { ...entry, era: 9, since: 9 }, SHAPE)).toBe('entered');
    const misled = startEra(1, false);
    comeBack(misled, true);
    stopAsking(misled);
    expect(onGiven(misled, 1)).toBe('taken');
    expect(enterEra(misled, { ...entry, era: 9, since: 9 }, SHAPE)).toBe('missed');
  });

  test('may be led at once, if the pacemaker knows sooner', () => {
    const state = startEra(1, false);
    comeBack(state, true);
    expect(enterEra(state, { ...entry, era: 9, since: 9 }, SHAPE)).toBe('entered');
    expect(onGiven(state, 9)).toBe('taken');
    expect(onPresentEra(state, 8)).toBe(false);
  });

  test('heeds nobody else while it asks: what leads or tells it may be from before it left', () => {
    const state = startEra(1, false);
    comeBack(state, true);
    expect(enterEra(state, { ...entry, era: 2, since: 1 }, 'ring 2')).toBe('no-news');
    expect(enterEra(state, { ...entry, era: 2, since: 2, by: 0 }, SHAPE)).toBe('no-news');
    expect(state).toMatchObject({ era: 1, isAsking: true });
  });

  test('with something on its disk asks nobody, and is not new any more', () => {
    const state = startEra(1, true);
    expect(comeBack(state, false)).toBe(false);
    expect(onGiven(state, 9)).toBe('taken');
    expect(enterEra(state, { ...entry, era: 9, since: 9 }, SHAPE)).toBe('missed');
  });
});

/** Members that answer at once, in an order that is drawn, and a pacemaker for them. */
class Group {
  readonly eras: EraState[];
  readonly boots: number[];
  readonly pacemaker: Pacemaker<number> = startPacemaker(100);
  completed = 0;

  constructor(eras: readonly number[]) {
    this.eras = eras.map((era) => startEra(era, false));
    this.boots = eras.map((_era, member) => member + 1);
  }

  next(silent: readonly number[] = []): void {
    const asked: number[] = [];
    const effects = {
      enter: (to: number): void => {
        asked.push(to);
      },
      completed: (): void => {
        this.completed++;
      },
    };
    wantEra(this.pacemaker, [...this.eras.keys()], SHAPE, effects);
    for (let member = asked.shift(); member !== undefined; member = asked.shift()) {
      if (silent.includes(member)) continue;
      const state = this.eras[member] as EraState;
      const { era, boot: by } = this.pacemaker;
      enterEra(state, { era, since: sinceOf(this.pacemaker), by, shape: SHAPE }, SHAPE);
      onEraAnswer(this.pacemaker, member, answerOf(state, by, this.boots[member] ?? 0, SHAPE), effects);
    }
  }
}

describe('a pacemaker', () => {
  test('brings all to the furthest era, and then from one to the next', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }), (least, ahead) => {
        const group = new Group(ahead.map((isAhead) => least + (isAhead ? 1 : 0)));
        for (let round = 0; round < 4; round++) group.next();
        const eras = new Set(group.eras.map(({ era }) => era));
        expect(eras.size).toBe(1);
        expect([...eras][0]).toBeGreaterThan(least + 1);
        expect(sinceOf(group.pacemaker)).toBeLessThan(group.pacemaker.era);
      }),
    );
  });

  test('goes nowhere without one of them', () => {
    const group = new Group([4, 4, 4]);
    group.next();
    const { era } = group.pacemaker;
    group.next([1]);
    group.next([1]);
    expect(group.pacemaker.era).toBe(era + 1);
    expect(group.completed).toBe(1);
  });

  test('notices who has restarted: nothing is said of the eras before', () => {
    const group = new Group([4, 4, 4]);
    for (let round = 0; round < 5; round++) group.next();
    const { since } = group.pacemaker;
    group.boots[2] = 77;
    group.next();
    expect(since).toBeLessThan(group.pacemaker.era);
    expect(sinceOf(group.pacemaker)).toBeGreaterThan(group.pacemaker.era);
  });
});

describe('a batch', () => {
  const waiting = onMemberAnswer(beginBatch({ era: 5, shape: SHAPE }, ['a']), 'a', 5);
  if (waiting === undefined) throw new Error('all have answered');

  test('waits for all members, in the era in which it began', () => {
    expect(waiting.phase).toBe('waiting');
    expect(onMemberAnswer(beginBatch({ era: 5, shape: SHAPE }, ['a', 'b']), 'a', 5)?.phase).toBe('asking');
    expect(onMemberAnswer(beginBatch({ era: 5, shape: SHAPE }, ['a']), 'a', 6)).toBeUndefined();
    expect(onNextEra(beginBatch({ era: 5, shape: SHAPE }, ['a']), { ...entry, era: 6, since: 1 })).toBe('give-up');
  });

  test('goes after four eras', () => {
    expect([6, 7, 8, 9].map((era) => onNextEra(waiting, { ...entry, era, since: 4 }))).toEqual(['wait', 'wait', 'wait', 'drop']);
  });

  test('does not go when someone has restarted, come or gone meanwhile', () => {
    expect(onNextEra(waiting, { ...entry, era: 9, since: 5 })).toBe('give-up');
    expect(onNextEra(waiting, { ...entry, era: 9, since: 4, shape: 'ring 2' })).toBe('give-up');
  });

  test('is of keys of which each home has the tombstone, and nobody anything else', () => {
    const kinds = ['none', 'same', 'other'] as const;
    expect(kinds.map((own) => isClear({ isHome: true, own, hasHint: false }))).toEqual([false, true, false]);
    expect(kinds.map((own) => isClear({ isHome: false, own, hasHint: false }))).toEqual([true, true, false]);
    expect(kinds.map((own) => isClear({ isHome: true, own, hasHint: true }))).toEqual([false, false, false]);
  });
});
