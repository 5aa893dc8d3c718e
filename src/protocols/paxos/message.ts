/** What the processes of a write-once register say to each other. */
import type { ProcessId } from '../process/index.ts';
import type { Ballot } from './ballot.ts';

/** A value, and whose it is: two clients may propose the same value, and only one write it. */
export interface Proposal<Value> {
  readonly client: ProcessId;
  /** The client's number for its request. */
  readonly request: number;
  readonly value: Value;
}

/** A vote: what an acceptor accepted, and in which ballot. */
export interface Vote<Value> {
  readonly ballot: Ballot;
  readonly proposal: Proposal<Value>;
}

export type PaxosMessage<Value> =
  /** A client to any server. A client numbers its requests, and gives no number to two values. */
  | { readonly kind: 'write'; readonly request: number; readonly value: Value }
  | { readonly kind: 'read'; readonly request: number }
  /** To a client: its value was chosen; another one was; the value that was chosen. */
  | { readonly kind: 'write-done'; readonly request: number }
  | { readonly kind: 'write-refused'; readonly request: number; readonly chosen: Value }
  | { readonly kind: 'read-done'; readonly request: number; readonly value: Value }
  /** Phase 1, proposer to acceptor and back. */
  | { readonly kind: 'prepare'; readonly ballot: Ballot }
  | { readonly kind: 'promise'; readonly ballot: Ballot; readonly vote: Vote<Value> | undefined }
  /** Phase 2, proposer to acceptor and back. */
  | { readonly kind: 'accept'; readonly ballot: Ballot; readonly proposal: Proposal<Value> }
  | { readonly kind: 'accepted'; readonly ballot: Ballot }
  /** To the learners: a majority accepted it. */
  | { readonly kind: 'decided'; readonly ballot: Ballot; readonly proposal: Proposal<Value> };
