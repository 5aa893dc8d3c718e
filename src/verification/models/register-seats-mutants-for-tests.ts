/** The seats of a register with one rule changed. */
import * as production from '../../protocols/register-seats/index.ts';
import type { SeatRules } from './register-seats.ts';

type Rules = Partial<SeatRules>;

/** Who is asked looks at its own seat only: a seat that was taken away still counts beside the one that took it. */
export const refusesNothingOutdated: Rules = {
  judge: ({ place, seats }, known, standing, self) => {
    const own = known.map((seat, index) => (index === place ? seat : (seats[index] ?? seat)));
    return production.judge({ place, seats }, own, standing, self);
  },
};

/** Who holds a seat answers, whether it has the registers or not: so does a node on an empty disk. */
export const answersWhateverItHas: Rules = {
  judge(addressed, known, standing, self) {
    const verdict = production.judge(addressed, known, standing, self);
    const seat = addressed.seats[addressed.place];
    return verdict === 'unfit' && seat?.holder === self ? 'answer' : verdict;
  },
};

/** One other seat is enough to be made whole from. */
export const claimsFromOne: Rules = {
  isComplete: (claim) => claim.grants.size > 0,
};

/** What others have is taken for whole, whether they are fit or not. */
export const claimsFromTheUnfit: Rules = {
  isComplete: (claim) => claim.grants.size >= 2,
};

/** A seat that was pledged to another disk is pledged to this one too. */
export const forgetsTheDisk: Rules = {
  grant: (standing, known, claiming) => {
    const others = { ...standing, pledged: standing.pledged.map(() => undefined) };
    if (!production.grant(others, known, claiming)) return false;
    standing.pledged[claiming.place] = { version: claiming.seat.version, disk: claiming.disk };
    return true;
  },
};

/** A node takes on a seat as fit for it though the one that passes it on is not. */
export const acceptsFromTheUnfit: Rules = {
  accept: (standing, place, version, _isFit, pledged) => production.accept(standing, place, version, true, pledged),
};

/** What was accepted is dropped like anything else that is not known to be one's own. */
export const dropsWhatItAccepted: Rules = { isAwaited: () => false };

/** A seat that is taken from a lost holder counts on in its epoch, in which that one goes on too. */
export const takesInTheSameEpoch: Rules = { nextEpoch: (version) => version + 1 };

/** Who has once accepted a seat from a fit holder stays fit for that version, whoever hands it over in the end. */
export const staysFitOnce: Rules = {
  accept(standing, place, version, isFit, pledged) {
    production.accept(standing, place, version, isFit || standing.fit[place] === version, pledged);
  },
};

/** An acceptance is called void while the holder is about to make use of it. */
export const callsItVoidAtOnce: Rules = {
  isVoid: (doubt, known, self) => production.isVoid(doubt, known, self, false),
};

/** A node takes the word that an acceptance is void for any that it has made since. */
export const forgetsALaterOne: Rules = {
  forget: (standing, doubt) => production.forget(standing, { ...doubt, acceptances: standing.acceptances }),
};

/** A node that was removed lets its records go, and answers for their seat as before. */
export const answersForWhatItLetGo: Rules = { letGo: () => false };

/** It does not answer any more, but passes for one that never had any records. */
export const looksUntouched: Rules = {
  letGo: ({ fit }) => {
    fit.fill(undefined);
    return true;
  },
};

/** A node is given whatever seat is handed to it. */
export const holdsSeveral: Rules = { mayHold: () => true };

/** What a node has accepted and does not know for its own yet, does not count. */
export const holdsBesideWhatItAccepted: Rules = {
  mayHold: (standing, known, place, self) =>
    production.mayHold({ ...standing, accepted: production.noStanding(known.length).accepted }, known, place, self),
};
