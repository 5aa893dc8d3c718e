/**
 * Coordination of one read: answers with the merge of R replicas' records, then repairs those that were behind.
 *
 * | state    | event                             | new state | effect                                       |
 * |----------|-----------------------------------|-----------|----------------------------------------------|
 * | waiting  | a record, fewer than R            | waiting   | merge it                                     |
 * | waiting  | a record, now R                   | replied   | reply: the merge                             |
 * | waiting  | a replica failed, R can still     | waiting   | ask a spare replica                          |
 * | waiting  | a replica failed, R cannot        | finished  | fail: too few                                |
 * | waiting  | hedge: slow                       | waiting   | ask the spare replicas                       |
 * | waiting  | deadline                          | finished  | fail: in time                                |
 * | replied  | a record or a failure, more open  | replied   | merge it                                     |
 * | replied  | the last answer, or the deadline  | finished  | repair: send the merge to who lacks it       |
 * | finished | anything                          | finished  |                                              |
 *
 * Source: the Dynamo paper, sections 4.5 and 5 (state machine per request, read repair).
 * Invariants: a replica counts once; the reply is the merge of at least R replicas' records; a repair only ever sends a state
 * that descends the one it replaces.
 */
import { isSameState, type Policy } from '../versions/index.ts';
import { bitCount, type ReplicaIndex } from './write.ts';

/** An encoded record; `undefined` for a key never written. Its bytes belong to the read. */
export type Record = Uint8Array | undefined;

export interface ReadState {
  /** R. */
  readonly needed: number;
  readonly policy: Policy;
  /** How many replicas there are to ask, by index. */
  readonly available: number;
  /** Bit i: asked. */
  asked: number;
  answered: number;
  failed: number;
  merged: Record;
  /** What each replica answered: who must be repaired is who has another state in the end. */
  readonly records: Record[];
  phase: 'waiting' | 'replied' | 'finished';
}

export interface ReadEffects {
  /** How two records come together under the bucket's policy. */
  merge(a: Uint8Array, b: Uint8Array, policy: Policy): Uint8Array;
  ask(replica: ReplicaIndex): void;
  found(record: Record): void;
  notFound(reason: 'too-few' | 'deadline', state: ReadState): void;
  repair(replica: ReplicaIndex, record: Uint8Array): void;
  /** The read needs nothing any more. */
  finished(): void;
}

/** Begin a read of R = `needed` among `available` replicas; {@link askFirst} sends it off. */
export function startRead(needed: number, available: number, policy: Policy): ReadState {
  return { needed, policy, available, asked: 0, answered: 0, failed: 0, merged: undefined, records: [], phase: 'waiting' };
}

/** Ask the first `count` replicas, in the order of their index; the rest only if these do not suffice. */
export function askFirst(state: ReadState, count: number, effects: ReadEffects): void {
  // All are marked before the first is asked: an answer that comes at once must not find the read complete.
  state.asked = (1 << Math.min(count, state.available)) - 1;
  for (let replica = 0; replica < state.available && replica < count; replica++) effects.ask(replica);
}

function askNext(state: ReadState, effects: ReadEffects): boolean {
  const next = bitCount(state.asked);
  if (next >= state.available) return false;
  state.asked |= 1 << next;
  effects.ask(next);
  return true;
}

/** A replica answered. `same`: its record is exactly the one the coordinator asked it to compare with. */
export function onRecord(state: ReadState, replica: ReplicaIndex, record: Record, effects: ReadEffects): void {
  const bit = 1 << replica;
  if (state.phase === 'finished' || (state.answered & bit) !== 0) return;
  state.answered |= bit;
  state.failed &= ~bit;
  if (record !== undefined) {
    state.records[replica] = record;
    if (state.merged === undefined) state.merged = record;
    else if (!isSameState(state.merged, record)) state.merged = effects.merge(state.merged, record, state.policy);
  }
  if (state.phase === 'waiting' && bitCount(state.answered) >= state.needed) {
    state.phase = 'replied';
    effects.found(state.merged);
  }
  finishIfComplete(state, effects);
}

export function onReadFailed(state: ReadState, replica: ReplicaIndex, effects: ReadEffects): void {
  const bit = 1 << replica;
  if (state.phase === 'finished' || (state.answered & bit) !== 0) return;
  state.failed |= bit;
  if (state.phase === 'waiting' && !askNext(state, effects) && state.available - bitCount(state.failed) < state.needed) {
    finish(state, effects, 'too-few');
    return;
  }
  finishIfComplete(state, effects);
}

/** The answers take long: ask whoever has not been asked. */
export function onHedge(state: ReadState, effects: ReadEffects): void {
  if (state.phase !== 'waiting') return;
  while (askNext(state, effects));
}

export function onReadDeadline(state: ReadState, effects: ReadEffects): void {
  if (state.phase !== 'finished') finish(state, effects, 'deadline');
}

function finishIfComplete(state: ReadState, effects: ReadEffects): void {
  if (state.phase === 'replied' && (state.answered | state.failed) === state.asked) finish(state, effects, 'too-few');
}

function finish(state: ReadState, effects: ReadEffects, reason: 'too-few' | 'deadline'): void {
  const replied = state.phase === 'replied';
  state.phase = 'finished';
  if (replied) repairStale(state, effects);
  else effects.notFound(reason, state);
  effects.finished();
}

function repairStale(state: ReadState, effects: ReadEffects): void {
  const { merged } = state;
  if (merged === undefined) return;
  for (let replica = 0; replica < state.available; replica++) {
    if ((state.answered & (1 << replica)) === 0) continue;
    const answered = state.records[replica];
    if (answered === undefined || !isSameState(answered, merged)) effects.repair(replica, merged);
  }
}
