/**
 * A member that has left, and is let in again by the same process, under the checker: two homes that go from era to era and collect a tombstone,
 * and the node that left. A value that the tombstone has superseded was sent to that node before it left, and comes whenever it likes. The second home
 * lets the node in again at any moment, and gives it something to hold; the first one, which leads, hears of that later, as does the node itself, whose clients
 * then write at once. What it holds it brings to the second home. The rules of eras are the production ones; who asks
 * whom, and when, is as in `stores/kv/tombstones/re-entry.ts`.
 */
import type { Process, ProcessId } from '../../protocols/process/index.ts';
import * as production from '../../protocols/tombstone-collection/index.ts';
import { groupView } from './group-view.ts';
import { type GroupProcess, type GroupState, processGroup } from './process-group.ts';
import {
  FIRST_ERA,
  type Message,
  membersOf,
  NEW,
  type NodeEffects,
  persist,
  type State,
  type Stored,
  send,
  shapeOf,
  startNode,
} from './re-entry-nodes.ts';
import { bootOf, FIRST, isSame, merged, OTHER, SECOND, VALUE } from './tombstone-nodes.ts';

/** What comes to the node that left: the value from before, late; a write that it is to hold, from who knows of its return; one of a client of its own. */
export type Event = 'late' | 'given' | 'client';

export type ReEntryRules = Pick<typeof production, 'comeBack' | 'onGiven' | 'enterEra'>;

export interface ReEntryModelOptions {
  readonly rules?: ReEntryRules;
  /** The node that left may lose its patience, and take what it is given. */
  readonly losesPatience?: boolean;
  /** All of them. */
  readonly events?: readonly Event[];
  /** Up to which they go; at the fourth after the first the tombstone is dropped. */
  readonly lastEra?: number;
}

const EVENTS: readonly Event[] = ['late', 'given', 'client'];

type ReEntryGroupState = GroupState<State, Message>;

export function reEntryModel(options: ReEntryModelOptions) {
  const { rules = production, losesPatience = false, events = EVENTS, lastEra = FIRST_ERA + 4 } = options;
  const process = node({ rules, losesPatience, events, lastEra }) as GroupProcess<State, Message>;
  return processGroup<State, Message>({
    name: `re-entry of a member, eras up to ${lastEra}${losesPatience ? ', nobody answers for long' : ''}`,
    processes: [process, process, process],
    view: groupView(['first home', 'second home', 'returned']),
    copiesMaximum: 1,
    properties: [
      { kind: 'always', name: 'nothing deleted returns', holds: (state) => !hasReturned(state) },
      // What it takes when nobody answers is known to end otherwise (docs/decisions/0080).
      ...(losesPatience
        ? []
        : [{ kind: 'always' as const, name: 'nothing is left that the others refuse', holds: isRefusedNothing }]),
      {
        kind: 'sometimes',
        name: 'what was written after the return is with the others',
        holds: (state) => isWithTheOthers(state, lastEra),
      },
    ],
  });
}

function hasReturned({ states, stored }: ReEntryGroupState): boolean {
  if (!states.some(({ hasDropped }) => hasDropped)) return false;
  const homes = [FIRST, SECOND].flatMap((home) => [states[home], stored[home] as Stored | undefined]);
  return homes.some((one) => ((one?.own?.live ?? 0) & VALUE.live) !== 0);
}

function isRefusedNothing({ states }: ReEntryGroupState): boolean {
  return !states.some(({ hasMissed }) => hasMissed);
}

function isWithTheOthers({ states }: ReEntryGroupState, lastEra: number): boolean {
  const [first, second, returned] = states;
  const isWritten = ((second?.own?.live ?? 0) & NEW.live) !== 0 && returned?.own === undefined;
  const isDropped = first?.hasDropped === true || lastEra < FIRST_ERA + 4;
  return isWritten && isDropped && returned?.era.isNew === false && returned.era.era === lastEra;
}

interface Hands {
  readonly rules: ReEntryRules;
  readonly losesPatience: boolean;
  readonly events: readonly Event[];
  readonly lastEra: number;
}

function node(hands: Hands): Process<State, Message, string, Stored> {
  return {
    start: (self, _stored, effects) => startNode(self, hands.events.includes('late'), effects),
    onTimer: (state, self, timer, effects) => onTimer(hands, state, self, timer, effects),
    onMessage(state, self, from, message, effects) {
      switch (message.kind) {
        case 'write':
          onWrite(hands, state, from, message, effects);
          break;
        case 'given':
          onGiven(hands, state, message, effects);
          break;
        case 'stored':
          state.isBringing = false;
          if (isSame(state.own, message.record)) state.own = undefined;
          persist(state, effects);
          bring(state, effects);
          break;
        case 'refused':
          state.isBringing = false;
          tryEnter(hands.rules, state, { era: message.era, since: message.era, by: 0, shape: '' });
          persist(state, effects);
          if (!state.hasMissed) bring(state, effects);
          break;
        case 'news':
          onNews(hands, state, self, effects);
          break;
        case 'which era':
          // Else it stays under way: it is asked again.
          if (state.knows) persist(state, effects, [send(from, { kind: 'present era', era: state.era.era })]);
          break;
        case 'present era':
          if (!state.era.isAsking) break;
          state.isOut = false;
          production.onPresentEra(state.era, message.era);
          persist(state, effects);
          break;
        case 'enter':
          onEnter(hands.rules, state, self, from, message.entry, effects);
          break;
        case 'in-era':
          if (state.pacemaker === undefined) break;
          production.onEraAnswer(state.pacemaker, from, message.answer, paceOf(hands.rules, state, effects));
          if (state.pacemaker.phase === 'resting' || message.answer.era < state.pacemaker.era) want(hands, state, effects);
          break;
        case 'drop':
          drop(state, effects);
          break;
      }
    },
  };
}

function onTimer(hands: Hands, state: State, self: ProcessId, timer: string, effects: NodeEffects): void {
  if (timer === 'let in') {
    onNews(hands, state, self, effects);
    for (const other of [FIRST, OTHER]) effects.push(send(other, { kind: 'news' }));
    if (hands.events.includes('given')) effects.push({ kind: 'set-timer', timer: 'give' });
  } else if (timer === 'give') {
    effects.push(send(OTHER, { kind: 'given', record: NEW, readIn: state.era.era }));
  } else if (timer === 'client') {
    state.own = merged(state.own, NEW);
    persist(state, effects);
    bring(state, effects);
  } else if (timer === 'deliver') {
    if (state.own === undefined || state.isBringing) return;
    state.isBringing = true;
    effects.push(send(SECOND, { kind: 'write', record: state.own, readIn: state.era.era }));
  } else if (timer === 'patience') {
    if (!state.era.isAsking) return;
    production.stopAsking(state.era);
    state.isOut = false;
  } else if (state.pacemaker !== undefined) {
    const pace = paceOf(hands.rules, state, effects);
    const isSame = state.pacemaker.shape === shapeOf(state.knows);
    if (state.pacemaker.phase === 'asking' && isSame) production.askEraAgain(state.pacemaker, pace);
    else if (state.pacemaker.era < hands.lastEra)
      production.wantEra(state.pacemaker, membersOf(state.knows), shapeOf(state.knows), pace);
  }
}

function onWrite(
  { rules }: Hands,
  state: State,
  from: ProcessId,
  { record, readIn }: Extract<Message, { kind: 'write' }>,
  effects: NodeEffects,
): void {
  if (rules.onGiven(state.era, readIn) === 'too-old') {
    effects.push(send(from, { kind: 'refused', era: state.era.era }));
    return;
  }
  state.own = merged(state.own, record);
  persist(state, effects, [send(from, { kind: 'stored', record })]);
}

/** What is refused while it asks stays under way: it is sent again. */
function onGiven(
  hands: Hands,
  state: State,
  { record, readIn }: Extract<Message, { kind: 'given' }>,
  effects: NodeEffects,
): void {
  if (state.isOut && !state.era.isAsking && state.own === undefined) comeBack(hands, state, effects);
  if (hands.rules.onGiven(state.era, readIn) === 'too-old') return;
  state.own = merged(state.own, record);
  persist(state, effects);
  bring(state, effects);
}

function onNews(hands: Hands, state: State, self: ProcessId, effects: NodeEffects): void {
  state.knows = true;
  if (state.isOut && !state.era.isAsking) comeBack(hands, state, effects);
  if (self === OTHER && hands.events.includes('client')) effects.push({ kind: 'set-timer', timer: 'client' });
  want(hands, state, effects);
  if (state.era.isAsking && hands.losesPatience) effects.push({ kind: 'set-timer', timer: 'patience' });
  persist(state, effects);
}

function comeBack({ rules }: Hands, state: State, effects: NodeEffects): void {
  if (!rules.comeBack(state.era, state.own === undefined)) return;
  effects.push(send(SECOND, { kind: 'which era' }));
}

function want({ lastEra }: Hands, { pacemaker }: State, effects: NodeEffects): void {
  if (pacemaker !== undefined && pacemaker.era < lastEra) effects.push({ kind: 'set-timer', timer: 'want' });
}

function bring(state: State, effects: NodeEffects): void {
  if (state.own !== undefined) effects.push({ kind: 'set-timer', timer: 'deliver' });
}

/** A node that has nothing, and has missed eras, begins anew. */
function tryEnter(rules: ReEntryRules, state: State, entry: production.EraEntry): ReturnType<typeof production.enterEra> {
  const outcome = rules.enterEra(state.era, entry, shapeOf(state.knows));
  if (outcome !== 'missed') return outcome;
  if (state.own !== undefined) {
    state.hasMissed = true;
    return outcome;
  }
  production.beginAnew(state.era);
  return rules.enterEra(state.era, entry, shapeOf(state.knows));
}

function onEnter(
  rules: ReEntryRules,
  state: State,
  self: ProcessId,
  from: ProcessId,
  entry: production.EraEntry,
  effects: NodeEffects,
): void {
  const outcome = tryEnter(rules, state, entry);
  if (outcome === 'missed') return;
  if (outcome === 'entered' && state.knows) state.isOut = false;
  const answer = production.answerOf(state.era, entry.by, bootOf(self, 1), shapeOf(state.knows));
  persist(state, effects, [send(from, { kind: 'in-era', answer })]);
  if (self === OTHER) bring(state, effects);
}

function drop(state: State, effects: NodeEffects): void {
  state.hasDropped = true;
  if (state.own?.live === 0) state.own = undefined;
  persist(state, effects);
}

function paceOf(rules: ReEntryRules, state: State, effects: NodeEffects): production.PacemakerEffects<ProcessId> {
  const { pacemaker } = state;
  const hands: production.PacemakerEffects<ProcessId> = {
    enter(to) {
      if (pacemaker === undefined) return;
      const { era, boot: by, shape } = pacemaker;
      const entry = { era, since: production.sinceOf(pacemaker), by, shape };
      if (to !== FIRST) {
        effects.push(send(to, { kind: 'enter', entry }));
        return;
      }
      enterFirst(rules, state, entry, effects);
      const answer = production.answerOf(state.era, by, bootOf(FIRST, 1), shapeOf(state.knows));
      production.onEraAnswer(pacemaker, FIRST, answer, hands);
    },
    completed: () => {},
  };
  return hands;
}

/** The first home enters an era, and drops the tombstone when it may. */
function enterFirst(rules: ReEntryRules, state: State, entry: production.EraEntry, effects: NodeEffects): void {
  const outcome = rules.enterEra(state.era, entry, shapeOf(state.knows));
  if (outcome === 'entered' && state.batch !== undefined) {
    const verdict = production.onNextEra(state.batch, entry);
    if (verdict !== 'wait') state.batch = undefined;
    if (verdict === 'drop') {
      drop(state, effects);
      effects.push(send(SECOND, { kind: 'drop' }));
    }
  }
  persist(state, effects);
}
