/**
 * One round of anti-entropy between two nodes: afterwards both have the union of their histories.
 *
 * | who         | has heard | says                                                       | takes up    |
 * |-------------|-----------|------------------------------------------------------------|-------------|
 * | initiator   | -         | digest                                                     | -           |
 * | other       | digest    | same; or outline, with its opinions                        | -           |
 * | initiator   | outline   | offer: all behind the longest shared beginning; opinions   | opinions    |
 * | other       | offer     | missing: what it has behind that and was not offered       | all of it   |
 * | initiator   | missing   | -                                                          | changes     |
 *
 * Intuition: most rounds find nothing and cost a few bytes, whatever the size of the cluster; the others cost about what is new. With
 * a partner chosen at random each second, a change is everywhere after O(log n) rounds (Demers et al. 1987, push-pull anti-entropy;
 * the Dynamo paper, section 4.8.1).
 * Invariants: a history only grows; what one lost message leaves out, the next round brings; of bytes that no cluster can have made
 * (a time without a change) nothing is taken up.
 */
import { type Change, compareChanges, expectWhole, type History, merge } from '../membership/index.ts';
import type { Digest, Missing } from './message.ts';
import { type Beginning, type Outlined, outlined, shares, whole } from './outline.ts';

const NO_BEGINNING: Beginning = { length: 0, fingerprint: 0 };

export function digestOf(known: Outlined, opinions: number, partitions: number): Digest {
  return { whole: whole(known), opinions, partitions };
}

export function isSame(known: Outlined, opinions: number, digest: Digest): boolean {
  const own = whole(known);
  return own.length === digest.whole.length && own.fingerprint === digest.whole.fingerprint && opinions === digest.opinions;
}

/** What the initiator offers, knowing the beginnings of the other's history. */
export function offerFor(
  known: Outlined,
  others: readonly Beginning[],
): { readonly shared: Beginning; readonly changes: History } {
  const shared = others.find((beginning) => shares(known, beginning)) ?? NO_BEGINNING;
  return { shared, changes: known.history.slice(shared.length) };
}

/** What the other has and was not offered. */
export function missingFrom(known: Outlined, offer: { readonly shared: Beginning; readonly changes: History }): Missing {
  // An outline from before a restart, or bytes from nowhere: then the offer shares nothing.
  const behind = shares(known, offer.shared) ? offer.shared.length : 0;
  return { changes: known.history.slice(behind).filter((change) => !contains(offer.changes, change)) };
}

/** The union. @throws MalformedBytes if it skips a time; QuorateError `history-too-long`. */
export function takeUp(known: Outlined, changes: readonly Change[]): Outlined {
  const history = merge(known.history, changes);
  if (history === known.history) return known;
  expectWhole(history);
  return outlined(history, known);
}

/** By bisection: a history is sorted. */
function contains(history: History, change: Change): boolean {
  let [low, high] = [0, history.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const order = compareChanges(history[middle] as Change, change);
    if (order === 0) return true;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return false;
}
