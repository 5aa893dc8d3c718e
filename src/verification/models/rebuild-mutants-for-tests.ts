/** The rebuild of a lost seat with one rule changed. */

import * as production from '../../protocols/transfer/index.ts';
import type { RebuildRules } from './rebuild.ts';

type Rules = Partial<RebuildRules>;

/** Whoever says that it has given all counts, of whatever was here then. */
export const countsWhateverIsSaid: Rules = {
  onGivenAll(state, from) {
    state.given.set(from, 0);
    return true;
  },
  lacking: ({ given }, holders) => holders.filter((holder) => !given.has(holder)),
};

/** One holder's records are enough. */
export const takesAfterTheFirst: Rules = {
  lacking: ({ given }, holders, here) => (here !== undefined && given.size > 0 ? [] : holders),
};

/** Once a decision says that the seat is another's, the heir lets go, though the seat is on its way to its disk. */
export const letsGoWhileTaking: Rules = { letsGoWhileTaking: true };

/** What a holder has sent it takes for stored. */
export const givesWhatWasSent: Rules = {
  onCompared(state, number, page, effects) {
    production.onCompared(state, number, page, effects);
    for (const [key, sent] of [...state.pending]) production.onStoredThere(state, key, sent, effects);
  },
};
