/** The rebuild of a lost seat under the checker: the node that shall have it. Which rules are its own is in `protocols/transfer/rebuild.ts`. */
import type { Process, ProcessId } from '../../protocols/process/index.ts';
import { nodeName } from '../../protocols/ring/index.ts';
import * as production from '../../protocols/transfer/index.ts';
import {
  COORDINATOR,
  HEIR,
  isHeirWanted,
  type Message,
  type NodeEffects,
  persist,
  type Stored,
  send,
  type Writes,
} from './rebuild-nodes.ts';

export interface HeirState extends Stored {
  data: Writes;
  heard: number;
  isTaken: boolean;
  isTaking: boolean;
  readonly rebuild: production.RebuildState;
  /** How often records began to go, and had gone. */
  changes: number;
}

export interface HeirRules extends Pick<typeof production, 'onGivenAll' | 'onSeatsChanged' | 'lacking'> {
  /** Whether it lets go while it takes the seat. */
  readonly letsGoWhileTaking: boolean;
}

interface Surroundings {
  readonly decisions: number;
  readonly holders: readonly ProcessId[];
  readonly rules: HeirRules;
}

export function heir(surroundings: Surroundings): Process<HeirState, Message, string, Stored> {
  return {
    start(_self, stored, effects) {
      const before = stored ?? { starts: 0, data: 0, heard: 0, isTaken: false };
      const fresh = { isTaking: false, rebuild: production.startRebuild(), changes: 0 };
      const state: HeirState = { ...before, ...fresh, starts: before.starts + 1 };
      store(state, effects, []);
      hear(surroundings, state, effects);
      if (state.isTaken) tell(surroundings, effects);
      return state;
    },
    onTimer: (state, _self, timer, effects) => onTimer(surroundings, state, timer, effects),
    onMessage: (state, _self, from, message, effects) => onMessage(surroundings, state, from, message, effects),
  };
}

function onTimer(surroundings: Surroundings, state: HeirState, timer: string, effects: NodeEffects): void {
  switch (timer) {
    case 'hear':
      state.heard++;
      hear(surroundings, state, effects);
      break;
    case 'let go':
      tryToLetGo(surroundings, state, effects);
      break;
    case 'dropped':
      if (!state.isTaken) state.data = 0;
      state.changes++;
      store(state, effects, []);
      break;
    default:
      look(surroundings, state, effects);
  }
}

function onMessage(surroundings: Surroundings, state: HeirState, from: ProcessId, message: Message, effects: NodeEffects): void {
  switch (message.kind) {
    case 'write':
      if (!state.isTaken) break;
      state.data |= message.data;
      store(state, effects, [send(from, { kind: 'written', data: message.data })]);
      break;
    // What is not welcome stays under way, as if it were sent again later.
    case 'offer': {
      if (!isWelcome(state)) break;
      const wanted = (message.data & ~state.data) !== 0;
      store(state, effects, [send(from, { kind: 'compared', wanted, receipt: receiptOf(state), number: message.number })]);
      break;
    }
    case 'record':
      if (!isWelcome(state)) break;
      state.data |= message.data;
      store(state, effects, [send(from, { kind: 'stored', number: message.number })]);
      break;
    case 'complete':
      if (state.isTaken) break;
      if (surroundings.rules.onGivenAll(state.rebuild, nodeName(`n${from}`), message.receipt, hereOf(state)))
        effects.push({ kind: 'set-timer', timer: 'look' });
      else effects.push(send(from, { kind: 'not counted', receipt: message.receipt }));
      break;
    case 'taken':
      state.isTaking = false;
      state.isTaken = true;
      tell(surroundings, effects);
      break;
    default:
  }
}

/** Of a decision. */
function hear({ rules, decisions }: Surroundings, state: HeirState, effects: NodeEffects): void {
  if (state.heard < decisions) effects.push({ kind: 'set-timer', timer: 'hear' });
  rules.onSeatsChanged(state.rebuild);
  if (!isHeirWanted(state.heard)) effects.push({ kind: 'set-timer', timer: 'let go' });
}

/** Takes the seat if all have given. */
function look({ rules, holders }: Surroundings, state: HeirState, effects: NodeEffects): void {
  if (state.isTaken || state.isTaking || !isHeirWanted(state.heard)) return;
  const names = holders.map((id) => nodeName(`n${id}`));
  if (rules.lacking(state.rebuild, names, hereOf(state)).length > 0) return;
  state.isTaking = true;
  store(state, effects, [send(HEIR, { kind: 'taken' })]);
}

/** What has begun to go goes, also if the seat is to be this node's after all. */
function tryToLetGo({ rules }: Surroundings, state: HeirState, effects: NodeEffects): void {
  const isNeeded = isHeirWanted(state.heard) || state.isTaken || (state.isTaking && !rules.letsGoWhileTaking);
  if (isNeeded || state.data === 0 || isGoing(state)) return;
  state.changes++;
  effects.push({ kind: 'set-timer', timer: 'dropped' });
}

function isWelcome(state: HeirState): boolean {
  return (isHeirWanted(state.heard) || state.isTaken) && !isGoing(state) && !state.isTaking;
}

function isGoing({ changes }: HeirState): boolean {
  return changes % 2 === 1;
}

function receiptOf({ starts, changes }: HeirState): number {
  return starts * 10 + changes;
}

function hereOf(state: HeirState): number | undefined {
  return isGoing(state) ? undefined : receiptOf(state);
}

function tell({ holders }: Surroundings, effects: NodeEffects): void {
  for (const to of [...holders, COORDINATOR]) effects.push(send(to, { kind: 'seat' }));
}

/** While the seat is on its way to the disk, what is stored after it lies behind it. */
function store(state: HeirState, effects: NodeEffects, then: NodeEffects): void {
  persist(effects, { ...state, isTaken: state.isTaken || state.isTaking }, then);
}
