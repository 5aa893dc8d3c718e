/** The collection of a tombstone under the checker: what is said, and how a node that takes part keeps records. */
import { type Effects, type ProcessId, processId } from '../../protocols/process/index.ts';
import type { Batch, EraAnswer, EraEntry, EraState, Pacemaker } from '../../protocols/tombstone-collection/index.ts';

/** What is known of the key: which writes were seen, and which of them have not been superseded; a bit for each write. */
export interface KeyRecord {
  readonly seen: number;
  readonly live: number;
}

/** The one value that is written, and its deletion. */
export const VALUE: KeyRecord = { seen: 1, live: 1 };
export const TOMBSTONE: KeyRecord = { seen: 1, live: 0 };

export type Message =
  /** To a home: a write, a repair, or a hint that is handed over. */
  | { readonly kind: 'write'; readonly record: KeyRecord; readonly readIn: number }
  | { readonly kind: 'stored'; readonly record: KeyRecord }
  /** To the stand-in. */
  | { readonly kind: 'hold'; readonly record: KeyRecord; readonly readIn: number }
  /** A read by the stand-in, which repairs the other home with what it found. */
  | { readonly kind: 'read'; readonly readIn: number }
  | { readonly kind: 'found'; readonly record: KeyRecord | undefined; readonly readIn: number }
  | { readonly kind: 'enter'; readonly entry: EraEntry }
  | { readonly kind: 'in-era'; readonly answer: EraAnswer }
  | { readonly kind: 'ask'; readonly era: number; readonly record: KeyRecord }
  | { readonly kind: 'clear'; readonly era: number; readonly isClear: boolean }
  | { readonly kind: 'drop'; readonly record: KeyRecord };

export interface Stored {
  readonly own: KeyRecord | undefined;
  readonly hint: KeyRecord | undefined;
  readonly era: number;
  readonly starts: number;
  /** The tombstone was dropped at some time; nothing in the protocol looks at it. */
  readonly hasDropped: boolean;
}

export interface State {
  own: KeyRecord | undefined;
  /** Of the stand-in: for the second home. */
  hint: KeyRecord | undefined;
  starts: number;
  hasDropped: boolean;
  era: EraState;
  /** The era in which it was asked for, while it is kept. */
  promise: number | undefined;
  /** Of the first home. */
  batch: Batch<ProcessId> | undefined;
  /** Of whoever leads. */
  pacemaker: Pacemaker<ProcessId> | undefined;
}

export type NodeEffects = Effects<Message, string, Stored>;

/** Coordinates, and collects. */
export const FIRST = processId(0);
export const SECOND = processId(1);
/** Stands in for the second home, reads and repairs, and leads from era to era unless that is said otherwise. */
export const OTHER = processId(2);
export const MEMBERS: readonly ProcessId[] = [FIRST, SECOND, OTHER];
export const SHAPE = 'all';

export function bootOf(self: ProcessId, starts: number): number {
  return (self + 1) * 100 + starts;
}

export function merged(a: KeyRecord | undefined, b: KeyRecord | undefined): KeyRecord | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return { seen: a.seen | b.seen, live: (a.live & b.live) | (a.live & ~b.seen) | (b.live & ~a.seen) };
}

export function isSame(a: KeyRecord | undefined, b: KeyRecord | undefined): boolean {
  return a?.seen === b?.seen && a?.live === b?.live;
}

export function send(
  to: ProcessId,
  message: Message,
): { readonly kind: 'send'; readonly to: ProcessId; readonly message: Message } {
  return { kind: 'send', to, message };
}

export function persist(state: State, effects: NodeEffects, then: NodeEffects = []): void {
  const { own, hint, starts, hasDropped } = state;
  effects.push({ kind: 'persist', stored: { own, hint, starts, hasDropped, era: state.era.era }, then });
}
