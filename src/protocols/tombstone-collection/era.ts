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
 * | any, is new     | f, beyond e   | any           | f       | persist; then: in f           |
 * | any, is new     | f; it was given what is too old in f - 1 | any | e | in e: it has missed eras |
 *
 * A node is new if there was nothing on its disk when its process started, until a pacemaker leads it into an era: whatever it has it was
 * given by others since, or has made. One that starts with records and has heard of no era is in era 0, like the whole cluster
 * before its first collection: once the others have gone on without it, it has missed eras.
 *
 * A member that left is in no later era. If it is let in again by the same process:
 *
 * | what it has | new state   | what others give it                                                                |
 * |-------------|-------------|------------------------------------------------------------------------------------|
 * | something   | not new     | as before                                                                          |
 * | nothing     | asking, new | nothing is taken: it may have been sent before it left; it asks members for the era |
 *
 * | asking, and                    | effects                                                       |
 * |--------------------------------|---------------------------------------------------------------|
 * | a member answers that it is in e | persist e; no longer asking: what was read long before e is refused |
 * | a pacemaker that sees the same members leads it into an era | the same, and no longer new       |
 * | nobody answers for long        | no longer asking; new                                         |
 *
 * What a new node makes itself is always taken: it is news, in whatever era. It enters an era if all that it was given would have been taken in
 * the one before: then nobody has forgotten anything yet that would supersede it, for what is forgotten in an era was read three before, or earlier.
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
  /** There was nothing on the disk when the process started, or when it was let in again, and no pacemaker has led it anywhere since. */
  isNew: boolean;
  /** What a new node was given since was read in this era or later; infinite if it was given nothing. */
  oldest: Era;
  /** It was let in again with nothing on its disk, and does not know yet in which era the others are. */
  isAsking: boolean;
}

/**
 * @param era - as it was stored, durably before it was told to anyone; 0 for none.
 * @param isNew - there is nothing on the disk that could be too old
 */
export function startEra(era: Era, isNew: boolean): EraState {
  return { era, by: 0, isNew, oldest: Number.POSITIVE_INFINITY, isAsking: false };
}

/** There is nothing on the disk. */
export function beginAnew(state: EraState): void {
  state.isNew = true;
  state.oldest = Number.POSITIVE_INFINITY;
}

/**
 * The same process is a member again, after a time in which the eras went on without it.
 * @returns whether it has to ask in which era the others are; the answer: {@link onPresentEra}
 */
export function comeBack(state: EraState, isEmpty: boolean): boolean {
  state.isAsking = isEmpty;
  if (isEmpty) beginAnew(state);
  // What it made before may have been seen, deleted and forgotten while it was not counted.
  else state.isNew = false;
  return isEmpty;
}

/** A member that counts this node among the members is in that era, durably. @returns whether this node was in an earlier one: make it durable */
export function onPresentEra(state: EraState, era: Era): boolean {
  if (!state.isAsking) return false;
  state.isAsking = false;
  return enterEra(state, { era, since: era, by: 0, shape: '' }, '') === 'entered';
}

/** Nobody has answered for long. */
export function stopAsking(state: EraState): void {
  state.isAsking = false;
}

/**
 * A record comes from another node.
 * @returns whether it is stored. `news`: what a new node has is of that era at least; make it durable before the record
 */
export function onGiven(state: EraState, readIn: Era): 'too-old' | 'taken' | 'news' {
  if (state.isAsking || isTooOld(state.era, readIn)) return 'too-old';
  if (!state.isNew) return 'taken';
  const isNews = readIn > state.era && mayEnter(state, readIn);
  if (isNews) state.era = readIn;
  state.oldest = Math.min(state.oldest, readIn);
  return isNews ? 'news' : 'taken';
}

/** Whoever enters an era was in the one before; a new node as well as was, if it was given nothing that would have been too old there. */
function mayEnter(state: EraState, era: Era): boolean {
  return state.isNew ? !isTooOld(era - 1, state.oldest) : era === state.era + 1;
}

/**
 * @param ownShape - as this node sees it. While it asks, it heeds no pacemaker that sees anything else: of one from before it left.
 * @returns whether the era is entered: make it durable, then answer. `missed`: the others have been in eras without this node.
 */
export function enterEra(state: EraState, { era, by, shape }: EraEntry, ownShape: string): 'entered' | 'no-news' | 'missed' {
  if (state.isAsking && (by === 0 || shape !== ownShape)) return 'no-news';
  const isNext = era > state.era;
  if (isNext && !mayEnter(state, era)) return 'missed';
  if (by !== 0 && era >= state.era) {
    state.isNew = false;
    state.oldest = Number.POSITIVE_INFINITY;
    state.isAsking = false;
  }
  if (!isNext) return 'no-news';
  state.era = era;
  state.by = by;
  return 'entered';
}

export function answerOf({ era, by }: EraState, asker: Boot, boot: Boot, shape: string): EraAnswer {
  return { era, isMine: by === asker, boot, shape };
}
