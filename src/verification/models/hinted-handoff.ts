/**
 * Hinted handoff under the checker: the stand-in is the production handler; beside it a home that takes writes and hints, the
 * home that may take its place, and a coordinator that holds the first home for down and writes through the stand-in.
 *
 * A change of the ring reaches the stand-in and the old home in any order. The old home then moves what it has to the new one, and lets
 * go of it only when that is durable there: in small what a transfer of a partition is.
 */
import { fillSlots, type HandoffMessage, type HolderState, hintHolder } from '../../protocols/hinted-handoff/index.ts';
import { type Effects, type Process, processId } from '../../protocols/process/index.ts';
import { faultBounds, faultsSized, type ModelFaults } from './faults.ts';
import { groupView, namesOf } from './group-view.ts';
import { type GroupProcess, type GroupState, processGroup } from './process-group.ts';
import { sized } from './sized.ts';

/** A set of writes, a bit for each. */
type Writes = number;

interface HomeState {
  writes: Writes;
  /** Its place was taken. */
  leaving: boolean;
}

interface CoordinatorState {
  /** The writes that were acknowledged. */
  acknowledged: Writes;
  /** How many were begun. */
  begun: number;
  changed: boolean;
}

type State = HolderState<Writes> | HomeState | CoordinatorState;
type Message = HandoffMessage<Writes>;
export type HandoffGroupState = GroupState<State, Message>;
export type HandoffGroupProcess = GroupProcess<State, Message>;

export interface HandoffModelOptions extends ModelFaults {
  /** Writes of the one key, one after the other. */
  readonly writes: number;
  /** Whether the first home is replaced by another at some time. */
  readonly replaced?: boolean;
  /** Whether the requests are strict. */
  readonly strict?: boolean;
  readonly changeHolder?: (holder: HandoffGroupProcess) => HandoffGroupProcess;
  readonly changeHome?: (home: HandoffGroupProcess) => HandoffGroupProcess;
  /** As {@link fillSlots}. */
  readonly slots?: typeof fillSlots;
}

const HOLDER = processId(0);
const HOME = processId(1);
const HEIR = processId(2);
const COORDINATOR = processId(3);

export function handoffModel(options: HandoffModelOptions) {
  const { writes, crashes = 0, losses = 0, replaced = false, changeHolder = same, changeHome = same } = options;
  const rules = { merge: (a: Writes, b: Writes) => a | b, isSame: (a: Writes, b: Writes) => a === b };
  const homeProcess = changeHome(home as HandoffGroupProcess);
  return processGroup<State, Message>({
    name: `hinted handoff, ${sized([replaced ? 2 : 1, 'home'], [writes, 'write'], ...faultsSized(options))}`,
    processes: [
      changeHolder(hintHolder<Writes>(rules, [HOME]) as HandoffGroupProcess),
      homeProcess,
      homeProcess,
      coordinator(options) as HandoffGroupProcess,
    ],
    view: groupView(namesOf(['stand-in', 1], ['home', 1], ['heir', 1], ['coordinator', 1])),
    slowDisk: crashes > 0,
    ...faultBounds(options),
    mayCrash: (process) => process !== COORDINATOR,
    copiesMaximum: 1,
    // Each offer may ask for one persist more while the disk is slow.
    withinBounds: ({ persists }) => persists.every((under) => under.length <= 3),
    properties: [
      { kind: 'always', name: 'what was acknowledged is held, or at a home', holds: isKept },
      { kind: 'always', name: 'a strict write is at a home', holds: (state) => options.strict !== true || isAtHome(state) },
      ...(options.strict === true
        ? []
        : [
            {
              kind: 'sometimes',
              name: 'all is handed over',
              holds: (state: HandoffGroupState) => acknowledgedOf(state) === 2 ** writes - 1 && isHandedOver(state, writes),
            } as const,
          ]),
      // What takes the news of the ring, or the home's move, takes it for ever: here nobody tells it twice.
      ...(losses > 0 || (replaced && crashes > 0)
        ? []
        : [
            {
              kind: 'eventually',
              name: 'no hints remain',
              holds: (state: HandoffGroupState) => isHandedOver(state, writes),
            } as const,
          ]),
    ],
  });
}

function same(process: HandoffGroupProcess): HandoffGroupProcess {
  return process;
}

/** Stores what it is given, then says so; when it has to leave, it gives all to the heir. */
const home: Process<HomeState, Message, string, HomeState> = {
  start(_self, stored, effects) {
    const state = { ...(stored ?? { writes: 0, leaving: false }) };
    if (state.leaving && state.writes !== 0) effects.push(moveOf(state));
    return state;
  },
  onMessage(state, _self, from, message, effects) {
    if (message.kind === 'store') {
      if (state.leaving) return;
      state.writes |= message.data;
      persist(state, effects, [{ kind: 'send', to: from, message: { kind: 'stored', data: message.data } }]);
    } else if (message.kind === 'ring') {
      state.leaving = true;
      persist(state, effects, state.writes === 0 ? [] : [moveOf(state)]);
    } else if (message.kind === 'stored' && state.writes !== 0) {
      state.writes = 0;
      persist(state, effects, []);
    }
  },
};

type HomeEffects = Effects<Message, string, HomeState>;

function moveOf({ writes }: HomeState): HomeEffects[number] {
  return { kind: 'send', to: HEIR, message: { kind: 'store', data: writes } };
}

function persist(state: HomeState, effects: HomeEffects, then: HomeEffects): void {
  effects.push({ kind: 'persist', stored: { ...state }, then });
}

/** Holds the home for down, though it may be well. */
function coordinator({
  writes,
  replaced = false,
  strict = false,
  slots = fillSlots,
}: HandoffModelOptions): Process<CoordinatorState, Message, string, unknown> {
  return {
    start(_self, _stored, effects) {
      effects.push({ kind: 'set-timer', timer: 'write' });
      if (replaced) effects.push({ kind: 'set-timer', timer: 'replace' });
      return { acknowledged: 0, begun: 0, changed: false };
    },
    onMessage(state, _self, _from, message) {
      if (message.kind === 'hint-stored') state.acknowledged |= message.data;
    },
    onTimer(state, _self, timer, effects) {
      if (timer === 'replace') {
        state.changed = true;
        for (const to of [HOLDER, HOME]) effects.push({ kind: 'send', to, message: { kind: 'ring', homes: [HEIR] } });
        return;
      }
      const [standIn] = slots([HOME, HOLDER], 1, { isHealthy: (node) => node !== HOME, hostOf: String, strict });
      const data = 1 << state.begun;
      state.begun++;
      if (standIn === HOLDER) effects.push({ kind: 'send', to: HOLDER, message: { kind: 'hint', target: HOME, data } });
      if (state.begun < writes) effects.push({ kind: 'set-timer', timer: 'write' });
    },
  };
}

function acknowledgedOf({ states }: HandoffGroupState): Writes {
  return states.reduce((all, state) => ('acknowledged' in state ? all | state.acknowledged : all), 0);
}

function storedAtHomes({ stored }: HandoffGroupState): Writes {
  return stored.reduce<Writes>((all, one) => (isHomeState(one) ? all | one.writes : all), 0);
}

function hintsIn(states: readonly unknown[]): Writes {
  return states.reduce<Writes>(
    (all, state) => (isHolderState(state) ? state.hints.reduce((sum, { data }) => sum | data, all) : all),
    0,
  );
}

/** Durably, and the stand-in still means to hand it over. */
function isKept(state: HandoffGroupState): boolean {
  const missing = acknowledgedOf(state) & ~storedAtHomes(state);
  return (missing & ~hintsIn(state.stored)) === 0 && (missing & ~hintsIn(state.states)) === 0;
}

function isAtHome(state: HandoffGroupState): boolean {
  return (acknowledgedOf(state) & ~storedAtHomes(state)) === 0;
}

/** Every write has been begun and has come to its end, and is where it belongs. */
function isHandedOver(state: HandoffGroupState, writes: number): boolean {
  return (
    state.states.every((one) => !('begun' in one) || one.begun === writes) &&
    state.states.every((one) => !('hints' in one) || one.hints.length === 0) &&
    state.network.every(({ message }) => message.kind !== 'hint') &&
    isAtHome(state)
  );
}

function isHomeState(stored: unknown): stored is HomeState {
  return typeof stored === 'object' && stored !== null && 'writes' in stored;
}

function isHolderState(stored: unknown): stored is HolderState<Writes> {
  return typeof stored === 'object' && stored !== null && 'hints' in stored;
}
