/** The transfer of a seat under the checker: what is said, who the new holder is, and who writes. */
import { type Effects, type Process, type ProcessId, processId } from '../../protocols/process/index.ts';
import type { TransferState } from '../../protocols/transfer/index.ts';

/** A set of writes, a bit for each; odd ones are of one key, even ones of another. */
type Writes = number;
export type Key = 'a' | 'b';

export type Message =
  | { readonly kind: 'write'; readonly data: Writes; readonly of: ProcessId }
  | { readonly kind: 'written'; readonly data: Writes }
  | { readonly kind: 'offer'; readonly key: Key; readonly data: Writes; readonly number: number }
  | { readonly kind: 'compared'; readonly key: Key; readonly wanted: boolean; readonly number: number }
  | { readonly kind: 'record'; readonly key: Key; readonly data: Writes; readonly number: number }
  | { readonly kind: 'stored'; readonly key: Key; readonly number: number }
  | { readonly kind: 'never-stored'; readonly key: Key; readonly number: number }
  /** To itself: released by its own disk. */
  | { readonly kind: 'durable'; readonly data: Writes }
  | { readonly kind: 'moved' }
  | { readonly kind: 'move-known' };

export interface Stored {
  /** Of the old node, how often it has started: an answer to an earlier start means nothing to a later one, as with links. */
  readonly starts: number;
  readonly data: Writes;
  /** Of the old node: the seat is the other's. Of the new one: it is its own. */
  readonly moved: boolean;
}

export interface OldState extends Stored {
  data: Writes;
  moved: boolean;
  starts: number;
  transfer: TransferState | undefined;
  /** Writes whose acknowledgement waits: for the new node, and for the own disk. */
  waiting: { readonly key: Key; readonly data: Writes; readonly isThere: boolean; readonly isHere: boolean }[];
}

export interface NewState extends Stored {
  data: Writes;
  moved: boolean;
}

export interface CoordinatorState {
  acknowledged: Writes;
  begun: number;
  holder: ProcessId;
}

export type State = OldState | NewState | CoordinatorState;
export const OLD = processId(0);
export const NEW = processId(1);
export const COORDINATOR = processId(2);
export const NUMBERS_PER_START = 1_000;
const KEYS: readonly Key[] = ['a', 'b'];
export const MASK: Readonly<Record<Key, Writes>> = { a: 0b0101_0101, b: 0b1010_1010 };

/** @param erasGoOn - as soon as it knows the seat for its own, all that the old node sends is too old for it */
export const newNode = (erasGoOn: boolean): Process<NewState, Message, string, Stored> => ({
  start: (_self, stored) => ({ ...(stored ?? { data: 0, moved: false, starts: 0 }) }),
  onMessage(state, _self, from, message, effects) {
    const reply = (to: ProcessId, answer: Message): void => persist(effects, storedOf(state), [send(to, answer)]);
    switch (message.kind) {
      case 'write':
        state.data |= message.data;
        reply(message.of, { kind: 'written', data: message.data });
        break;
      case 'record':
        if (erasGoOn && state.moved) {
          effects.push(send(from, { kind: 'never-stored', key: message.key, number: message.number }));
          break;
        }
        state.data |= message.data;
        reply(from, { kind: 'stored', key: message.key, number: message.number });
        break;
      case 'offer': {
        const wanted = (message.data & ~state.data) !== 0;
        reply(from, { kind: 'compared', key: message.key, wanted, number: message.number });
        break;
      }
      case 'moved':
        state.moved = true;
        reply(from, { kind: 'move-known' });
        break;
      default:
    }
  },
});

export function coordinator(writes: number): Process<CoordinatorState, Message, string, unknown> {
  return {
    start(_self, _stored, effects) {
      effects.push({ kind: 'set-timer', timer: 'write' });
      return { acknowledged: 0, begun: 0, holder: OLD };
    },
    onMessage(state, _self, _from, message) {
      if (message.kind === 'written') state.acknowledged |= message.data;
      else if (message.kind === 'moved') state.holder = NEW;
    },
    onTimer(state, _self, _timer, effects) {
      effects.push(send(state.holder, { kind: 'write', data: 1 << state.begun, of: COORDINATOR }));
      state.begun++;
      if (state.begun < writes) effects.push({ kind: 'set-timer', timer: 'write' });
    },
  };
}

export function send(
  to: ProcessId,
  message: Message,
): { readonly kind: 'send'; readonly to: ProcessId; readonly message: Message } {
  return { kind: 'send', to, message };
}

export function storedOf({ data, moved, starts }: Stored): Stored {
  return { data, moved, starts };
}

export function persist(effects: Effects<Message, string, Stored>, stored: Stored, then: Effects<Message, string, Stored>): void {
  effects.push({ kind: 'persist', stored, then });
}

export function keyOf(data: Writes): Key {
  return KEYS.find((key) => (MASK[key] & data) !== 0) ?? 'a';
}
