/**
 * Coordination of one write: done when W replicas have stored it, failed when W no longer can.
 *
 * | state    | event                          | new state | effect                                  |
 * |----------|--------------------------------|-----------|-----------------------------------------|
 * | waiting  | a replica stored, now W did    | done      | reply: the write is kept                |
 * | waiting  | a replica stored, fewer than W | waiting   |                                         |
 * | waiting  | a replica failed, W can still  | waiting   |                                         |
 * | waiting  | a replica failed, W cannot     | failed    | fail: too few                           |
 * | waiting  | deadline                       | failed    | fail: in time                           |
 * | finished | anything                       | finished  |                                         |
 *
 * Source: the Dynamo paper, section 4.5, and the quorum tables of the notes ("writing, ack: if Q, done").
 * Invariants: a replica counts once however often it answers; exactly one of the two effects happens, once.
 */

/** Position of a replica among those asked, 0 .. 30. */
export type ReplicaIndex = number;

export interface WriteState {
  /** W. */
  readonly needed: number;
  /** How many replicas were asked. */
  readonly asked: number;
  /** Bit i: replica i stored the write durably. */
  stored: number;
  /** Bit i: replica i will not. */
  failed: number;
  finished: boolean;
}

export interface WriteEffects {
  /** W replicas hold the write. */
  written(): void;
  /** Fewer than W do, as far as is known; the others may hold it all the same. */
  notWritten(reason: 'too-few' | 'deadline', state: WriteState): void;
}

export function startWrite(needed: number, asked: number): WriteState {
  return { needed, asked, stored: 0, failed: 0, finished: false };
}

export function onStored(state: WriteState, replica: ReplicaIndex, effects: WriteEffects): void {
  state.stored |= 1 << replica;
  if (state.finished || bitCount(state.stored) < state.needed) return;
  state.finished = true;
  effects.written();
}

export function onStoreFailed(state: WriteState, replica: ReplicaIndex, effects: WriteEffects): void {
  if ((state.stored & (1 << replica)) !== 0) return;
  state.failed |= 1 << replica;
  if (state.finished || state.asked - bitCount(state.failed) >= state.needed) return;
  state.finished = true;
  effects.notWritten('too-few', state);
}

export function onWriteDeadline(state: WriteState, effects: WriteEffects): void {
  if (state.finished) return;
  state.finished = true;
  effects.notWritten('deadline', state);
}

export function bitCount(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}
