/**
 * Tombstones on their way out, some at a time, by one of their home replicas.
 *
 * | phase    | event                                                       | new phase | effects                     |
 * |----------|-------------------------------------------------------------|-----------|-----------------------------|
 * | asking   | a member is clear of the key                                | asking    |                             |
 * | asking   | a member is not                                             | asking    | the key leaves the batch    |
 * | asking   | all members are clear, in the era in which it began         | waiting   |                             |
 * | asking   | the node enters another era                                 | given up  |                             |
 * | waiting  | enters the fourth era after it; nothing restarted or changed | done      | drop, at all homes          |
 * | waiting  | enters an era; a member restarted, came or went meanwhile   | given up  |                             |
 * | any      | crash                                                       |           | begins anew                 |
 *
 * A member is clear of a key if it holds no hint for it and, if it is a home, has durably exactly this tombstone, if not, no other record. It
 * promises to take the tombstone into whatever it is told to store of the key ({@link isPromiseOver}): so an older record that is still on its
 * way finds, at each member, the tombstone.
 *
 * Why four eras. The batch began in era e, with its last answer while this node was still in it; then no member was beyond e + 1. Whatever was read before
 * that answer was read in e + 1 or earlier, and all that is read later is read where no older record is. A member of era e + 3 refuses what was
 * read in e + 1. All are in e + 3 when anyone enters e + 4.
 *
 * Invariants: when a tombstone is dropped, nobody has an older record of the key on its disk, and nobody will store one; each home had it
 * durably; so nothing that was deleted returns, however late a message comes.
 */
import type { Era, EraEntry } from './era.ts';

/** After so many eras a tombstone that everybody is clear of may go. */
const GRACE_ERAS = 4;
/** A promise given for a batch of era e is kept up to era e + 2. */
const PROMISED_ERAS = 3;

export interface Batch<Node> {
  readonly phase: 'asking' | 'waiting';
  /** In which it began. */
  readonly era: Era;
  readonly shape: string;
  /** Who has not answered. */
  readonly open: readonly Node[];
}

/** Whether a batch that begins now may come to its end: as far as is known all have been there for an era. */
export function mayBeginBatch({ era, since }: Pick<EraEntry, 'era' | 'since'>): boolean {
  return since < era;
}

export function beginBatch<Node>({ era, shape }: Pick<EraEntry, 'era' | 'shape'>, members: readonly Node[]): Batch<Node> {
  return { phase: 'asking', era, shape, open: members };
}

/** A member has answered. @param now - the era that this node is in. */
export function onMemberAnswer<Node>(batch: Batch<Node>, from: Node, now: Era): Batch<Node> | undefined {
  if (now !== batch.era) return undefined;
  const open = batch.open.filter((member) => member !== from);
  return { ...batch, open, phase: open.length === 0 ? 'waiting' : batch.phase };
}

/** This node has entered an era. */
export function onNextEra<Node>(batch: Batch<Node>, { era, since, shape }: EraEntry): 'wait' | 'drop' | 'give-up' {
  if (batch.phase === 'asking' || shape !== batch.shape || since >= batch.era) return 'give-up';
  return era >= batch.era + GRACE_ERAS ? 'drop' : 'wait';
}

/** What a member has of a key. */
export interface Holding {
  readonly isHome: boolean;
  /** Its own record: `same` is this tombstone, durably. */
  readonly own: 'none' | 'same' | 'other';
  readonly hasHint: boolean;
}

export function isClear({ isHome, own, hasHint }: Holding): boolean {
  return !hasHint && (own === 'same' || (own === 'none' && !isHome));
}

/** Whether a member may answer a question of that era, and has to keep a promise given for it. */
export function isPromiseOver(own: Era, askedIn: Era): boolean {
  return own >= askedIn + PROMISED_ERAS;
}
