/**
 * The proposer of Paxos: gets a value chosen, its own if none can have been chosen before.
 *
 * Intuition: a majority that has promised ballot B votes in no smaller one any more. If a smaller ballot has chosen a value, then one
 * of that majority has voted for it, and the vote in the greatest ballot among theirs is for that value; so it is proposed again.
 *
 * | state     | event                               | new state | effects                                                      |
 * |-----------|-------------------------------------|-----------|--------------------------------------------------------------|
 * | idle      | write (x)                           | preparing | persist the own promise, then: prepare B to all              |
 * | preparing | promise B, fewer than a majority    | preparing |                                                              |
 * | preparing | promise B, now a majority           | accepting | persist the own vote, then: accept (B, the value of the greatest vote, or x) to all |
 * | accepting | promise B, late                     | accepting |                                                              |
 * | accepting | accepted B, fewer than a majority   | accepting |                                                              |
 * | accepting | accepted B, now a majority          | accepting | the server knows the decision                                |
 * | any       | timer retry                         | preparing | as write (x), with a greater ballot                          |
 *
 * A proposer whose own acceptor has promised a greater ballot has been overtaken: it notes nothing more of its own.
 * Source: Lamport, "Paxos Made Simple" (2001), section 2.2, P2c and the phases.
 * Invariant (P2c): a value proposed in ballot B is the value of the greatest vote below B of some majority, or none of that
 * majority has voted below B and none will.
 */
import type { ProcessId } from '../process/index.ts';
import { type Ballot, compareBallots } from './ballot.ts';
import type { Proposal, Vote } from './message.ts';

export interface Preparing<Value> {
  readonly phase: 'preparing';
  readonly ballot: Ballot;
  /** What the client of this server wants written. */
  readonly own: Proposal<Value>;
  /** Who has promised, with its vote. */
  readonly promises: Map<ProcessId, Vote<Value> | undefined>;
}

export interface Accepting<Value> {
  readonly phase: 'accepting';
  readonly ballot: Ballot;
  readonly own: Proposal<Value>;
  readonly promises: Map<ProcessId, Vote<Value> | undefined>;
  readonly proposal: Proposal<Value>;
  readonly accepted: Set<ProcessId>;
}

export type Proposer<Value> = { readonly phase: 'idle' } | Preparing<Value> | Accepting<Value>;

export function startPreparing<Value>(
  ballot: Ballot,
  own: Proposal<Value>,
  self: ProcessId,
  vote: Vote<Value> | undefined,
): Preparing<Value> {
  return { phase: 'preparing', ballot, own, promises: new Map([[self, vote]]) };
}

export function startAccepting<Value>(proposer: Preparing<Value>, self: ProcessId): Accepting<Value> {
  const proposal = proposalToMake(proposer.promises, proposer.own);
  return { ...proposer, phase: 'accepting', proposal, accepted: new Set([self]) };
}

/** P2c. */
function proposalToMake<Value>(promises: ReadonlyMap<ProcessId, Vote<Value> | undefined>, own: Proposal<Value>): Proposal<Value> {
  let greatest: Vote<Value> | undefined;
  for (const vote of promises.values()) {
    if (vote !== undefined && (greatest === undefined || compareBallots(vote.ballot, greatest.ballot) > 0)) greatest = vote;
  }
  return greatest?.proposal ?? own;
}
