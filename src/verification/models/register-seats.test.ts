import { describe, expect, test } from 'vitest';
import { check } from '../model-checker/index.ts';
import { type RegisterSeatsOptions, registerSeatsModel, type SeatRules } from './register-seats.ts';
import {
  acceptsFromTheUnfit,
  answersForWhatItLetGo,
  answersWhateverItHas,
  callsItVoidAtOnce,
  claimsFromOne,
  claimsFromTheUnfit,
  dropsWhatItAccepted,
  forgetsALaterOne,
  forgetsTheDisk,
  holdsBesideWhatItAccepted,
  holdsSeveral,
  looksUntouched,
  refusesNothingOutdated,
  staysFitOnce,
  takesInTheSameEpoch,
} from './register-seats-mutants-for-tests.ts';

const WRITTEN = { reads: 1, isWritten: true } as const;
const RIVALS = { reads: 0, isWritten: true, moves: 2, hasRivals: true } as const;

describe('a register whose seats change hands', () => {
  test.each<RegisterSeatsOptions>([
    { ...WRITTEN, moves: 3 },
    { ...WRITTEN, wipes: 1 },
    { ...WRITTEN, takes: 1 },
    { ...WRITTEN, moves: 1, takes: 1 },
    RIVALS,
    { ...WRITTEN, isRemoved: true, takes: 1 },
    { ...WRITTEN, takes: 2, hasTwoHeirs: true, isSilent: true },
    { ...WRITTEN, isRemoved: true, wipes: 1 },
    { ...WRITTEN, isRemoved: true, moves: 1, takes: 1 },
    { ...WRITTEN, isAccepted: true, moves: 1, wipes: 1, isSilent: true, asks: false },
  ])(
    "is atomic, and in the end nobody keeps what is others': %o",
    (options) => {
      const { verdict, bounds } = check(registerSeatsModel(options));
      expect({ verdict, bounds }).toEqual({ verdict: 'holds', bounds: [] });
    },
    60_000,
  );

  test('is kept for ever by who has accepted it and does not ask what became of that', () => {
    const { findings } = check(registerSeatsModel({ ...WRITTEN, moves: 1, asks: false }));
    expect(findings.filter(({ verdict }) => verdict === 'violated').map(({ property }) => property)).toEqual([
      "nobody keeps what is others'",
    ]);
  });

  test.each<[string, Partial<SeatRules>, RegisterSeatsOptions]>([
    ['refuses nothing outdated', refusesNothingOutdated, { reads: 1, takes: 1, isSilent: true }],
    ['answers whatever it has', answersWhateverItHas, { ...WRITTEN, wipes: 1 }],
    ['is made whole from one other seat', claimsFromOne, { ...WRITTEN, takes: 1 }],
    ['is made whole from who is not', claimsFromTheUnfit, { ...WRITTEN, wipes: 2, isSilent: true }],
    ['is passed on as whole by who has not all', acceptsFromTheUnfit, { ...WRITTEN, moves: 1, wipes: 1, isSilent: true }],
    ['drops what it has accepted', dropsWhatItAccepted, { ...WRITTEN, moves: 1 }],
    ['is taken from a lost holder in the same epoch', takesInTheSameEpoch, { reads: 1, moves: 1, takes: 1 }],
    ['is pledged to any disk', forgetsTheDisk, { reads: 1, wipes: 1, isSilent: true }],
    ['comes to a node that has another', holdsSeveral, RIVALS],
    ['comes to a node that has accepted another', holdsBesideWhatItAccepted, RIVALS],
    [
      'makes fit who was once given it',
      staysFitOnce,
      { ...WRITTEN, isAccepted: true, moves: 1, wipes: 1, isSilent: true, asks: false },
    ],
    ['is answered for by who was removed and has let it go', answersForWhatItLetGo, { ...WRITTEN, isRemoved: true, takes: 1 }],
    ['passes for one that never had anything', looksUntouched, { ...WRITTEN, isRemoved: true, wipes: 1 }],
    ['is called void while it is handed over', callsItVoidAtOnce, { ...WRITTEN, moves: 1 }],
    ['is forgotten though it was accepted once more', forgetsALaterOne, { ...WRITTEN, moves: 2 }],
  ])('is not if a seat %s', (_name, rules, options) => {
    const { findings } = check(registerSeatsModel({ ...options, rules }), { order: 'depth-first', statesMaximum: 60_000 });
    expect(findings.find(({ verdict }) => verdict === 'violated')?.property).toMatch(
      /goes back|at most|passed on with everything|two seats/,
    );
  });
});
