/**
 * Eras: how a store tells a record that was read long ago from one that is news.
 *
 * Intuition: to forget that a key was deleted is safe once nobody has an older record of it any more. On disks one can look. But a record may
 * also be on its way, or in the memory of a request that read it before the deletion and will repair a replica with it afterwards. Nobody can
 * look there, and no waiting is long enough. So the nodes count eras together: nobody enters the next one before all are in the present one.
 * A record travels with the era in which its sender read it, and whoever is two eras further refuses it. What was read before an era began is
 * then harmless three eras later, wherever it is.
 *
 * | era of the node | told to enter | by            | new era | answer                        |
 * |-----------------|---------------|---------------|---------|-------------------------------|
 * | e               | e + 1         | any pacemaker | e + 1   | persist; then: in e + 1       |
 * | e               | e or less     | any           | e       | in e                          |
 * | 0: knows none   | any           | any           | that    | persist; then: in it          |
 * | e > 0           | beyond e + 1  | any           | e       | in e: it has missed eras      |
 *
 * Source: epoch-based reclamation (Fraser, "Practical lock-freedom", 2004, section 5.2.3), between nodes instead of threads: a thread
 * that holds a reference keeps the epoch from advancing; here whoever holds an old record loses the right to store it instead, so that no
 * request is ever waited for.
 * Invariants: an era only grows; a node that has been in eras enters no era but the next one; of two nodes that take part the eras differ by one at most,
 * so a record that is sent as it is read is never refused.
 */

/** From 1; 0 of a node that has not heard of any. */
export type Era = number;

/** A process of a node: drawn at random when it starts. */
export type Boot = number;

/** So many eras behind that of whoever is to store it, a record is still taken. */
const TAKEN_BEHIND = 1;

/** Whether a record that was read in that era is too old to be stored by a node of era `own`. */
export function isTooOld(own: Era, readIn: Era): boolean {
  return readIn < own - TAKEN_BEHIND;
}

/** What a pacemaker tells. */
export interface EraEntry {
  readonly era: Era;
  /** All members have entered each era from this one up to the one before `era`, and no member has restarted, come or gone meanwhile. */
  readonly since: Era;
  readonly by: Boot;
  /** Names the members and who holds what; see {@link EraAnswer}. */
  readonly shape: string;
}

export interface EraAnswer {
  /** In which the node is now. */
  readonly era: Era;
  /** It entered that era because this pacemaker told it to. */
  readonly isMine: boolean;
  readonly boot: Boot;
  /** As the node sees it; '' while anything is on the move. */
  readonly shape: string;
}

export interface EraState {
  era: Era;
  /** Who told the node to enter it; 0 for nobody in this life. */
  by: Boot;
}

/** @param era - as it was stored, durably before it was told to anyone; 0 for none. */
export function startEra(era: Era): EraState {
  return { era, by: 0 };
}

/** @returns whether the era is entered: make it durable, then answer. `missed`: the others have been in eras without this node. */
export function enterEra(state: EraState, { era, by }: EraEntry): 'entered' | 'no-news' | 'missed' {
  if (era <= state.era) return 'no-news';
  if (state.era > 0 && era > state.era + 1) return 'missed';
  state.era = era;
  state.by = by;
  return 'entered';
}

export function answerOf({ era, by }: EraState, asker: Boot, boot: Boot, shape: string): EraAnswer {
  return { era, isMine: by === asker, boot, shape };
}
