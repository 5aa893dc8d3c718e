/**
 * Who belongs to the cluster: a history of administrators' changes that every node keeps, and what follows from it.
 *
 * Intuition: nobody decides alone what the ring is; all nodes collect the same changes, and the members and the ring are pure
 * functions of the collection. Changes have one total order whatever the order of their arrival, so two nodes with the same changes
 * agree on every owner, and two histories become one by union. Failures are not in it: a node that does not answer is still a
 * member (the Dynamo paper keeps the two apart, too).
 *
 * Source: the Dynamo paper, section 4.8.1 (explicit joins and leaves, a persistent history, reconciled by gossip). Deviation: the
 * ring is computed from the history and not gossiped beside it.
 *
 * Invariants: a history is sorted and has no change twice; `merge` is commutative, associative and idempotent; any collection of
 * changes has a meaning, since a change that does not fit the members before it (a member joins, a stranger leaves) has no effect.
 * So an administrator's change can lose its effect, when another one made at the same time comes first in the order.
 */
import { QuorateError } from '../../runtime/errors/index.ts';
import { lamportClock, tick } from '../clocks/index.ts';
import {
  type Assignment,
  compareText,
  createRing,
  DEFAULT_PARTITIONS,
  emptyAssignment,
  fingerprint,
  type NodeName,
  type Ring,
  type RingNode,
  reassign,
} from '../ring/index.ts';
import type { Change, Decision, Join, Leave, Remove } from './change.ts';
import { compareChanges, encodeHistory, HISTORY_MAXIMUM } from './encoding.ts';

/** In the order in which the changes take effect. */
export type History = readonly Change[];

export const NO_HISTORY: History = [];

/** A node that belongs to the cluster. */
export interface Member extends RingNode {
  readonly address: string;
}

/** The union. @throws QuorateError `history-too-long` */
export function merge(a: History, b: History): History {
  const all = [...a, ...b].sort(compareChanges);
  const union = all.filter((change, index) => index === 0 || compareChanges(all[index - 1] as Change, change) !== 0);
  // Whoever merges what it already has goes on with the very same history, and knows by that.
  return union.length === a.length ? a : limited(union);
}

/** What an administrator decides through the node `author` that knows this history. @throws QuorateError `history-too-long` */
export function append(history: History, author: NodeName, decision: Decision): History {
  const clock = tick(lamportClock(history.at(-1)?.id.clock));
  return limited([...history, { ...decision, id: { clock, author } }]);
}

function limited(history: History): History {
  if (history.length <= HISTORY_MAXIMUM) return history;
  throw new QuorateError({
    code: 'history-too-long',
    message: `The membership history would have ${history.length} changes; the limit is ${HISTORY_MAXIMUM}.`,
    outcome: 'not-applied',
    next: 'Move the data to a new cluster.',
    data: { changes: history.length, limit: HISTORY_MAXIMUM },
  });
}

/** The nodes that belong to the cluster now, sorted by name. */
export function members(history: History): readonly Member[] {
  const current = new Map<NodeName, Member>();
  for (const change of history) applyChange(current, change);
  return [...current.values()].sort((a, b) => compareText(a.name, b.name));
}

/** How the node ceased to be a member the last time, whether it is one again by now or not; `undefined` if it never did. */
export function lastDeparture(history: History, name: NodeName): Leave | Remove | undefined {
  const current = new Map<NodeName, Member>();
  let last: Leave | Remove | undefined;
  for (const change of history) {
    const isMember = current.has(name);
    applyChange(current, change);
    if (isMember && !current.has(name) && (change.kind === 'leave' || change.kind === 'remove')) last = change;
  }
  return last;
}

/** Whether the change has an effect on placement. */
function applyChange(current: Map<NodeName, Member>, change: Change): boolean {
  const member = current.get(change.node);
  switch (change.kind) {
    case 'join':
      if (member !== undefined) return false;
      current.set(change.node, memberFrom(change));
      return true;
    case 'leave':
    case 'remove':
      return current.delete(change.node);
    case 'weight':
      if (member === undefined || member.weight === change.weight) return false;
      current.set(change.node, { ...member, weight: change.weight });
      return true;
    case 'address':
      if (member !== undefined) current.set(change.node, { ...member, address: change.address });
      return false;
  }
}

function memberFrom({ node, address, host, zone, weight }: Join): Member {
  return { name: node, address, host, zone, weight };
}

/** The ring that the history leads to, change by change, with what the next change goes on from. */
export interface Placed {
  readonly history: History;
  readonly ring: Ring;
  readonly members: ReadonlyMap<NodeName, Member>;
  readonly assignment: Assignment;
}

/**
 * Costs about Q times the number of members for each change that is not in `before` yet: compute it when the history changes, not
 * per request. @param before - of a history that this one begins with; any other is of no use, and not used.
 */
export function place(history: History, partitions: number = DEFAULT_PARTITIONS, before?: Placed): Placed {
  const usable = before?.ring.partitions === partitions && beginsWith(history, before.history) ? before : undefined;
  const current = new Map(usable?.members);
  let assignment = usable?.assignment ?? emptyAssignment(partitions);
  for (const change of history.slice(usable?.history.length ?? 0)) {
    if (applyChange(current, change)) assignment = reassign(assignment, current.values());
  }
  return { history, ring: createRing(assignment, versionOf(history, partitions)), members: current, assignment };
}

function beginsWith(history: History, beginning: History): boolean {
  return (
    beginning.length <= history.length &&
    beginning.every((change, index) => {
      const other = history[index] as Change;
      return change === other || compareChanges(change, other) === 0;
    })
  );
}

/** The ring that the history leads to. Its version names history and partitions. See {@link place} for what it costs. */
export function ringOf(history: History, partitions: number = DEFAULT_PARTITIONS): Ring {
  return place(history, partitions).ring;
}

/** Names a history for a cluster of so many partitions: 16 hexadecimal digits, a dash, and the number of partitions. */
export function versionOf(history: History, partitions: number = DEFAULT_PARTITIONS): string {
  return `${fingerprint(encodeHistory(history))}-${partitions}`;
}

/**
 * Whether a node has left, each seat that it ever had was handed over by it, and nobody to whom it can have handed one was removed: whatever it
 * has acknowledged, others have by now.
 */
export function hasHandedAllOver(history: History, name: string): boolean {
  const own = history.filter(({ node }) => node === name);
  if (own.at(-1)?.kind !== 'leave' || own.some(({ kind }) => kind === 'remove')) return false;
  const joined = history.findLastIndex(({ kind, node }) => kind === 'join' && node === name);
  return history.slice(joined + 1).every(({ kind }) => kind !== 'remove');
}
