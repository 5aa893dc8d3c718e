/**
 * A server of a write-once register: acceptor, proposer for its clients, and learner. Single-decree Paxos.
 *
 * "A write once abstraction: proposers all attempt to write values, only one succeeds; readers get the recent value or none at
 * all" (the notes). A server is undecided until it learns what was chosen, and then only tells.
 *
 * | state     | event                           | new state | effects                                                          |
 * |-----------|---------------------------------|-----------|------------------------------------------------------------------|
 * | undecided | write, prepare, promise, accept |           | as proposer.ts and acceptor.ts say                               |
 * | undecided | a second write                  | undecided | none: left to the runner ({@link mayPropose})                    |
 * | undecided | read                            | undecided | none: left to the runner ({@link knowsDecision})                 |
 * | undecided | accepted, now a majority        | decided   | persist, then: decided to all; write-done to the proposal's client; write-refused to the own client if it is another |
 * | undecided | decided                         | decided   | persist; write-refused to the own client if its value lost       |
 * | decided   | write                           | decided   | write-done if it is the chosen one, else write-refused           |
 * | decided   | read                            | decided   | read-done                                                        |
 * | decided   | prepare, accept                 | decided   | decided                                                          |
 * | decided   | write, read, in a group of one  | decided   | the same, after a persist                                        |
 *
 * Deviations from the source: a server sends itself no messages; its own promise and vote are durable before its peers are asked
 * for theirs, so a majority that it counts is durable. A learner gives up its own promise and vote for the decision.
 *
 * Source: Lamport, "Paxos Made Simple" (2001), sections 2.2 and 2.3; the notes, "Paxos Consensus". Two proposers may overtake each
 * other for ever (section 2.4, and Fischer, Lynch, Paterson 1985): the runner makes that unlikely by drawing the time of `retry`.
 * Invariants: agreement: no two servers decide differently; validity: what is decided was written by a client; both also when any
 * number of servers crash and come back with what they persisted.
 */
import { invariant } from '../../runtime/errors/index.ts';
import type { Effects, Process, ProcessId } from '../process/index.ts';
import { type Acceptor, accept, NEW_ACCEPTOR, promise } from './acceptor.ts';
import { type Ballot, compareBallots } from './ballot.ts';
import type { PaxosMessage, Proposal, Vote } from './message.ts';
import { type Preparing, type Proposer, startAccepting, startPreparing } from './proposer.ts';

export interface PaxosOptions {
  /** All servers of the register, this one included. A majority of them must be up for a value to be chosen. */
  readonly group: readonly ProcessId[];
  /** Whether a proposer tries again with a greater ballot when a timer says so. Without it no timer is set. */
  readonly retry: boolean;
}

/** What a server keeps through a crash. */
export interface StoredPaxos<Value> {
  readonly acceptor: Acceptor<Value>;
  readonly decided: boolean;
}

export interface PaxosState<Value> {
  acceptor: Acceptor<Value>;
  proposer: Proposer<Value>;
  /** The acceptor's vote is what was chosen. */
  decided: boolean;
}

export type PaxosTimer = 'retry';
export type PaxosServer<Value> = Process<PaxosState<Value>, PaxosMessage<Value>, PaxosTimer, StoredPaxos<Value>>;
type Out<Value> = Effects<PaxosMessage<Value>, PaxosTimer, StoredPaxos<Value>>;

/** What was chosen, if the server knows. */
export function knowsDecision<Value>(state: PaxosState<Value>): Vote<Value> | undefined {
  return state.decided ? state.acceptor.vote : undefined;
}

/** Whether a server takes a write now: it proposes for one client, until it knows the decision. */
export function mayPropose(state: PaxosState<unknown>): boolean {
  return state.decided || state.proposer.phase === 'idle';
}

export function paxosServer<Value>(options: PaxosOptions): PaxosServer<Value> {
  const { group } = options;
  invariant(group.length > 0 && new Set(group).size === group.length, `a group of different processes, not ${group.join(', ')}`);
  return {
    start(self, stored) {
      invariant(group.includes(self), `process ${self} is one of the group ${group.join(', ')}`);
      return { acceptor: stored?.acceptor ?? NEW_ACCEPTOR, proposer: { phase: 'idle' }, decided: stored?.decided ?? false };
    },
    onMessage(state, self, from, message, effects) {
      const step = { state, self, options, effects };
      const chosen = knowsDecision(state);
      if (chosen === undefined) whileUndecided(step, from, message);
      else tell(step, from, message, chosen);
    },
    onTimer(state, self, _timer, effects) {
      if (state.decided || state.proposer.phase === 'idle') return;
      propose({ state, self, options, effects }, state.proposer.own);
    },
  };
}

interface Step<Value> {
  readonly state: PaxosState<Value>;
  readonly self: ProcessId;
  readonly options: PaxosOptions;
  readonly effects: Out<Value>;
}

/** The server is a learner that has learnt: all it does is to tell others. */
function tell<Value>(step: Step<Value>, from: ProcessId, message: PaxosMessage<Value>, chosen: Vote<Value>): void {
  const { proposal } = chosen;
  const answer = (reply: PaxosMessage<Value>) => {
    // Of a larger group, a majority has the vote on its disks; that of a group of one may still be on its way there.
    if (step.options.group.length === 1) answerWhenDurable(step, from, reply);
    else step.effects.push({ kind: 'send', to: from, message: reply });
  };
  if (message.kind === 'read') answer({ kind: 'read-done', request: message.request, value: proposal.value });
  else if (message.kind === 'prepare' || message.kind === 'accept') answer({ kind: 'decided', ...chosen });
  else if (message.kind === 'write') {
    const { request } = message;
    const won = proposal.client === from && proposal.request === request;
    answer(won ? { kind: 'write-done', request } : { kind: 'write-refused', request, chosen: proposal.value });
  }
}

function whileUndecided<Value>(step: Step<Value>, from: ProcessId, message: PaxosMessage<Value>): void {
  const { state } = step;
  switch (message.kind) {
    case 'write':
      if (mayPropose(state)) propose(step, { client: from, request: message.request, value: message.value });
      break;
    case 'prepare': {
      const promised = promise(state.acceptor, message.ballot);
      if (promised === undefined) break;
      state.acceptor = promised;
      answerWhenDurable(step, from, { kind: 'promise', ballot: message.ballot, vote: promised.vote });
      break;
    }
    case 'promise':
      onPromise(step, from, message.ballot, message.vote);
      break;
    case 'accept': {
      const accepted = accept(state.acceptor, message.ballot, message.proposal);
      if (accepted === undefined) break;
      state.acceptor = accepted;
      answerWhenDurable(step, from, { kind: 'accepted', ballot: message.ballot });
      break;
    }
    case 'accepted':
      onAccepted(step, from, message.ballot);
      break;
    case 'decided': {
      const then: Out<Value> = [];
      learn(step, { ballot: message.ballot, proposal: message.proposal }, then);
      step.effects.push(persist(state, then));
      break;
    }
    default:
      break;
  }
}

function answerWhenDurable<Value>({ state, effects }: Step<Value>, to: ProcessId, message: PaxosMessage<Value>): void {
  effects.push(persist(state, [{ kind: 'send', to, message }]));
}

function propose<Value>(step: Step<Value>, own: Proposal<Value>): void {
  const { state, self, options } = step;
  const ballot = { round: state.acceptor.promised.round + 1, process: self };
  state.acceptor = { promised: ballot, vote: state.acceptor.vote };
  const proposer = startPreparing(ballot, own, self, state.acceptor.vote);
  state.proposer = proposer;
  const then: Out<Value> = [];
  broadcast(step, { kind: 'prepare', ballot }, then);
  if (options.retry) step.effects.push({ kind: 'set-timer', timer: 'retry' });
  acceptIfPromised(step, proposer, then);
  step.effects.push(persist(state, then));
}

function onPromise<Value>(step: Step<Value>, from: ProcessId, ballot: Ballot, vote: Vote<Value> | undefined): void {
  const { proposer } = step.state;
  if (proposer.phase === 'idle' || !isCurrent(step.state, proposer.ballot, ballot)) return;
  proposer.promises.set(from, vote);
  if (proposer.phase === 'accepting') return;
  const then: Out<Value> = [];
  if (acceptIfPromised(step, proposer, then)) step.effects.push(persist(step.state, then));
}

function acceptIfPromised<Value>(step: Step<Value>, proposer: Preparing<Value>, then: Out<Value>): boolean {
  const { state, self } = step;
  if (proposer.promises.size < majority(step)) return false;
  const accepting = startAccepting(proposer, self);
  const { ballot, proposal } = accepting;
  state.proposer = accepting;
  state.acceptor = { promised: ballot, vote: { ballot, proposal } };
  broadcast(step, { kind: 'accept', ballot, proposal }, then);
  decideIfAccepted(step, then);
  return true;
}

function onAccepted<Value>(step: Step<Value>, from: ProcessId, ballot: Ballot): void {
  const { state } = step;
  const { proposer } = state;
  if (proposer.phase !== 'accepting' || !isCurrent(state, proposer.ballot, ballot)) return;
  proposer.accepted.add(from);
  const then: Out<Value> = [];
  if (decideIfAccepted(step, then)) step.effects.push(persist(state, then));
}

function decideIfAccepted<Value>(step: Step<Value>, then: Out<Value>): boolean {
  const { proposer } = step.state;
  if (proposer.phase !== 'accepting' || proposer.accepted.size < majority(step)) return false;
  const { ballot, proposal } = proposer;
  learn(step, { ballot, proposal }, then);
  broadcast(step, { kind: 'decided', ballot, proposal }, then);
  then.push({ kind: 'send', to: proposal.client, message: { kind: 'write-done', request: proposal.request } });
  return true;
}

/** The own client is told of a loss; of its win the decider tells it. */
function learn<Value>(step: Step<Value>, chosen: Vote<Value>, then: Out<Value>): void {
  const { state, options } = step;
  state.acceptor = { promised: chosen.ballot, vote: chosen };
  state.decided = true;
  if (state.proposer.phase === 'idle') return;
  if (options.retry) step.effects.push({ kind: 'cancel-timer', timer: 'retry' });
  const { own } = state.proposer;
  const { proposal } = chosen;
  if (own.client === proposal.client && own.request === proposal.request) return;
  const refused = { kind: 'write-refused', request: own.request, chosen: proposal.value } as const;
  then.push({ kind: 'send', to: own.client, message: refused });
}

/** Whether an answer is to the ballot this proposer is in, and its own acceptor has not promised a greater one since. */
function isCurrent(state: PaxosState<unknown>, ballot: Ballot, answered: Ballot): boolean {
  return compareBallots(ballot, answered) === 0 && compareBallots(ballot, state.acceptor.promised) === 0;
}

function majority({ options }: Step<unknown>): number {
  return Math.floor(options.group.length / 2) + 1;
}

function broadcast<Value>({ self, options }: Step<Value>, message: PaxosMessage<Value>, effects: Out<Value>): void {
  for (const to of options.group) if (to !== self) effects.push({ kind: 'send', to, message });
}

function persist<Value>({ acceptor, decided }: PaxosState<Value>, then: Out<Value>): Out<Value>[number] {
  return { kind: 'persist', stored: { acceptor, decided }, then };
}
