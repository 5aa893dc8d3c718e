/** The collection of tombstones with one rule changed. */
import * as production from '../../protocols/tombstone-collection/index.ts';
import type { TombstoneGroupProcess, TombstoneRules } from './tombstones.ts';

/** Records are taken whenever they were read. */
export const takesWhateverComes: TombstoneRules = { ...production, isTooOld: () => false };

/** A stand-in may hold hints. */
export const ignoresHints: TombstoneRules = {
  ...production,
  isClear: (holding) => production.isClear({ ...holding, hasHint: false }),
};

/** Whoever said that it holds nothing older takes what comes afterwards. */
export function forgetsPromises(node: TombstoneGroupProcess): TombstoneGroupProcess {
  return {
    ...node,
    onMessage(state, self, from, message, effects) {
      node.onMessage(state, self, from, message, effects);
      state.promise = undefined;
    },
  };
}
