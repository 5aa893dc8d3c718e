import { describe, expect, test } from 'vitest';
import { check } from '../model-checker/index.ts';
import { type RebuildModelOptions, rebuildModel } from './rebuild.ts';

/** The heir shall not have the seat for a moment. */
const WAVERING = { holders: 1, decisions: 3 } as const;

describe('a seat whose holder is gone for good', () => {
  test.each<[string, RebuildModelOptions, number]>([
    ['while two others give what they have', {}, 576],
    ['while the ring is changed for good', { decisions: 2 }, 26_134],
    ['while the ring is changed and changed back', WAVERING, 15_113],
    ['while the other holder loses the heir, and is written to', { holders: 1, mayBeLost: true, isWritten: true }, 40_108],
    ['while either crashes, with a slow disk', { holders: 1, crashes: 1 }, 7_092],
  ])('is rebuilt with all that was acknowledged, %s', (_when, options, expected) => {
    const { verdict, bounds, states } = check(rebuildModel(options));
    expect({ verdict, bounds, states }).toEqual({ verdict: 'holds', bounds: [], states: expected });
  });
});
