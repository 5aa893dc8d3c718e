/**
 * A seat whose holder is gone for good, rebuilt at another node, under the checker. With each of the holders that are left the lost one has acknowledged
 * a write (W=2); one more is written meanwhile. The rules of both sides are the production ones (`protocols/transfer/sender.ts` and
 * `rebuild.ts`); around them, who lets go of what, and when, is as in `stores/kv/transfer`.
 *
 * The heir may hear that it shall not have the seat, let go of what it has, and hear that it shall have it after all; the others hear of each decision
 * earlier or later. Nothing comes in the order in which it was sent.
 */
import { type Process, type ProcessId, processId } from '../../protocols/process/index.ts';
import * as production from '../../protocols/transfer/index.ts';
import { faultBounds, faultsSized, type ModelFaults } from './faults.ts';
import { groupView } from './group-view.ts';
import { type GroupProcess, type GroupState, processGroup } from './process-group.ts';
import { type HeirRules, type HeirState, heir } from './rebuild-heir.ts';
import {
  COORDINATOR,
  FIRST_HOLDER,
  HEIR,
  type HolderRules,
  type HolderState,
  holder,
  LATER,
  type Message,
  type Stored,
  send,
  type Writes,
} from './rebuild-nodes.ts';
import { sized } from './sized.ts';

interface CoordinatorState {
  /** By number, a bit each. */
  holders: number;
  storedBy: number;
  acknowledged: Writes;
}

type State = HolderState | HeirState | CoordinatorState;
type RebuildGroupProcess = GroupProcess<State, Message>;
type RebuildGroupState = GroupState<State, Message>;
export type RebuildRules = HolderRules & HeirRules;

export interface RebuildModelOptions extends ModelFaults {
  /** Of other seats: N is one more, and with W=2 a read asks as many. 2 by default. */
  readonly holders?: number;
  /** 1 to 3: that the heir shall have the seat; that it shall not; that it shall have it after all. */
  readonly decisions?: number;
  readonly isWritten?: boolean;
  /** Each holder may lose the heir once, and begin anew. */
  readonly mayBeLost?: boolean;
  readonly rules?: Partial<RebuildRules>;
}

export function rebuildModel(options: RebuildModelOptions) {
  const { holders = 2, decisions = 1, isWritten = false, mayBeLost = false, crashes = 0 } = options;
  const rules: RebuildRules = { ...production, letsGoWhileTaking: false, ...options.rules };
  const others = Array.from({ length: holders }, (_unused, index) => processId(FIRST_HOLDER + index));
  const counts = [[holders, 'holder'], [decisions, 'decision'], [isWritten ? 1 : 0, 'write'], ...faultsSized(options)] as const;
  return processGroup<State, Message>({
    name: `rebuild of a lost seat, ${sized(...counts)}`,
    processes: [
      heir({ decisions, holders: others, rules }) as RebuildGroupProcess,
      coordinator(others, isWritten) as RebuildGroupProcess,
      ...others.map(() => holder(decisions, mayBeLost, rules) as RebuildGroupProcess),
    ],
    view: groupView(['heir', 'coordinator', ...others.map((id) => `holder ${id}`)]),
    slowDisk: crashes > 0,
    ...faultBounds(options),
    mayCrash: (process) => process !== COORDINATOR,
    copiesMaximum: 1 + (options.duplicates ?? 0),
    withinBounds: ({ persists }) => persists.every((under) => under.length <= 3),
    properties: [
      { kind: 'always', name: 'a rebuilt seat answers only once it is complete', holds: (state) => isComplete(state, others) },
      { kind: 'always', name: 'every quorum has all that was acknowledged', holds: (state) => isReadable(state, others) },
      { kind: 'sometimes', name: 'the seat is rebuilt', holds: (state) => isRebuilt(state) && isAcknowledged(state, isWritten) },
      // Nobody asks again in the model: what is lost stays lost.
      ...((options.losses ?? 0) > 0 || crashes > 0 || decisions === 2
        ? []
        : [{ kind: 'eventually', name: 'the seat is rebuilt in the end', holds: isRebuilt } as const]),
    ],
  });
}

/** Writes once, at all whom it knows to hold a seat, with W=2. */
function coordinator(others: readonly ProcessId[], isWritten: boolean): Process<CoordinatorState, Message, string, unknown> {
  return {
    start(_self, _stored, effects) {
      if (isWritten) effects.push({ kind: 'set-timer', timer: 'write' });
      return { holders: bitsOf(others), storedBy: 0, acknowledged: bitsOf(others) };
    },
    onMessage(state, _self, from, message) {
      if (message.kind === 'seat') state.holders |= 1 << HEIR;
      if (message.kind !== 'written') return;
      state.storedBy |= 1 << from;
      if (countOf(state.storedBy) >= 2) state.acknowledged |= LATER;
    },
    onTimer(state, _self, _timer, effects) {
      for (const to of [...others, HEIR])
        if ((state.holders & (1 << to)) !== 0) effects.push(send(to, { kind: 'write', data: LATER }));
    },
  };
}

function isComplete({ states, stored }: RebuildGroupState, others: readonly ProcessId[]): boolean {
  const { isTaken, data } = states[HEIR] as HeirState;
  const durable = (stored[HEIR] as Stored | undefined)?.data ?? 0;
  return !isTaken || (bitsOf(others) & ~(data & durable)) === 0;
}

/** Whichever replica is left out: so it is too if that one is lost next. */
function isReadable({ states, stored }: RebuildGroupState, others: readonly ProcessId[]): boolean {
  const { acknowledged } = states[COORDINATOR] as CoordinatorState;
  const all = [...others, HEIR];
  const leftOut = (states[HEIR] as HeirState).isTaken ? all : [HEIR];
  const isThere = (dataOf: (id: ProcessId) => Writes): boolean =>
    leftOut.every((one) => {
      const found = all.reduce((sum, id) => (id === one ? sum : sum | dataOf(id)), 0);
      return (acknowledged & ~found) === 0;
    });
  return (
    isThere((id) => (states[id] as Stored).data) &&
    isThere((id) => (stored[id] as Stored | undefined)?.data ?? (id === HEIR ? 0 : 1 << id))
  );
}

function isRebuilt({ states }: RebuildGroupState): boolean {
  return (states[HEIR] as HeirState).isTaken;
}

function isAcknowledged({ states }: RebuildGroupState, isWritten: boolean): boolean {
  return !isWritten || ((states[COORDINATOR] as CoordinatorState).acknowledged & LATER) !== 0;
}

function bitsOf(ids: readonly ProcessId[]): number {
  return ids.reduce((bits, id) => bits | (1 << id), 0);
}

function countOf(bits: number): number {
  return [...bits.toString(2)].filter((bit) => bit === '1').length;
}
