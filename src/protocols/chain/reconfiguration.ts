/**
 * How a chain changes its members: the old epoch is sealed, the new configuration travels from its head to its tail, and each
 * member is brought into step by its predecessor before it serves.
 *
 * | phase           | event                              | new phase | effects                                                       |
 * |-----------------|------------------------------------|-----------|---------------------------------------------------------------|
 * | any             | seal e, new                        | outside   | persist, then: sealed e, with the epoch it was last in step   |
 * | any             | seal e, again                      |           | persist, then: sealed e                                       |
 * | any             | configure e, own role is head      | in step   | persist, then: configure e to the successor                   |
 * | any             | configure e, another role          | behind    | cut what may differ; persist, then: configure e to the successor, position to the predecessor |
 * | any             | configure e, no role               | outside   | persist                                                       |
 * | behind, in step | configure e, again                 |           | persist, then: position to the predecessor                    |
 * | behind          | position p of the successor        | behind    |                                                               |
 * | in step         | position p of the successor        | in step   | persist, then: catch-up, all that is after p; too-far-behind if the store has it |
 * | behind          | catch-up                           | in step   | persist, then: catch-up to the successor if it has spoken; the tail acknowledges |
 * | in step         | catch-up, again                    | in step   | what is new in it is taken as a forward                       |
 * | behind          | too-far-behind                     | behind    | the store is to copy, then says copied                        |
 * | behind          | copied b                           | behind    | persist, then: position to the predecessor                    |
 * | any             | anything of an older epoch         |           | deposed to the sender                                         |
 * | any             | deposed e, new                     | outside   | persist                                                       |
 *
 * What a member has beyond `acknowledged` is kept if it was in step in the epoch that is continued, in the same order, since then its
 * log is a prefix of its predecessor's; else it may differ, and is cut. "Each node in the chain has an active config prefix; chain nodes upgrade at
 * their own pace" (the notes).
 *
 * Source: van Renesse and Schneider (2004), section 3 (failure of head, middle and tail; extending a chain), with the epochs and
 * seals of "Vertical Paxos" (2009). Invariants: in an epoch, who is in step has all that was acknowledged in any epoch before;
 * nobody serves in an epoch below the one it sealed, also after a crash; a successor's log is a prefix of its predecessor's.
 */
import { invariant } from '../../runtime/errors/index.ts';
import type { ProcessId } from '../process/index.ts';
import { type Configuration, type Epoch, isHead, isTail, predecessorOf, roleOf, successorOf } from './configuration.ts';
import { cutAfter, entriesAfter, type Index, lastIndex } from './log.ts';
import type { CatchUp } from './message.ts';
import { onForward, passOn, tellPredecessor } from './replication.ts';
import { type ChainEffects, currentRole, persist, type Step } from './state.ts';

export function onSeal<Value>({ state, effects }: Step<Value>, master: ProcessId, epoch: Epoch): void {
  const taken = (state.configuration?.epoch ?? 0) >= epoch;
  if (epoch < state.sealed || taken) {
    effects.push({ kind: 'send', to: master, message: { kind: 'deposed', epoch: state.sealed } });
    return;
  }
  state.sealed = epoch;
  state.phase = { kind: 'outside' };
  const { inStep, log } = state;
  effects.push(persist(state, [{ kind: 'send', to: master, message: { kind: 'sealed', epoch, last: lastIndex(log), inStep } }]));
}

export function onDeposed<Value>({ state, effects }: Step<Value>, epoch: Epoch): void {
  if (epoch <= state.sealed) return;
  state.sealed = epoch;
  state.phase = { kind: 'outside' };
  effects.push(persist(state, []));
}

export function onConfigure<Value>(step: Step<Value>, configuration: Configuration): void {
  const { state, self, effects, options } = step;
  const { epoch, continues, keeping } = configuration;
  const then: ChainEffects<Value> = [];
  if (state.configuration?.epoch === epoch) {
    tellPosition(step, then);
    if (then.length > 0) effects.push(persist(state, then));
    return;
  }
  const role = roleOf(configuration, self);
  const fit = state.inStep === continues && (continues > 0 ? keeping.includes(self) : lastIndex(state.log) === 0);
  // A master that keeps to the rule of succession makes nobody else the head.
  if (isHead(role) && !fit) return;
  state.sealed = epoch;
  state.configuration = configuration;
  if (role === 'outside') state.phase = { kind: 'outside' };
  else if (isHead(role)) {
    state.phase = { kind: 'in-step', sent: undefined };
    state.inStep = epoch;
  } else {
    if (!fit) state.log = cutAfter(state.log, state.acknowledged);
    state.phase = { kind: 'behind', successorLast: undefined, copyThrough: undefined };
  }
  configureSuccessor(step, then);
  tellPosition(step, then);
  passOn(step, then);
  if (options.resend && role !== 'outside') effects.push({ kind: 'set-timer', timer: 'resend' });
  effects.push(persist(state, then));
}

/** How far the successor's log goes. */
export function onPosition<Value>(step: Step<Value>, last: Index): void {
  const { state, effects } = step;
  if (state.phase.kind === 'behind') {
    state.phase.successorLast = last;
    return;
  }
  const then: ChainEffects<Value> = [];
  catchUpSuccessor(step, last, then);
  if (then.length > 0) effects.push(persist(state, then));
}

export function onCatchUp<Value>(step: Step<Value>, message: CatchUp<Value>): void {
  const { state, effects } = step;
  const { phase } = state;
  if (phase.kind === 'in-step') onForward(step, message.entries);
  if (phase.kind !== 'behind' || message.after > lastIndex(state.log)) return;
  const known = lastIndex(state.log) - message.after;
  state.log = { base: state.log.base, entries: [...state.log.entries, ...message.entries.slice(known)] };
  state.acknowledged = Math.max(state.acknowledged, message.acknowledged);
  state.phase = { kind: 'in-step', sent: undefined };
  state.inStep = message.epoch;
  const then: ChainEffects<Value> = [];
  if (phase.successorLast !== undefined) catchUpSuccessor(step, phase.successorLast, then);
  passOn(step, then);
  effects.push(persist(state, then));
}

export function onTooFarBehind<Value>({ state }: Step<Value>, base: Index): void {
  if (state.phase.kind === 'behind' && base > lastIndex(state.log)) state.phase.copyThrough = base;
}

export function onCopied<Value>(step: Step<Value>, base: Index): void {
  const { state, effects } = step;
  if (state.phase.kind !== 'behind' || base <= lastIndex(state.log)) return;
  state.log = { base, entries: [] };
  state.acknowledged = base;
  state.phase.copyThrough = undefined;
  const then: ChainEffects<Value> = [];
  tellPosition(step, then);
  effects.push(persist(state, then));
}

/** Say again what may have been lost; each member asks its predecessor, which knows what to send by the answer. */
export function onResend<Value>(step: Step<Value>): void {
  const { state, self, effects } = step;
  if (state.phase.kind === 'outside') return;
  const then: ChainEffects<Value> = [];
  if (state.phase.kind === 'behind' || state.phase.sent === undefined) configureSuccessor(step, then);
  tellPosition(step, then);
  const role = currentRole(state, self);
  if (role === 'joining') tellPredecessor(step, lastIndex(state.log), then);
  else if (role === 'middle' || isTail(role)) tellPredecessor(step, state.acknowledged, then);
  effects.push(persist(state, then), { kind: 'set-timer', timer: 'resend' });
}

function configureSuccessor<Value>({ state, self }: Step<Value>, then: ChainEffects<Value>): void {
  const { configuration } = state;
  const successor = configuration === undefined ? undefined : successorOf(configuration, self);
  if (configuration === undefined || successor === undefined) return;
  then.push({ kind: 'send', to: successor, message: { kind: 'configure', configuration } });
}

function tellPosition<Value>({ state, self }: Step<Value>, then: ChainEffects<Value>): void {
  const { configuration, phase, log } = state;
  if (configuration === undefined || phase.kind === 'outside') return;
  const predecessor = predecessorOf(configuration, self);
  if (predecessor === undefined) return;
  const { epoch } = configuration;
  then.push({ kind: 'send', to: predecessor, message: { kind: 'position', epoch, last: lastIndex(log) } });
}

function catchUpSuccessor<Value>({ state, self }: Step<Value>, after: Index, then: ChainEffects<Value>): void {
  const { configuration, phase, log, acknowledged } = state;
  const successor = configuration === undefined ? undefined : successorOf(configuration, self);
  if (configuration === undefined || successor === undefined || phase.kind !== 'in-step') return;
  invariant(after <= lastIndex(log), `the successor's log (${after}) is no longer than its predecessor's (${lastIndex(log)})`);
  const { epoch } = configuration;
  if (after < log.base) {
    then.push({ kind: 'send', to: successor, message: { kind: 'too-far-behind', epoch, base: log.base } });
    return;
  }
  phase.sent = lastIndex(log);
  const entries = entriesAfter(log, after);
  then.push({ kind: 'send', to: successor, message: { kind: 'catch-up', epoch, after, entries, acknowledged } });
}
