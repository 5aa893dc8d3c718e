import { describe, expect, test } from 'vitest';
import { check } from '../model-checker/index.ts';
import { type RegisterSeatsOptions, registerSeatsModel, type SeatRules } from './register-seats.ts';
import {
  acceptsFromTheUnfit,
  answersWhateverItHas,
  claimsFromOne,
  claimsFromTheUnfit,
  dropsWhatItAccepted,
  forgetsTheDisk,
  refusesNothingOutdated,
  takesInTheSameEpoch,
} from './register-seats-mutants-for-tests.ts';

const WRITTEN = { reads: 1, isWritten: true } as const;

describe('a register whose seats change hands', () => {
  test.each<RegisterSeatsOptions>([
    { ...WRITTEN, moves: 1 },
    { ...WRITTEN, wipes: 1 },
    { ...WRITTEN, takes: 1 },
    { ...WRITTEN, moves: 1, takes: 1 },
  ])('is atomic: %o', (options) => {
    expect(check(registerSeatsModel(options)).findings.map(({ verdict }) => verdict)).toEqual(['holds', 'holds', 'holds']);
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
  ])('is not if a seat %s', (_name, rules, options) => {
    const { findings } = check(registerSeatsModel({ ...options, rules }), { order: 'depth-first', statesMaximum: 60_000 });
    expect(findings.find(({ verdict }) => verdict === 'violated')?.property).toMatch(/goes back|at most/);
  });
});
