/** What a member of a chain knows, what of it survives a crash, and small questions about it. */
import type { Effects, ProcessId } from '../process/index.ts';
import { type Configuration, type Epoch, type Role, roleOf } from './configuration.ts';
import { EMPTY_LOG, type Index, type Log } from './log.ts';
import type { ChainMessage } from './message.ts';

export interface ChainOptions {
  /** Whether messages may be lost, so that they must be sent again. Without it no timer is set. */
  readonly resend: boolean;
}

export type Phase =
  /** Serves nobody: not in the configuration, sealed, deposed, or started anew. */
  | { readonly kind: 'outside' }
  /** In the configuration, but does not yet have all that its predecessor had at the beginning of the epoch. */
  | { readonly kind: 'behind'; successorLast: Index | undefined; copyThrough: Index | undefined }
  /** Its log holds all that was ever acknowledged. `sent`: how far its successor was sent entries; undefined until that has spoken. */
  | { readonly kind: 'in-step'; sent: Index | undefined };

export interface ChainState<Value> {
  /** The latest it took part in. */
  configuration: Configuration | undefined;
  /** Serves in no epoch below. Only grows. */
  sealed: Epoch;
  /** The latest epoch in which it was in step. */
  inStep: Epoch;
  log: Log<Value>;
  /** All up to here is known to be in every member. */
  acknowledged: Index;
  phase: Phase;
}

export interface StoredChain<Value> {
  /** The epoch it last took part in. */
  readonly epoch: Epoch;
  readonly sealed: Epoch;
  readonly inStep: Epoch;
  readonly log: Log<Value>;
  readonly acknowledged: Index;
}

export type ChainTimer = 'resend';
export type ChainEffects<Value> = Effects<ChainMessage<Value>, ChainTimer, StoredChain<Value>>;

export interface Step<Value> {
  readonly state: ChainState<Value>;
  readonly self: ProcessId;
  readonly options: ChainOptions;
  readonly effects: ChainEffects<Value>;
}

/**
 * A member that starts anew has left its epoch: the master may have taken its crash for its end and gone on without sealing it, so
 * nothing that is still under way in the old epoch may bring it back to life there.
 */
export function startChain<Value>(stored: StoredChain<Value> | undefined): ChainState<Value> {
  return {
    configuration: undefined,
    sealed: stored === undefined ? 0 : Math.max(stored.sealed, stored.epoch + 1),
    inStep: stored?.inStep ?? 0,
    log: stored?.log ?? EMPTY_LOG,
    acknowledged: stored?.acknowledged ?? 0,
    phase: { kind: 'outside' },
  };
}

/** Its role now: `outside` also when it is sealed. */
export function currentRole({ configuration, phase }: ChainState<unknown>, self: ProcessId): Role {
  return configuration === undefined || phase.kind === 'outside' ? 'outside' : roleOf(configuration, self);
}

export function persist<Value>(state: ChainState<Value>, then: ChainEffects<Value>): ChainEffects<Value>[number] {
  const { configuration, sealed, inStep, log, acknowledged } = state;
  return { kind: 'persist', stored: { epoch: configuration?.epoch ?? 0, sealed, inStep, log, acknowledged }, then };
}
