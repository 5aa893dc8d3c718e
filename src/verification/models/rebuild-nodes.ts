/** The rebuild of a lost seat under the checker: what is said, and who gives what it has. */
import { type Effects, type Process, type ProcessId, processId } from '../../protocols/process/index.ts';
import * as production from '../../protocols/transfer/index.ts';

/** A set of writes, a bit for each; all are of one key, whose versions are merged. */
export type Writes = number;

export type Message =
  | { readonly kind: 'write' | 'written'; readonly data: Writes }
  | { readonly kind: 'offer' | 'record'; readonly data: Writes; readonly number: number }
  | { readonly kind: 'compared'; readonly wanted: boolean; readonly receipt: number; readonly number: number }
  | { readonly kind: 'stored'; readonly number: number }
  | { readonly kind: 'complete' | 'not counted'; readonly receipt: number }
  /** To itself: released by its own disk. */
  | { readonly kind: 'taken' }
  /** The seat is the heir's. */
  | { readonly kind: 'seat' };

export interface Stored {
  readonly starts: number;
  readonly data: Writes;
  /** So many decisions are known. */
  readonly heard: number;
  readonly isTaken: boolean;
}

export type NodeEffects = Effects<Message, string, Stored>;

export interface HolderState extends Stored {
  data: Writes;
  heard: number;
  isTaken: boolean;
  transfer: production.TransferState | undefined;
  /** Transfers begun since the start. */
  begun: number;
  /** Of what was found there since the walk began. */
  receipt: number | undefined;
}

export type HolderRules = Pick<typeof production, 'startTransfer' | 'onCompared' | 'onStoredThere' | 'onWritten'>;

export const HEIR = processId(0);
export const COORDINATOR = processId(1);
export const FIRST_HOLDER = 2;
/** Written meanwhile. What the lost holder has acknowledged with one of the others is a bit of its own for each. */
export const LATER: Writes = 1;

const KEY = 'key';
/** What was asked by one transfer is no answer to the next. */
const NUMBERS_EACH = 100;

/** Decisions: the holder is lost and the heir shall have its seat; it shall not; it shall have it after all. */
export function isHeirWanted(heard: number): boolean {
  return heard % 2 === 1;
}

/** @param decisions - so many there are: each node hears of them when it likes, of several at once too */
export function holder(decisions: number, mayBeLost: boolean, rules: HolderRules): Process<HolderState, Message, string, Stored> {
  const hear = (state: HolderState, heard: number, effects: NodeEffects): void => {
    state.heard = heard;
    if (heard < decisions) effects.push({ kind: 'set-timer', timer: 'hear' });
    if (heard === decisions) effects.push({ kind: 'cancel-timer', timer: 'hear all' });
    if (!isHeirWanted(heard)) state.transfer = undefined;
    else if (state.transfer === undefined && !state.isTaken) {
      state.transfer = rules.startTransfer('rebuild');
      state.transfer.numbers = (state.starts * 10 + state.begun++) * NUMBERS_EACH;
      state.receipt = undefined;
      if (mayBeLost) effects.push({ kind: 'set-timer', timer: 'lost' });
      production.onReachable(state.transfer, handsOf(state, effects));
    }
  };
  return {
    start(self, stored, effects) {
      const before = stored ?? { starts: 0, data: 1 << self, heard: 0, isTaken: false };
      const state: HolderState = { ...before, starts: before.starts + 1, transfer: undefined, begun: 0, receipt: undefined };
      persist(effects, state, []);
      if (before.heard + 1 < decisions) effects.push({ kind: 'set-timer', timer: 'hear all' });
      hear(state, before.heard, effects);
      return state;
    },
    onTimer(state, _self, timer, effects) {
      if (timer === 'hear') hear(state, state.heard + 1, effects);
      else if (timer === 'hear all') {
        effects.push({ kind: 'cancel-timer', timer: 'hear' });
        hear(state, decisions, effects);
      } else if (timer === 'lost') walkAnew(state, effects);
      else sayComplete(state, effects);
    },
    onMessage(state, _self, from, message, effects) {
      const { transfer } = state;
      switch (message.kind) {
        case 'write':
          state.data |= message.data;
          if (transfer !== undefined) rules.onWritten(transfer, KEY, handsOf(state, effects));
          persist(effects, state, [send(from, { kind: 'written', data: message.data })]);
          break;
        case 'compared':
          if (transfer?.offered !== message.number) break;
          state.receipt ??= message.receipt;
          if (state.receipt !== message.receipt) walkAnew(state, effects);
          else {
            const page = { wanted: message.wanted ? [KEY] : [], last: KEY, more: false };
            rules.onCompared(transfer, message.number, page, handsOf(state, effects));
          }
          break;
        case 'stored':
          if (transfer !== undefined) rules.onStoredThere(transfer, KEY, message.number, handsOf(state, effects));
          break;
        case 'not counted':
          if (transfer?.phase === 'complete' && message.receipt === state.receipt) walkAnew(state, effects);
          break;
        case 'seat':
          state.isTaken = true;
          state.transfer = undefined;
          break;
        default:
      }
    },
  };
}

/** The link was lost, or what had been there is not there any more. */
function walkAnew(state: HolderState, effects: NodeEffects): void {
  if (state.transfer === undefined) return;
  state.receipt = undefined;
  production.onLost(state.transfer);
  production.onReachable(state.transfer, handsOf(state, effects));
}

/** Again and again. */
function sayComplete({ transfer, receipt }: HolderState, effects: NodeEffects): void {
  if (transfer?.phase !== 'complete') return;
  effects.push(send(HEIR, { kind: 'complete', receipt: receipt ?? 0 }), { kind: 'set-timer', timer: 'say' });
}

function handsOf(state: HolderState, effects: NodeEffects): production.TransferEffects {
  const nothing = (): void => {};
  return {
    offer: (_after, number) => effects.push(send(HEIR, { kind: 'offer', data: state.data, number })),
    send: (_key, number) => effects.push(send(HEIR, { kind: 'record', data: state.data, number })),
    completed: () => sayComplete(state, effects),
    persistMove: nothing,
    release: nothing,
    giveUp: nothing,
    drop: nothing,
  };
}

export function send(to: ProcessId, message: Message) {
  return { kind: 'send', to, message } as const;
}

export function persist(effects: NodeEffects, { starts, data, heard, isTaken }: Stored, then: NodeEffects): void {
  effects.push({ kind: 'persist', stored: { starts, data, heard, isTaken }, then });
}
