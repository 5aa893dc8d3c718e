/**
 * A stand-in and the hints that it holds, of one key.
 *
 * | hint for T | event                                           | new state   | effects                                    |
 * |------------|-------------------------------------------------|-------------|--------------------------------------------|
 * | none       | a write for T                                   | held        | persist; then acknowledge                  |
 * | held       | another write for T                             | held        | persist the merge of both; then acknowledge |
 * | held       | timer, T is a home                              | held        | offer it to T                              |
 * | held       | T has durably what is held                      | none        | persist                                    |
 * | held       | T has durably what was offered, more has come   | held        |                                            |
 * | held       | ring: T has left, or is no home                 | none        | hold it for the homes, or keep it as one; persist |
 * | held       | T is unknown                                    | held        |                                            |
 * | any        | crash                                           | as persisted | timer                                     |
 *
 * Source: the Dynamo paper, section 4.6 (hinted handoff). Deviations: hints of one key are one hint, merged by their versions; a hint
 * follows its target's place in the ring; the acknowledgement names what was offered, for a write that arrives between an offer and its
 * acknowledgement must not be retired with it.
 * Invariants: what was acknowledged is in a hint, or durable at the hint's target, or at the homes after it; a hint goes only when
 * its target has durably all that it holds.
 */
import type { Effects, Process, ProcessId } from '../process/index.ts';
import { destinationOf, type Standing } from './destination.ts';

export type HandoffMessage<Data> =
  /** To a stand-in: hold this for the target. */
  | { readonly kind: 'hint'; readonly target: ProcessId; readonly data: Data }
  /** The stand-in has it durably. */
  | { readonly kind: 'hint-stored'; readonly data: Data }
  /** To a home: a write, or a hint that is handed over. */
  | { readonly kind: 'store'; readonly data: Data }
  /** The home has it durably. */
  | { readonly kind: 'stored'; readonly data: Data }
  /** Who the homes are from now on. */
  | { readonly kind: 'ring'; readonly homes: readonly ProcessId[] };

export interface Hint<Data> {
  readonly target: ProcessId;
  readonly data: Data;
}

/** All of it survives a crash. */
export interface HolderState<Data> {
  hints: readonly Hint<Data>[];
  /** What it has as a home itself. */
  own: Data | undefined;
  homes: readonly ProcessId[];
  /** Were homes once, and are not any more. */
  left: readonly ProcessId[];
}

export type HandoffTimer = 'offer';

/** What is written, and how two writes come together. */
export interface DataRules<Data> {
  merge(a: Data, b: Data): Data;
  isSame(a: Data, b: Data): boolean;
}

export type Holder<Data> = Process<HolderState<Data>, HandoffMessage<Data>, HandoffTimer, HolderState<Data>>;
export type HandoffEffects<Data> = Effects<HandoffMessage<Data>, HandoffTimer, HolderState<Data>>;

/** @param homes - at the very first start */
export function hintHolder<Data>(rules: DataRules<Data>, homes: readonly ProcessId[]): Holder<Data> {
  return {
    start(_self, stored, effects) {
      const state = stored === undefined ? { hints: [], own: undefined, homes, left: [] } : { ...stored };
      if (state.hints.length > 0) effects.push({ kind: 'set-timer', timer: 'offer' });
      return state;
    },
    onMessage(state, self, from, message, effects) {
      switch (message.kind) {
        case 'hint':
          state.hints = withHint(rules, state.hints, message);
          redirect(rules, state, self);
          persist(state, effects, [{ kind: 'send', to: from, message: { kind: 'hint-stored', data: message.data } }]);
          effects.push({ kind: 'set-timer', timer: 'offer' });
          break;
        case 'stored': {
          const left = state.hints.filter(({ target, data }) => target !== from || !rules.isSame(data, message.data));
          if (left.length === state.hints.length) break;
          state.hints = left;
          persist(state, effects, []);
          break;
        }
        case 'ring':
          state.left = [...new Set([...state.left, ...state.homes])].filter((node) => !message.homes.includes(node)).sort();
          state.homes = message.homes;
          redirect(rules, state, self);
          persist(state, effects, []);
          break;
        default:
      }
    },
    onTimer(state, _self, _timer, effects) {
      for (const { target, data } of state.hints) {
        if (destinationOf(target, standingOf(state, target), state.homes).kind === 'offer')
          effects.push({ kind: 'send', to: target, message: { kind: 'store', data } });
      }
      if (state.hints.length > 0) effects.push({ kind: 'set-timer', timer: 'offer' });
    },
  };
}

function standingOf<Data>({ homes, left }: HolderState<Data>, node: ProcessId): Standing {
  if (homes.includes(node)) return 'member';
  return left.includes(node) ? 'left' : 'unknown';
}

/** Several writes are one hint. */
function withHint<Data>(
  rules: DataRules<Data>,
  hints: readonly Hint<Data>[],
  { target, data }: Hint<Data>,
): readonly Hint<Data>[] {
  const held = hints.find((hint) => hint.target === target);
  const merged = { target, data: held === undefined ? data : rules.merge(held.data, data) };
  return [...hints.filter((hint) => hint !== held), merged].sort((a, b) => a.target - b.target);
}

/** Hints whose target is no home any more are held for those who are. */
function redirect<Data>(rules: DataRules<Data>, state: HolderState<Data>, self: ProcessId): void {
  for (const hint of state.hints) {
    const destination = destinationOf(hint.target, standingOf(state, hint.target), state.homes);
    if (destination.kind !== 'redirect') continue;
    state.hints = state.hints.filter((other) => other !== hint);
    for (const target of destination.to) {
      if (target === self) state.own = state.own === undefined ? hint.data : rules.merge(state.own, hint.data);
      else state.hints = withHint(rules, state.hints, { target, data: hint.data });
    }
  }
}

function persist<Data>(state: HolderState<Data>, effects: HandoffEffects<Data>, then: HandoffEffects<Data>): void {
  effects.push({ kind: 'persist', stored: { ...state }, then });
}
