/**
 * Who is in a chain, in which order, in which epoch; and when one configuration may follow another.
 *
 * Configurations are decided outside the chain, by a master that never decides two for one epoch (the paper's "master"; here the
 * consensus store). This file holds the rule the master must keep to, so that it can be tested and checked with the rest.
 *
 * Source: van Renesse and Schneider, "Chain Replication for Supporting High Throughput and Availability" (2004), section 3; that an
 * epoch must be sealed before the next one starts: Lamport, Malkhi, Zhou, "Vertical Paxos" (2009). Deviation: the paper's servers
 * stop when they fail and the master knows it; here a member may also be cut off and go on, so it is sealed.
 */
import type { ProcessId } from '../process/index.ts';

/** The number of a configuration: 1 or more, greater than any before. */
export type Epoch = number;

export interface Configuration {
  readonly epoch: Epoch;
  /** The epoch whose log this one goes on with; 0 for a chain that is new. */
  readonly continues: Epoch;
  /** Head first, tail last; one process may be both. */
  readonly members: readonly ProcessId[];
  /** Those members who were in the continued epoch, in the order they had there: their logs are prefixes of one another. */
  readonly keeping: readonly ProcessId[];
  /** Is given the log by the tail, but nobody waits for it: to become the tail of a later epoch. */
  readonly joining: ProcessId | undefined;
  /** Who decided this, and is told when the joining process has caught up. */
  readonly master: ProcessId;
}

export type Role = 'head' | 'middle' | 'tail' | 'only' | 'joining' | 'outside';

export function roleOf(configuration: Configuration, process: ProcessId): Role {
  const { members, joining } = configuration;
  const place = members.indexOf(process);
  if (place < 0) return process === joining ? 'joining' : 'outside';
  if (members.length === 1) return 'only';
  if (place === 0) return 'head';
  return place === members.length - 1 ? 'tail' : 'middle';
}

export function isHead(role: Role): boolean {
  return role === 'head' || role === 'only';
}

export function isTail(role: Role): boolean {
  return role === 'tail' || role === 'only';
}

export function predecessorOf({ members, joining }: Configuration, process: ProcessId): ProcessId | undefined {
  const place = members.indexOf(process);
  if (place < 0) return process === joining ? members.at(-1) : undefined;
  return place === 0 ? undefined : members[place - 1];
}

/** Who is sent the entries; after the tail comes who is joining. */
export function successorOf({ members, joining }: Configuration, process: ProcessId): ProcessId | undefined {
  const place = members.indexOf(process);
  if (place < 0) return undefined;
  return place === members.length - 1 ? joining : members[place + 1];
}

/** What a sealed member reports to the master. */
export interface SealReport {
  /** The latest epoch in which its log held all that had been acknowledged; 0 if none. */
  readonly inStep: Epoch;
}

/** What the master knows of a member of the old configuration: sealed for the new epoch, or certain to serve no more. */
export type Fenced = SealReport | 'stopped';

export type Succession =
  | { readonly kind: 'allowed'; readonly configuration: Configuration }
  | { readonly kind: 'forbidden'; readonly because: string };

export type Wanted = Omit<Configuration, 'continues' | 'keeping'>;

/**
 * The next configuration, if it may start.
 *
 * - The old tail is fenced: it acknowledges no write and answers no read any more.
 * - The new head was in the old chain and is sealed, and its log holds all that was acknowledged: it was in step in the old epoch; or
 *   the old tail never was, so that the old epoch never served, and the head was in step in the epoch before.
 * - Who stays keeps the order: a successor's log is a prefix of its predecessor's.
 */
export function succession(previous: Configuration, fenced: ReadonlyMap<ProcessId, Fenced>, wanted: Wanted): Succession {
  const tail = previous.members.at(-1);
  const oldTail = tail === undefined ? undefined : fenced.get(tail);
  if (oldTail === undefined) return forbidden(`the tail ${tail} of epoch ${previous.epoch} may still serve`);
  if (wanted.epoch <= previous.epoch) return forbidden(`epoch ${wanted.epoch} is not after epoch ${previous.epoch}`);
  const head = wanted.members[0];
  const newHead = head === undefined || !previous.members.includes(head) ? undefined : fenced.get(head);
  if (newHead === undefined || newHead === 'stopped') return forbidden(`${head} is no sealed member of epoch ${previous.epoch}`);
  const staying = wanted.members.filter((member) => previous.members.includes(member));
  const inOldOrder = previous.members.filter((member) => staying.includes(member));
  if (staying.join() !== inOldOrder.join()) return forbidden('who stays does not keep the order');
  if (newHead.inStep === previous.epoch) return allowed({ ...wanted, continues: previous.epoch, keeping: staying });
  // Who joined the old epoch may have been in the one before it as well, and elsewhere in its order.
  const keeping = staying.filter((member) => previous.keeping.includes(member));
  const neverServed = oldTail !== 'stopped' && oldTail.inStep < previous.epoch;
  if (neverServed && newHead.inStep === previous.continues && keeping[0] === head) {
    return allowed({ ...wanted, continues: previous.continues, keeping });
  }
  return forbidden(`the log of ${head} may lack what epoch ${previous.epoch} acknowledged`);
}

function allowed(configuration: Configuration): Succession {
  return { kind: 'allowed', configuration };
}

function forbidden(because: string): Succession {
  return { kind: 'forbidden', because };
}
