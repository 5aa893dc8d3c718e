/** A register that is written once, by whoever comes first: single-decree Paxos. */
export { type Ballot, compareBallots } from './ballot.ts';
export type { PaxosMessage, Proposal, Vote } from './message.ts';
export {
  knowsDecision,
  mayPropose,
  type PaxosOptions,
  type PaxosServer,
  type PaxosState,
  type PaxosTimer,
  paxosServer,
  type StoredPaxos,
} from './server.ts';
