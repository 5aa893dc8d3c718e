/**
 * A resource manager of two-phase commit, for one transaction: it has done work and can still undo it, until it votes.
 *
 * | state     | event                                  | new state | effects                                                   |
 * |-----------|----------------------------------------|-----------|-----------------------------------------------------------|
 * | working   | prepare, and it can                    | prepared  | persist, then: prepared to the manager; set timer inquire |
 * | working   | prepare, and it cannot; timer give-up  | aborted   | refused to the manager                                    |
 * | working   | abort                                  | aborted   |                                                           |
 * | prepared  | commit                                 | committed | persist, then: acknowledge                                |
 * | prepared  | abort                                  | aborted   | persist                                                   |
 * | prepared  | timer inquire                          | prepared  | inquire to the manager; set timer inquire                 |
 * | prepared  | prepare, again                         | prepared  | persist, then: prepared                                   |
 * | committed | commit, again                          | committed | persist, then: acknowledge                                |
 * | aborted   | prepare, late                          | aborted   | refused                                                   |
 * | prepared  | it crashes and starts again            | prepared  | set timer inquire                                         |
 * | working   | it starts                              | working   | set timer give-up; after a crash its work is lost, and it cannot prepare |
 *
 * Between its vote and the outcome it holds what it has locked, however long the manager is away: two-phase commit blocks.
 * Source: as manager.ts. The vote is durable before it is sent: else a crash could undo what the manager counts on.
 * Invariants: from prepared, only the manager's word leads on; committed and aborted are final.
 */
import type { Effects, Process, ProcessId } from '../process/index.ts';
import type { TransactionMessage } from './message.ts';

export type Participation =
  | { readonly phase: 'working' }
  | { readonly phase: 'prepared'; readonly manager: ProcessId }
  | { readonly phase: 'committed' }
  | { readonly phase: 'aborted' };

export interface ResourceManagerState {
  participation: Participation;
}

/** What a resource manager keeps through a crash; to have kept nothing is to have aborted. */
export type StoredResourceManager = Exclude<Participation, { readonly phase: 'working' }>;

export interface ResourceManagerOptions {
  /** Whether the work can be made durable and kept from others until the outcome: the vote. No, if a crash has undone the work. */
  canPrepare(): boolean;
}

export type ResourceManagerTimer = 'give-up' | 'inquire';
export type ResourceManager = Process<ResourceManagerState, TransactionMessage, ResourceManagerTimer, StoredResourceManager>;
export type ResourceManagerEffects = Effects<TransactionMessage, ResourceManagerTimer, StoredResourceManager>;

export function resourceManager({ canPrepare }: ResourceManagerOptions): ResourceManager {
  return {
    start(_self, stored, effects) {
      if (stored?.phase === 'prepared') effects.push({ kind: 'set-timer', timer: 'inquire' });
      else if (stored === undefined) effects.push({ kind: 'set-timer', timer: 'give-up' });
      return { participation: stored ?? { phase: 'working' } };
    },
    onMessage(state, _self, from, message, effects) {
      switch (message.kind) {
        case 'prepare':
          onPrepare(state, from, canPrepare, effects);
          break;
        case 'commit':
          onCommit(state, from, effects);
          break;
        case 'abort':
          onAbort(state, effects);
          break;
        default:
          break;
      }
    },
    onTimer(state, _self, timer, effects) {
      const { participation } = state;
      if (timer === 'inquire' && participation.phase === 'prepared') {
        effects.push({ kind: 'send', to: participation.manager, message: { kind: 'inquire' } });
        effects.push({ kind: 'set-timer', timer: 'inquire' });
      } else if (timer === 'give-up') abortUnilaterally(state);
    },
  };
}

function onPrepare(
  state: ResourceManagerState,
  manager: ProcessId,
  canPrepare: () => boolean,
  effects: ResourceManagerEffects,
): void {
  const { phase } = state.participation;
  if (phase === 'working') effects.push({ kind: 'cancel-timer', timer: 'give-up' });
  if (phase === 'prepared' || (phase === 'working' && canPrepare())) prepare(state, manager, effects);
  else if (phase !== 'committed') {
    abortUnilaterally(state);
    effects.push({ kind: 'send', to: manager, message: { kind: 'refused' } });
  }
}

/** Vote yes. */
export function prepare(state: ResourceManagerState, manager: ProcessId, effects: ResourceManagerEffects): void {
  const prepared = { phase: 'prepared', manager } as const;
  state.participation = prepared;
  effects.push(persist(prepared, [{ kind: 'send', to: manager, message: { kind: 'prepared' } }]));
  effects.push({ kind: 'set-timer', timer: 'inquire' });
}

/** Abort without being told: possible until the vote. */
export function abortUnilaterally(state: ResourceManagerState): void {
  if (state.participation.phase === 'working') state.participation = { phase: 'aborted' };
}

export function onCommit(state: ResourceManagerState, manager: ProcessId, effects: ResourceManagerEffects): void {
  const { phase } = state.participation;
  // Without a vote there is nothing that could be committed: the manager would be defective.
  if (phase === 'working' || phase === 'aborted') return;
  const committed = { phase: 'committed' } as const;
  state.participation = committed;
  effects.push({ kind: 'cancel-timer', timer: 'inquire' });
  effects.push(persist(committed, [{ kind: 'send', to: manager, message: { kind: 'acknowledge' } }]));
}

export function onAbort(state: ResourceManagerState, effects: ResourceManagerEffects): void {
  const { phase } = state.participation;
  if (phase === 'committed' || phase === 'aborted') return;
  const aborted = { phase: 'aborted' } as const;
  state.participation = aborted;
  effects.push({ kind: 'cancel-timer', timer: phase === 'working' ? 'give-up' : 'inquire' });
  if (phase === 'prepared') effects.push(persist(aborted, []));
}

function persist(stored: StoredResourceManager, then: ResourceManagerEffects): ResourceManagerEffects[number] {
  return { kind: 'persist', stored, then };
}
