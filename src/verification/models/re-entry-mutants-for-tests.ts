/** A member that is let in again, with one rule changed. */
import * as production from '../../protocols/tombstone-collection/index.ts';
import type { ReEntryRules } from './re-entry.ts';

/** It takes up where it left. */
export const goesOnWhereItLeft: ReEntryRules = { ...production, comeBack: () => false };

/** It asks nobody, but is new, and remembers how old that is which it is given. */
export const isNewAtOnce: ReEntryRules = {
  ...production,
  comeBack(state, isEmpty) {
    production.comeBack(state, isEmpty);
    production.stopAsking(state);
    return false;
  },
};

/** Whoever is new enters any era, whatever it was given. */
const entersAnyEra: Pick<ReEntryRules, 'onGiven'> = {
  onGiven(state, readIn) {
    const outcome = production.onGiven(state, readIn);
    state.oldest = Number.POSITIVE_INFINITY;
    return outcome;
  },
};

export const isNewAtOnceAndEntersAnyEra: ReEntryRules = { ...isNewAtOnce, ...entersAnyEra };
export const asksButEntersAnyEra: ReEntryRules = { ...production, ...entersAnyEra };
