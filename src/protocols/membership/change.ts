/**
 * One administrator's decision about who belongs to the cluster. Changes are never edited or withdrawn, only followed by others.
 */
import { compareStamps, type LamportTime } from '../clocks/index.ts';
import type { NodeName } from '../ring/index.ts';

/** Names a change: a Lamport time, and the node through which the administrator made it. */
export interface ChangeId {
  /** From 1; later than that of each change its author knew. */
  readonly clock: LamportTime;
  readonly author: NodeName;
}

interface AnyChange {
  readonly id: ChangeId;
  /** The node it is about. */
  readonly node: NodeName;
}

/** The node becomes a member. No effect on a member. */
export interface Join extends AnyChange {
  readonly kind: 'join';
  /** Where its peers reach it. */
  readonly address: string;
  readonly host: string;
  readonly zone: string;
  readonly weight: number;
}

/** The node goes and takes its time: it hands its partitions over first. No effect on a stranger. */
export interface Leave extends AnyChange {
  readonly kind: 'leave';
}

/** The node is lost: its partitions are rebuilt from the others. No effect on a stranger. */
export interface Remove extends AnyChange {
  readonly kind: 'remove';
}

/** The node carries another share of the load. No effect on a stranger. */
export interface NewWeight extends AnyChange {
  readonly kind: 'weight';
  readonly weight: number;
}

/** The node is reached elsewhere; nothing moves. No effect on a stranger. */
export interface NewAddress extends AnyChange {
  readonly kind: 'address';
  readonly address: string;
}

export type Change = Join | Leave | Remove | NewWeight | NewAddress;

type WithoutId<C> = C extends Change ? Omit<C, 'id'> : never;

/** A change before it has its place in the history. */
export type Decision = WithoutId<Change>;

/** The order in which changes take effect: by Lamport time, then by author. Negative, zero or positive. */
export function compareIds(a: ChangeId, b: ChangeId): number {
  return compareStamps({ time: a.clock, process: a.author }, { time: b.clock, process: b.author });
}
