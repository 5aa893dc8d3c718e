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
 * | e               | beyond e + 1  | any           | e       | in e: it has missed eras      |
 * | any, is new     | beyond e + 1  | any           | that    | persist; then: in it          |
 *
 * A node is new if there was nothing on its disk when its process started, until a pacemaker leads it into an era: whatever it has it was
 * given by others since, or has made. One that starts with records and has heard of no era is in era 0, like the whole cluster
 * before its first collection: once the others have gone on without it, it has missed eras.
 *
 * Source: epoch-based reclamation (Fraser, "Practical lock-freedom", 2004, section 5.2.3), between nodes instead of threads: a thread
 * that holds a reference keeps the epoch from advancing; here whoever holds an old record loses the right to store it instead, so that no
 * request is ever waited for.
 * Invariants: an era only grows; a node that is not new enters no era but the next one; of two nodes that take part the eras differ by one at most,
 * so a record that is sent as it is read is never refused.
 */

/** From 1; 0 before the first. */
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
  /** Nothing was on the disk when the process started, and no pacemaker has led it anywhere yet. */
  isNew: boolean;
}

/**
 * @param era - as it was stored, durably before it was told to anyone; 0 for none.
 * @param isNew - there is nothing on the disk that could be too old
 */
export function startEra(era: Era, isNew: boolean): EraState {
  return { era, by: 0, isNew };
}

/** A new node is given a record: what it has is of that era at least. @returns whether that is news */
export function onGiven(state: EraState, readIn: Era): boolean {
  if (!state.isNew || readIn <= state.era) return false;
  state.era = readIn;
  return true;
}

/** @returns whether the era is entered: make it durable, then answer. `missed`: the others have been in eras without this node. */
export function enterEra(state: EraState, { era, by }: EraEntry): 'entered' | 'no-news' | 'missed' {
  if (era <= state.era) return 'no-news';
  if (!state.isNew && era > state.era + 1) return 'missed';
  state.era = era;
  state.by = by;
  if (by !== 0) state.isNew = false;
  return 'entered';
}

export function answerOf({ era, by }: EraState, asker: Boot, boot: Boot, shape: string): EraAnswer {
  return { era, isMine: by === asker, boot, shape };
}
