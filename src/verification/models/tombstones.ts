/**
 * The collection of a tombstone under the checker: two homes and a third member. The first home has written a value, which is still on its
 * way to the second one and to the third member that stands in for it; then it deletes the value, and collects the tombstone. Meanwhile the
 * third member reads from the second home, and repairs it with what it found; messages come whenever they like, to any later life of a
 * process. The rules of eras, questions and promises are the production ones.
 */
import type { Process, ProcessId } from '../../protocols/process/index.ts';
import * as production from '../../protocols/tombstone-collection/index.ts';
import { faultBounds, faultsSized, type ModelFaults } from './faults.ts';
import { groupView, namesOf } from './group-view.ts';
import { type GroupProcess, type GroupState, processGroup } from './process-group.ts';
import { sized } from './sized.ts';
import { type Beginning, LATE, type Late, startNode } from './tombstone-beginning.ts';
import {
  bootOf,
  FIRST,
  isSame,
  MEMBERS,
  type Message,
  merged,
  type NodeEffects,
  OTHER,
  persist,
  SECOND,
  SHAPE,
  type State,
  type Stored,
  send,
  TOMBSTONE,
} from './tombstone-nodes.ts';

export type TombstoneGroupState = GroupState<State, Message>;
export type TombstoneGroupProcess = GroupProcess<State, Message>;
export type TombstoneRules = Pick<typeof production, 'isTooOld' | 'isClear' | 'isPromiseOver' | 'onNextEra' | 'onEraAnswer'>;

export interface TombstoneModelOptions extends ModelFaults {
  readonly rules?: TombstoneRules;
  /** Who is asked; all members. */
  readonly asked?: readonly ProcessId[];
  /** How an older record may come late; in all three ways. */
  readonly late?: readonly Late[];
  /** Who leads from era to era; the third member. */
  readonly leader?: ProcessId;
  /** Who may crash; anyone. */
  readonly crashing?: readonly ProcessId[];
  readonly changeNode?: (node: TombstoneGroupProcess) => TombstoneGroupProcess;
}

/** Enough for the collection that begins at once. */
const LAST_ERA = 5;

export function tombstoneModel(options: TombstoneModelOptions) {
  const {
    rules = production,
    asked = MEMBERS,
    late = LATE,
    crashing = MEMBERS,
    leader = OTHER,
    crashes = 0,
    changeNode = (node) => node,
  } = options;
  const process = changeNode(node({ rules, asked, late, leader, lastEra: LAST_ERA + crashes }) as TombstoneGroupProcess);
  return processGroup<State, Message>({
    name: `collection of a tombstone, ${sized([3, 'member'], ...faultsSized(options))}`,
    processes: [process, process, process],
    view: groupView(namesOf(['first home', 1], ['second home', 1], ['other', 1])),
    slowDisk: crashes > 0,
    ...faultBounds(options),
    mayCrash: (one) => crashing.includes(one),
    copiesMaximum: 1,
    withinBounds: ({ persists }) => persists.every((under) => under.length <= 2),
    properties: [
      { kind: 'always', name: 'nothing deleted returns', holds: (state) => !hasReturned(state) },
      { kind: 'sometimes', name: 'the tombstone is gone everywhere', holds: isGone },
    ],
  });
}

function hasReturned({ states, stored }: TombstoneGroupState): boolean {
  const all = [...states, ...(stored as (Stored | undefined)[])];
  if (!all.some((one) => one?.hasDropped)) return false;
  return all.some((one) => ((one?.own?.live ?? 0) | (one?.hint?.live ?? 0)) !== 0);
}

function isGone({ stored }: TombstoneGroupState): boolean {
  const all = stored as (Stored | undefined)[];
  return all.some((one) => one?.hasDropped) && all.every((one) => one?.own === undefined && one?.hint === undefined);
}

interface Hands extends Beginning {
  readonly rules: TombstoneRules;
  readonly lastEra: number;
}

function onTimer({ rules, lastEra }: Hands, state: State, self: ProcessId, timer: string, effects: NodeEffects): void {
  if (timer === 'deliver') {
    if (state.hint !== undefined) effects.push(send(SECOND, { kind: 'write', record: state.hint, readIn: state.era.era }));
  } else if (timer === 'read') {
    effects.push(send(SECOND, { kind: 'read', readIn: state.era.era }));
  } else if (state.pacemaker !== undefined && state.pacemaker.era < lastEra) {
    const hands = paceOf(rules, state, self, effects);
    if (state.pacemaker.phase === 'resting') production.wantEra(state.pacemaker, MEMBERS, SHAPE, hands);
    else production.askEraAgain(state.pacemaker, hands);
  }
}

function node(hands: Hands): Process<State, Message, string, Stored> {
  const { rules } = hands;
  return {
    start: (self, stored, effects) => startNode(self, stored, hands, effects),
    onTimer: (state, self, timer, effects) => onTimer(hands, state, self, timer, effects),
    onMessage(state, self, from, message, effects) {
      switch (message.kind) {
        case 'write':
        case 'hold':
          onRecord(rules, state, self, from, message, effects);
          break;
        case 'stored':
          if (!isSame(state.hint, message.record)) break;
          state.hint = undefined;
          persist(state, effects);
          break;
        case 'read':
          effects.push(send(from, { kind: 'found', record: state.own, readIn: message.readIn }));
          break;
        case 'found':
          if (message.record !== undefined)
            effects.push(send(SECOND, { kind: 'write', record: message.record, readIn: message.readIn }));
          break;
        case 'enter': {
          const outcome = enter(rules, state, self, message.entry, effects);
          const { by } = message.entry;
          const answer = production.answerOf(state.era, by, bootOf(self, state.starts), SHAPE);
          const told = send(from, { kind: 'in-era', answer });
          if (outcome === 'missed') break;
          persist(state, effects, [told]);
          break;
        }
        case 'in-era':
          if (state.pacemaker !== undefined)
            rules.onEraAnswer(state.pacemaker, from, message.answer, paceOf(rules, state, self, effects));
          break;
        case 'ask':
          onAsk(rules, state, self, from, message, effects);
          break;
        case 'clear':
          if (state.batch === undefined || message.era !== state.batch.era) break;
          state.batch = message.isClear ? production.onMemberAnswer(state.batch, from, state.era.era) : undefined;
          break;
        case 'drop':
          drop(state, effects);
          break;
      }
    },
  };
}

function onRecord(
  rules: TombstoneRules,
  state: State,
  self: ProcessId,
  from: ProcessId,
  { kind, record, readIn }: Extract<Message, { kind: 'write' | 'hold' }>,
  effects: NodeEffects,
): void {
  if (rules.isTooOld(state.era.era, readIn)) return;
  const isPromised = state.promise !== undefined && !rules.isPromiseOver(state.era.era, state.promise);
  const taken = isPromised ? merged(record, TOMBSTONE) : record;
  if (kind === 'write') {
    state.own = merged(state.own, taken);
    persist(state, effects, from === OTHER ? [send(from, { kind: 'stored', record })] : []);
  } else if (self === OTHER && !(isPromised && isSame(taken, TOMBSTONE))) {
    state.hint = merged(state.hint, taken);
    persist(state, effects, []);
    effects.push({ kind: 'set-timer', timer: 'deliver' });
  }
}

function onAsk(
  rules: TombstoneRules,
  state: State,
  self: ProcessId,
  from: ProcessId,
  { era, record }: Extract<Message, { kind: 'ask' }>,
  effects: NodeEffects,
): void {
  if (rules.isPromiseOver(state.era.era, era)) return;
  const own = state.own === undefined ? 'none' : isSame(state.own, record) ? 'same' : 'other';
  const isClear = rules.isClear({ isHome: self !== OTHER, own, hasHint: state.hint !== undefined });
  if (isClear) state.promise = era;
  persist(state, effects, [send(from, { kind: 'clear', era, isClear })]);
}

function enter(
  rules: TombstoneRules,
  state: State,
  self: ProcessId,
  entry: production.EraEntry,
  effects: NodeEffects,
): 'entered' | 'no-news' | 'missed' {
  const outcome = production.enterEra(state.era, entry, SHAPE);
  if (outcome !== 'entered' || state.batch === undefined || self !== FIRST) return outcome;
  const verdict = rules.onNextEra(state.batch, entry);
  if (verdict !== 'wait') state.batch = undefined;
  if (verdict === 'drop') {
    drop(state, effects);
    effects.push(send(SECOND, { kind: 'drop', record: TOMBSTONE }));
  }
  return outcome;
}

/** What was dropped anywhere is a fact, whether or not it becomes durable there. */
function drop(state: State, effects: NodeEffects): void {
  state.hasDropped = true;
  if (isSame(state.own, TOMBSTONE)) state.own = undefined;
  persist(state, effects);
}

function paceOf(
  rules: TombstoneRules,
  state: State,
  self: ProcessId,
  effects: NodeEffects,
): production.PacemakerEffects<ProcessId> {
  const { pacemaker } = state;
  const hands: production.PacemakerEffects<ProcessId> = {
    enter(to) {
      if (pacemaker === undefined) return;
      const { era, boot: by } = pacemaker;
      const entry = { era, since: production.sinceOf(pacemaker), by, shape: SHAPE };
      if (to !== self) {
        effects.push(send(to, { kind: 'enter', entry }));
        return;
      }
      enter(rules, state, to, entry, effects);
      persist(state, effects);
      rules.onEraAnswer(pacemaker, to, production.answerOf(state.era, by, bootOf(to, state.starts), SHAPE), hands);
    },
    completed: () => effects.push({ kind: 'set-timer', timer: 'want' }),
  };
  return hands;
}
