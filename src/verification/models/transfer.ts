/**
 * A seat that moves from one node to another under the checker: the sender's rules are the production ones; around them the two
 * nodes, and a coordinator that writes to whichever of the two it holds for the seat's holder.
 *
 * Whoever asks the old node once the move is durable there is passed on to the new one; reads are looked at in every state, as whoever may ask now would have them.
 */
import type { Effects, Process } from '../../protocols/process/index.ts';
import * as production from '../../protocols/transfer/index.ts';
import { faultBounds, faultsSized, type ModelFaults } from './faults.ts';
import { groupView, namesOf } from './group-view.ts';
import { type GroupProcess, type GroupState, processGroup } from './process-group.ts';
import { sized } from './sized.ts';
import {
  COORDINATOR,
  type CoordinatorState,
  coordinator,
  type Key,
  keyOf,
  MASK,
  type Message,
  NEW,
  type NewState,
  NUMBERS_PER_START,
  newNode,
  OLD,
  type OldState,
  persist,
  type State,
  type Stored,
  send,
  storedOf,
} from './transfer-nodes.ts';

export type TransferGroupState = GroupState<State, Message>;
export type TransferGroupProcess = GroupProcess<State, Message>;
export type TransferRules = Pick<
  typeof production,
  'onWritten' | 'onCompared' | 'onMoveKnown' | 'onNeverStoredThere' | 'startTransfer'
>;

export interface TransferModelOptions extends ModelFaults {
  /** One after the other, without waiting. */
  readonly writes: number;
  readonly rules?: TransferRules;
  readonly changeOld?: (old: TransferGroupProcess) => TransferGroupProcess;
  /** The old node answers reads itself, whatever it has. */
  readonly answersItself?: boolean;
  /** The old node has left: what it sends once the new one knows the seat for its own is refused for ever. */
  readonly erasGoOn?: boolean;
}

export function transferModel(options: TransferModelOptions) {
  const { writes, crashes = 0, losses = 0, changeOld = (old) => old, answersItself = false, erasGoOn = false } = options;
  return processGroup<State, Message>({
    name: `transfer of a seat, ${sized([writes, 'write'], ...faultsSized(options))}`,
    processes: [
      changeOld(oldNode(options.rules ?? production) as TransferGroupProcess),
      newNode(erasGoOn) as TransferGroupProcess,
      coordinator(writes) as TransferGroupProcess,
    ],
    view: groupView(namesOf(['old', 1], ['new', 1], ['coordinator', 1])),
    slowDisk: crashes > 0,
    ...faultBounds(options),
    mayCrash: (process) => process !== COORDINATOR,
    copiesMaximum: 1,
    withinBounds: ({ persists }) => persists.every((under) => under.length <= 3),
    properties: [
      {
        kind: 'always',
        name: 'what was acknowledged can be read and is durable',
        holds: (state) => isReadable(state, answersItself) && isDurable(state),
      },
      { kind: 'sometimes', name: 'the old node has dropped its records', holds: (state) => isDropped(state, writes) },
      // Nobody asks again in the model: what is lost stays lost.
      ...(losses > 0 || crashes > 0
        ? []
        : [{ kind: 'eventually', name: 'the old node drops its records', holds: isEnded } as const]),
    ],
  });
}

function oldNode(rules: TransferRules): Process<OldState, Message, string, Stored> {
  type OldEffects = Effects<Message, string, Stored>;
  const handsOf = (state: OldState, effects: OldEffects): production.TransferEffects => ({
    offer(after, number) {
      const key = after === undefined ? 'a' : 'b';
      effects.push(send(NEW, { kind: 'offer', key, data: state.data & MASK[key], number }));
    },
    send(key, number) {
      const known = key as Key;
      effects.push(send(NEW, { kind: 'record', key: known, data: state.data & MASK[known], number }));
    },
    persistMove() {
      persist(effects, { ...storedOf(state), moved: true }, [send(OLD, { kind: 'moved' })]);
    },
    completed() {
      drop(state, effects);
    },
    release(key) {
      state.waiting = state.waiting.map((one) => (one.key === key ? { ...one, isThere: true } : one));
      acknowledge(state, effects);
    },
    giveUp(key) {
      state.waiting = state.waiting.filter((one) => one.key !== key);
    },
    drop: () => drop(state, effects),
  });
  return {
    start(_self, stored, effects) {
      const before = stored ?? { data: 0, moved: false, starts: 0 };
      const state: OldState = { ...before, starts: before.starts + 1, transfer: undefined, waiting: [] };
      persist(effects, storedOf(state), [{ kind: 'set-timer', timer: 'begin' }]);
      return state;
    },
    onTimer(state, _self, timer, effects) {
      const hands = handsOf(state, effects);
      if (timer === 'begin') {
        state.transfer = rules.startTransfer(state.moved ? 'release' : 'hand-over');
        state.transfer.numbers = state.starts * NUMBERS_PER_START;
        effects.push({ kind: 'set-timer', timer: 'lost' });
      } else if (state.transfer !== undefined) production.onLost(state.transfer);
      if (state.transfer !== undefined) production.onReachable(state.transfer, hands);
    },
    onMessage(state, _self, from, message, effects) {
      const { transfer } = state;
      const hands = handsOf(state, effects);
      switch (message.kind) {
        case 'write':
          onWrite(rules, state, message, effects, hands);
          break;
        case 'compared': {
          const wanted = message.wanted ? [message.key] : [];
          if (transfer !== undefined)
            rules.onCompared(transfer, message.number, { wanted, last: message.key, more: message.key === 'a' }, hands);
          break;
        }
        case 'stored':
          if (transfer === undefined) break;
          production.onStoredThere(transfer, message.key, message.number, hands);
          break;
        case 'never-stored':
          if (transfer !== undefined) rules.onNeverStoredThere(transfer, message.key, message.number, true, hands);
          break;
        case 'durable':
          state.waiting = state.waiting.map((one) => (one.data === message.data ? { ...one, isHere: true } : one));
          acknowledge(state, effects);
          break;
        case 'moved':
          // Its own, released by the persist.
          if (from !== OLD || transfer === undefined) break;
          state.moved = true;
          production.onMovePersisted(transfer);
          for (const to of [NEW, COORDINATOR]) effects.push(send(to, { kind: 'moved' }));
          break;
        case 'move-known':
          if (transfer !== undefined) rules.onMoveKnown(transfer, hands);
          break;
        default:
      }
    },
  };
}

function onWrite(
  rules: TransferRules,
  state: OldState,
  message: Extract<Message, { kind: 'write' }>,
  effects: Effects<Message, string, Stored>,
  hands: production.TransferEffects,
): void {
  if (state.moved) {
    effects.push(send(NEW, message));
    return;
  }
  const key = keyOf(message.data);
  state.data |= message.data;
  const { transfer } = state;
  const waits = transfer !== undefined && rules.onWritten(transfer, key, hands);
  if (waits) state.waiting = [...state.waiting, { key, data: message.data, isThere: false, isHere: false }];
  const then = waits
    ? send(OLD, { kind: 'durable', data: message.data })
    : send(COORDINATOR, { kind: 'written', data: message.data });
  // While the move is on its way to the disk, what is stored after it lies behind it.
  persist(effects, { ...storedOf(state), moved: transfer?.phase === 'handing' }, [then]);
}

function acknowledge(state: OldState, effects: Effects<Message, string, Stored>): void {
  const done = state.waiting.filter(({ isThere, isHere }) => isThere && isHere);
  for (const { data } of done) effects.push(send(COORDINATOR, { kind: 'written', data }));
  state.waiting = state.waiting.filter((one) => !done.includes(one));
}

function drop(state: OldState, effects: Effects<Message, string, Stored>): void {
  state.data = 0;
  state.transfer = undefined;
  persist(effects, { ...storedOf(state), moved: true }, []);
}

function partsOf({ states }: TransferGroupState): { old: OldState; heir: NewState; client: CoordinatorState } {
  return { old: states[OLD] as OldState, heir: states[NEW] as NewState, client: states[COORDINATOR] as CoordinatorState };
}

/** At the old node, which passes on what it does not answer any more, and at whomever the coordinator holds for the holder. */
function isReadable(state: TransferGroupState, answersItself: boolean): boolean {
  const { old, heir, client } = partsOf(state);
  const atOld = old.moved && !answersItself ? heir.data : old.data;
  const atHolder = client.holder === NEW ? heir.data : atOld;
  return (client.acknowledged & ~(atOld & atHolder)) === 0;
}

function isDurable(state: TransferGroupState): boolean {
  const { client } = partsOf(state);
  const [old, heir] = [state.stored[OLD] as Stored | undefined, state.stored[NEW] as Stored | undefined];
  const holder = old?.moved === true ? heir : old;
  return (client.acknowledged & ~(holder?.data ?? 0)) === 0;
}

function isDropped(state: TransferGroupState, writes: number): boolean {
  const { old, client } = partsOf(state);
  return old.moved && old.data === 0 && old.transfer === undefined && client.acknowledged === 2 ** writes - 1;
}

function isEnded(state: TransferGroupState): boolean {
  const { old } = partsOf(state);
  return old.moved && old.data === 0;
}
