/**
 * The number of an attempt to get a value chosen: greater ones overrule smaller ones.
 *
 * Source: Lamport, "Paxos Made Simple" (2001), section 2.2, where it is the number of a proposal. Invariant: no two proposers use
 * the same one, since each puts its own number into it, and none uses one twice, since it is promised durably before it is sent.
 */
import { type ProcessId, processId } from '../process/index.ts';

export interface Ballot {
  /** 0 is before all ballots. */
  readonly round: number;
  readonly process: ProcessId;
}

export const NO_BALLOT: Ballot = { round: 0, process: processId(0) };

/** A total order: by round, then by process. Negative, zero or positive. */
export function compareBallots(a: Ballot, b: Ballot): number {
  return a.round === b.round ? a.process - b.process : a.round - b.round;
}
