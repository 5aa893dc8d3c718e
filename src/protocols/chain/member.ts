/**
 * A member of a chain: which messages it listens to, and from whom. What it does with them is in replication.ts (entries) and
 * reconfiguration.ts (epochs).
 *
 * | message of                     | heeded if                                                        | else                     |
 * |--------------------------------|------------------------------------------------------------------|--------------------------|
 * | the predecessor, the successor | it is of the epoch this member takes part in, and they are that  | older: deposed; newer: left |
 * | the master                     | its epoch is not below the sealed one                            | deposed                  |
 * | a client                       | always                                                           |                          |
 *
 * Invariant: a member takes part in at most one epoch, in which nothing was sealed.
 */
import type { Process, ProcessId } from '../process/index.ts';
import { predecessorOf, successorOf } from './configuration.ts';
import { handOver, type Index } from './log.ts';
import type { ChainMessage } from './message.ts';
import { onCatchUp, onConfigure, onCopied, onDeposed, onPosition, onResend, onSeal, onTooFarBehind } from './reconfiguration.ts';
import { onAcknowledge, onForward, onRequest } from './replication.ts';
import { type ChainOptions, type ChainState, type ChainTimer, type Step, type StoredChain, startChain } from './state.ts';

export type ChainMember<Value> = Process<ChainState<Value>, ChainMessage<Value>, ChainTimer, StoredChain<Value>>;

export function chainMember<Value>(options: ChainOptions): ChainMember<Value> {
  return {
    start: (_self, stored) => startChain(stored),
    onMessage(state, self, from, message, effects) {
      const step = { state, self, options, effects };
      switch (message.kind) {
        case 'append':
        case 'read':
          onRequest(step, from, message);
          break;
        case 'seal':
          onSeal(step, from, message.epoch);
          break;
        case 'configure':
          if (message.configuration.epoch >= state.sealed) onConfigure(step, message.configuration);
          else depose(step, from);
          break;
        case 'deposed':
          onDeposed(step, message.epoch);
          break;
        case 'copied':
          if (from === self) onCopied(step, message.base);
          break;
        case 'forward':
        case 'catch-up':
        case 'too-far-behind':
        case 'acknowledge':
        case 'position':
          if (message.epoch < state.sealed) depose(step, from);
          else if (isFromNeighbour(state, self, from, message)) heed(step, from, message);
          break;
        default:
          break;
      }
    },
    onTimer(state, self, _timer, effects) {
      onResend({ state, self, options, effects });
    },
  };
}

/** The store keeps everything up to `index` itself from now on; only what is acknowledged and was sent on is let go. */
export function handOverThrough(state: ChainState<unknown>, index: Index): void {
  const sent = state.phase.kind === 'in-step' ? state.phase.sent : undefined;
  state.log = handOver(state.log, Math.min(index, state.acknowledged, sent ?? index));
}

type NeighbourMessage<Value> = Extract<ChainMessage<Value>, { readonly epoch: number }>;

function heed<Value>(step: Step<Value>, from: ProcessId, message: NeighbourMessage<Value>): void {
  if (message.kind === 'forward') onForward(step, message.entries);
  else if (message.kind === 'catch-up') onCatchUp(step, message);
  else if (message.kind === 'too-far-behind') onTooFarBehind(step, message.base);
  else if (message.kind === 'acknowledge') onAcknowledge(step, from, message.through);
  else if (message.kind === 'position') onPosition(step, message.last);
}

function isFromNeighbour<Value>(
  { configuration, phase }: ChainState<Value>,
  self: ProcessId,
  from: ProcessId,
  message: NeighbourMessage<Value>,
): boolean {
  if (configuration === undefined || phase.kind === 'outside' || message.epoch !== configuration.epoch) return false;
  const upwards = message.kind === 'acknowledge' || message.kind === 'position';
  return from === (upwards ? successorOf(configuration, self) : predecessorOf(configuration, self));
}

function depose<Value>({ state, effects }: Step<Value>, to: ProcessId): void {
  effects.push({ kind: 'send', to, message: { kind: 'deposed', epoch: state.sealed } });
}
