/** A member that is let in again under the checker: what is said, what each node keeps, and how they begin. */
import type { Effects, ProcessId } from '../../protocols/process/index.ts';
import * as production from '../../protocols/tombstone-collection/index.ts';
import { bootOf, FIRST, type KeyRecord, OTHER, SECOND, TOMBSTONE, VALUE } from './tombstone-nodes.ts';

/** What is written after the return. */
export const NEW: KeyRecord = { seen: 2, live: 2 };

export type Message =
  /** To a home, by the one that came back: what it holds. */
  | { readonly kind: 'write'; readonly record: KeyRecord; readonly readIn: number }
  | { readonly kind: 'stored'; readonly record: KeyRecord }
  | { readonly kind: 'refused'; readonly era: number }
  /** To the one that came back, which is to hold it. */
  | { readonly kind: 'given'; readonly record: KeyRecord; readonly readIn: number }
  /** The node that left is a member again. */
  | { readonly kind: 'news' }
  | { readonly kind: 'which era' }
  | { readonly kind: 'present era'; readonly era: number }
  | { readonly kind: 'enter'; readonly entry: production.EraEntry }
  | { readonly kind: 'in-era'; readonly answer: production.EraAnswer }
  | { readonly kind: 'drop' };

export interface Stored {
  readonly own: KeyRecord | undefined;
  readonly era: number;
  readonly knows: boolean;
  readonly hasDropped: boolean;
}

export interface State {
  /** Of a home, its record; of the one that came back, what it holds for them. */
  own: KeyRecord | undefined;
  era: production.EraState;
  /** That the node that left is a member again. */
  knows: boolean;
  /** The tombstone was dropped at some time; nothing in the protocol looks at it. */
  hasDropped: boolean;
  /** It left, and nobody who counts it among the members has told it an era since. */
  isOut: boolean;
  /** A write is on its way to the second home. */
  isBringing: boolean;
  /** What it holds is from the past for the others; nothing in the protocol looks at it. */
  hasMissed: boolean;
  /** Of the first home. */
  batch: production.Batch<ProcessId> | undefined;
  pacemaker: production.Pacemaker<ProcessId> | undefined;
}

export type NodeEffects = Effects<Message, string, Stored>;

/** In which the node left, the value was read that is still on its way to it, and the collection of its tombstone began. */
export const FIRST_ERA = 1;
export function membersOf(knows: boolean): readonly ProcessId[] {
  return knows ? [FIRST, SECOND, OTHER] : [FIRST, SECOND];
}

/** Whoever has not heard of the return sees other members. */
export function shapeOf(knows: boolean): string {
  return knows ? 'again' : 'without';
}

export function startNode(self: ProcessId, isLate: boolean, effects: NodeEffects): State {
  const state: State = {
    own: self === OTHER ? undefined : TOMBSTONE,
    // The node that left did so long after its start: it is not new, though it has nothing any more.
    era: production.startEra(FIRST_ERA, false),
    knows: false,
    hasDropped: false,
    isOut: self === OTHER,
    isBringing: false,
    hasMissed: false,
    batch: undefined,
    pacemaker: undefined,
  };
  begin(state, self, isLate, effects);
  persist(state, effects);
  return state;
}

function begin(state: State, self: ProcessId, isLate: boolean, effects: NodeEffects): void {
  if (self === SECOND) effects.push({ kind: 'set-timer', timer: 'let in' });
  if (self !== FIRST) return;
  const boots = new Map(membersOf(false).map((member) => [member, bootOf(member, 1)]));
  const [members, shape] = [membersOf(false), shapeOf(false)];
  state.pacemaker = {
    ...production.startPacemaker<ProcessId>(bootOf(FIRST, 1)),
    ...{ era: FIRST_ERA, since: FIRST_ERA - 1, members, shape, boots },
  };
  state.batch = { phase: 'waiting', era: FIRST_ERA, shape, open: [] };
  if (isLate) effects.push(send(OTHER, { kind: 'given', record: VALUE, readIn: FIRST_ERA }));
  effects.push({ kind: 'set-timer', timer: 'want' });
}

export function send(to: ProcessId, message: Message): NodeEffects[number] {
  return { kind: 'send', to, message };
}

export function persist(state: State, effects: NodeEffects, then: NodeEffects = []): void {
  const { own, knows, hasDropped } = state;
  effects.push({ kind: 'persist', stored: { own, knows, hasDropped, era: state.era.era }, then });
}
