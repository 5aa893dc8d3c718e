/**
 * The transaction manager of two-phase commit, for one transaction.
 *
 * Intuition: who has voted yes can no longer abort on its own, and who has not can. So when all have voted yes, and only then, may
 * the manager decide to commit; until then it may abort at any moment. Its decision to commit, once durable, is the commit.
 *
 * | state     | event                              | new state | effects                                                       |
 * |-----------|------------------------------------|-----------|---------------------------------------------------------------|
 * | unknown   | begin                              | preparing | prepare to all; set timer give-up                             |
 * | unknown   | prepared, inquire                  | unknown   | abort to the sender: presumed                                 |
 * | preparing | prepared, some missing             | preparing |                                                               |
 * | preparing | prepared, now all                  | committed | persist, then: commit to all, outcome to the client; set timer resend |
 * | preparing | refused, or timer give-up          | aborted   | abort to all, outcome to the client                           |
 * | committed | acknowledge, some missing          | committed |                                                               |
 * | committed | acknowledge, now all               | forgotten | persist                                                       |
 * | committed | prepared, inquire                  | committed | persist, then: commit to the sender                           |
 * | decided   | begin, again                       |           | outcome to the client                                         |
 * | committed | timer resend                       | committed | persist, then: commit to who has not acknowledged; set timer resend |
 * | aborted   | prepared, inquire                  | aborted   | abort to the sender                                           |
 * | forgotten | inquire, late                      | forgotten |                                                               |
 * | any       | it crashes and starts again        | committed if that was persisted, with timer resend; else unknown      ||
 *
 * Presumed abort: nothing is written before the decision and nothing for an abort, and an abort need not be acknowledged: a
 * manager that knows nothing of a transaction says abort, so an aborted one may be dropped. A commit is remembered until all have acknowledged it.
 *
 * Source: Gray, "Notes on Data Base Operating Systems" (1978), section 5.8.3.3; Lamport and Gray, "Consensus on Transaction Commit"
 * (2006), section 3 and the specification TwoPhase; presumed abort: Mohan, Lindsay, Obermarck, "Transaction Management in the R*
 * Distributed Database Management System" (1986), section 3. The notes count 2 + 2D writes and 4D messages for D databases: here 2 +
 * 2D and 4D for a commit, and at most D writes for an abort.
 * Invariant: once committed, never aborted, and the other way round, whatever crashes.
 */
import { invariant } from '../../runtime/errors/index.ts';
import type { Effects, Process, ProcessId } from '../process/index.ts';
import type { TransactionMessage } from './message.ts';

export type Coordination =
  | { readonly phase: 'unknown' }
  | Preparing
  /** `prepared`: who had voted. */
  | { readonly phase: 'aborted'; readonly prepared: ReadonlySet<ProcessId> }
  | { readonly phase: 'committed'; readonly participants: readonly ProcessId[]; readonly acknowledged: Set<ProcessId> }
  | { readonly phase: 'forgotten' };

interface Preparing {
  readonly phase: 'preparing';
  readonly client: ProcessId;
  readonly participants: readonly ProcessId[];
  readonly prepared: Set<ProcessId>;
}

export interface ManagerState {
  coordination: Coordination;
}

/** What the manager keeps through a crash; nothing before the decision. */
export type StoredManager =
  | { readonly phase: 'committed'; readonly participants: readonly ProcessId[] }
  | { readonly phase: 'forgotten' };

export type ManagerTimer = 'give-up' | 'resend';
export type TransactionManager = Process<ManagerState, TransactionMessage, ManagerTimer, StoredManager>;
export type ManagerEffects = Effects<TransactionMessage, ManagerTimer, StoredManager>;

export function transactionManager(): TransactionManager {
  return {
    start(_self, stored, effects) {
      if (stored === undefined) return { coordination: { phase: 'unknown' } };
      if (stored.phase === 'forgotten') return { coordination: stored };
      effects.push({ kind: 'set-timer', timer: 'resend' });
      return { coordination: { ...stored, acknowledged: new Set() } };
    },
    onMessage(state, _self, from, message, effects) {
      switch (message.kind) {
        case 'begin':
          begin(state, from, message.participants, effects);
          break;
        case 'prepared':
          notePrepared(state, from);
          if (mayCommit(state)) commit(state, effects);
          else if (state.coordination.phase !== 'preparing') tellOutcome(state, from, effects);
          break;
        case 'refused':
          abort(state, effects);
          break;
        case 'inquire':
          tellOutcome(state, from, effects);
          break;
        case 'acknowledge':
          noteAcknowledged(state, from, effects);
          break;
        default:
          break;
      }
    },
    onTimer(state, _self, timer, effects) {
      if (timer === 'give-up') abort(state, effects);
      else resend(state, effects);
    },
  };
}

function begin(state: ManagerState, client: ProcessId, participants: readonly ProcessId[], effects: ManagerEffects): void {
  const { phase } = state.coordination;
  if (phase === 'preparing') return;
  if (phase !== 'unknown') {
    answerAgain(state, client, effects);
    return;
  }
  invariant(participants.length > 0, 'a transaction has participants');
  state.coordination = { phase: 'preparing', client, participants, prepared: new Set() };
  sendAll(participants, { kind: 'prepare' }, effects);
  effects.push({ kind: 'set-timer', timer: 'give-up' });
}

/** A client asks once more. As with every commit, it hears of one only when that is durable. */
function answerAgain({ coordination }: ManagerState, client: ProcessId, effects: ManagerEffects): void {
  const outcome = coordination.phase === 'aborted' ? 'aborted' : 'committed';
  const then: ManagerEffects = [{ kind: 'send', to: client, message: { kind: 'outcome', outcome } }];
  if (coordination.phase === 'committed') {
    effects.push(persist({ phase: 'committed', participants: coordination.participants }, then));
  } else effects.push(...then);
}

/** A vote has come. Not yet the decision: the manager may still abort. */
export function notePrepared({ coordination }: ManagerState, from: ProcessId): void {
  if (coordination.phase === 'preparing' && coordination.participants.includes(from)) coordination.prepared.add(from);
}

export function mayCommit({ coordination }: ManagerState): boolean {
  return coordination.phase === 'preparing' && coordination.prepared.size === coordination.participants.length;
}

/** Decide to commit. Only if {@link mayCommit}. */
export function commit(state: ManagerState, effects: ManagerEffects): void {
  const { coordination } = state;
  if (coordination.phase !== 'preparing') return;
  const { participants, client } = coordination;
  state.coordination = { phase: 'committed', participants, acknowledged: new Set() };
  const then: ManagerEffects = [];
  sendAll(participants, { kind: 'commit' }, then);
  then.push({ kind: 'send', to: client, message: { kind: 'outcome', outcome: 'committed' } });
  effects.push({ kind: 'cancel-timer', timer: 'give-up' });
  effects.push(persist({ phase: 'committed', participants }, then));
  effects.push({ kind: 'set-timer', timer: 'resend' });
}

/** Decide to abort: allowed until the decision to commit. */
export function abort(state: ManagerState, effects: ManagerEffects): void {
  const { coordination } = state;
  if (coordination.phase !== 'preparing') return;
  const { participants, client, prepared } = coordination;
  state.coordination = { phase: 'aborted', prepared };
  sendAll(participants, { kind: 'abort' }, effects);
  effects.push({ kind: 'send', to: client, message: { kind: 'outcome', outcome: 'aborted' } });
  effects.push({ kind: 'cancel-timer', timer: 'give-up' });
}

/** A forgotten transaction was committed by all: who still asks has been told since. */
function tellOutcome({ coordination }: ManagerState, to: ProcessId, effects: ManagerEffects): void {
  const { phase } = coordination;
  if (phase === 'committed') sayCommit(coordination.participants, [to], effects);
  else if (phase === 'aborted' || phase === 'unknown') effects.push({ kind: 'send', to, message: { kind: 'abort' } });
}

function noteAcknowledged(state: ManagerState, from: ProcessId, effects: ManagerEffects): void {
  const { coordination } = state;
  if (coordination.phase !== 'committed' || !coordination.participants.includes(from)) return;
  coordination.acknowledged.add(from);
  if (coordination.acknowledged.size < coordination.participants.length) return;
  state.coordination = { phase: 'forgotten' };
  effects.push({ kind: 'cancel-timer', timer: 'resend' });
  effects.push(persist({ phase: 'forgotten' }, []));
}

function resend({ coordination }: ManagerState, effects: ManagerEffects): void {
  if (coordination.phase !== 'committed') return;
  const { participants, acknowledged } = coordination;
  const waitingFor = participants.filter((participant) => !acknowledged.has(participant));
  sayCommit(participants, waitingFor, effects);
  effects.push({ kind: 'set-timer', timer: 'resend' });
}

/** Always behind a persist: the decision may still be on its way to the disk, and a manager that lost it would say abort. */
function sayCommit(participants: readonly ProcessId[], to: readonly ProcessId[], effects: ManagerEffects): void {
  const then: ManagerEffects = [];
  sendAll(to, { kind: 'commit' }, then);
  effects.push(persist({ phase: 'committed', participants }, then));
}

function sendAll(participants: readonly ProcessId[], message: TransactionMessage, effects: ManagerEffects): void {
  for (const to of participants) effects.push({ kind: 'send', to, message });
}

function persist(stored: StoredManager, then: ManagerEffects): ManagerEffects[number] {
  return { kind: 'persist', stored, then };
}
