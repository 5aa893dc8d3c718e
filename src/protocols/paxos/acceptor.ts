/**
 * The acceptor of Paxos: the memory of the group. It makes promises, votes, and forgets neither.
 *
 * | state (promised b, vote v) | event                        | new state               | effects                                 |
 * |----------------------------|------------------------------|-------------------------|-----------------------------------------|
 * | b, v                       | prepare B > b                | B, v                    | persist, then: promise B with v         |
 * | b, v                       | prepare B <= b               | b, v                    |                                         |
 * | b, v                       | accept (B, x), B >= b        | B, vote (B, x)          | persist, then: accepted B               |
 * | b, v                       | accept (B, x), B < b         | b, v                    |                                         |
 *
 * Source: Lamport, "Paxos Made Simple" (2001), section 2.2: P1a and the phases; section 2.5: what must be stable before an answer.
 * Invariants: the promised ballot only grows; no vote in a ballot below the promised one.
 */
import { type Ballot, compareBallots, NO_BALLOT } from './ballot.ts';
import type { Proposal, Vote } from './message.ts';

/** All that Paxos must keep through a crash, besides the decision once it is known. */
export interface Acceptor<Value> {
  readonly promised: Ballot;
  readonly vote: Vote<Value> | undefined;
}

export const NEW_ACCEPTOR: Acceptor<never> = { promised: NO_BALLOT, vote: undefined };

/** The acceptor after a promise; `undefined` if it has promised as much or more already. */
export function promise<Value>(acceptor: Acceptor<Value>, ballot: Ballot): Acceptor<Value> | undefined {
  return compareBallots(acceptor.promised, ballot) < 0 ? { promised: ballot, vote: acceptor.vote } : undefined;
}

/** The acceptor after a vote; `undefined` if a promise forbids it. */
export function accept<Value>(acceptor: Acceptor<Value>, ballot: Ballot, proposal: Proposal<Value>): Acceptor<Value> | undefined {
  return compareBallots(acceptor.promised, ballot) <= 0 ? { promised: ballot, vote: { ballot, proposal } } : undefined;
}
