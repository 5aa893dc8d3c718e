/**
 * One read or one write of a register over a network where replicas fail and time limits end: what `operation.ts` does, with
 * failures, and without a second round where the first has shown that there is nothing to do in it.
 *
 * | state    | event                                      | new state | effects                                            |
 * |----------|--------------------------------------------|-----------|----------------------------------------------------|
 * | query    | answer (t, v), fewer than a majority       | query     |                                                    |
 * | query    | answer, now a majority; a write            | record    | choose (T, x), T later than every t; record to all |
 * | query    | answer, now a majority; a read, settled    | finished  | done (v)                                           |
 * | query    | answer, now a majority; a read, not so     | record    | record the latest (t, v) to whoever is not settled |
 * | record   | recorded, fewer than a majority            | record    |                                                    |
 * | record   | recorded, now a majority                   | finished  | done (v)                                           |
 * | both     | a replica failed, a majority can still     | the same  |                                                    |
 * | both     | a replica failed, a majority cannot        | finished  | failed: too few                                    |
 * | both     | resend                                     | the same  | the phase's message to whoever has not answered    |
 * | query    | replicas have changed                      | query     | forget the answers; query to all                   |
 * | record   | replicas have changed                      | record    | forget who has recorded; record to all             |
 * | both     | deadline                                   | finished  | failed: in time                                    |
 * | finished | anything                                   | finished  |                                                    |
 *
 * *Settled* is who answered with the latest version and has it durably: asking it to record what it has would change nothing, so
 * it counts as having recorded. A read whose majority is settled is one round. Who answered with it from memory is not: it may
 * forget, and the next read would go back.
 *
 * Source: Attiya, Bar-Noy, Dolev (1995), section 3; Lynch and Shvartsman (1997). When reads of one round are possible is the
 * subject of Dutta, Guerraoui, Levy, Chakraborty, "How fast can a distributed atomic read be?" (2004).
 * Invariants: a replica counts once in each phase; exactly one of `done` and `failed` happens, once; `done` only when a majority
 * has the version, or a later one, durably.
 */
import { majority } from './operation.ts';
import { compareTimestamps, type Version } from './timestamp.ts';

/** Position of a replica in the group, 0 .. 30. */
type Index = number;

export interface Coordination<Value> {
  readonly groupSize: number;
  readonly intent: 'read' | 'write';
  phase: 'query' | 'record' | 'finished';
  /** Of the answers the latest; in `record` what is being recorded. `undefined` before the first answer. */
  version: Version<Value> | undefined;
  /** Bit i: replica i has answered the query. */
  answered: number;
  /** Bit i: replica i has `version`, durably. */
  recorded: number;
  /** Bit i: replica i will not answer in this phase. */
  failed: number;
}

export interface CoordinationEffects<Value> {
  /** The version of a write, later than `latest` and than every version that this process has ever chosen. */
  choose(latest: Version<Value>): Version<Value>;
  query(replica: Index): void;
  record(replica: Index, version: Version<Value>): void;
  done(version: Version<Value>): void;
  /** @param begun - whether anyone may have recorded the write. */
  failed(reason: 'too-few' | 'deadline', begun: boolean): void;
}

export function startCoordination<Value>(groupSize: number, intent: 'read' | 'write'): Coordination<Value> {
  return { groupSize, intent, phase: 'query', version: undefined, answered: 0, recorded: 0, failed: 0 };
}

/** Sends the query to all; once, at the beginning. */
export function queryAll<Value>(state: Coordination<Value>, effects: CoordinationEffects<Value>): void {
  for (let replica = 0; replica < state.groupSize && state.phase === 'query'; replica++) effects.query(replica);
}

/** @param isDurable - whether the replica will have the version, or a later one, after a crash too. */
export function onAnswer<Value>(
  state: Coordination<Value>,
  replica: Index,
  version: Version<Value>,
  isDurable: boolean,
  effects: CoordinationEffects<Value>,
): void {
  const bit = 1 << replica;
  if (state.phase !== 'query' || (state.answered & bit) !== 0) return;
  state.answered |= bit;
  state.failed &= ~bit;
  const order = state.version === undefined ? 1 : compareTimestamps(version.timestamp, state.version.timestamp);
  if (order > 0) {
    state.version = version;
    state.recorded = 0;
  }
  if (order >= 0 && isDurable) state.recorded |= bit;
  if (countOf(state.answered) < majority(state.groupSize)) return;
  beginRecording(state, effects);
}

function beginRecording<Value>(state: Coordination<Value>, effects: CoordinationEffects<Value>): void {
  const latest = state.version;
  if (latest === undefined) return;
  state.phase = 'record';
  state.failed = 0;
  if (state.intent === 'write') {
    state.version = effects.choose(latest);
    state.recorded = 0;
  }
  if (finishIfRecorded(state, effects)) return;
  recordOpen(state, effects);
}

/** Is asked of all that have not answered, also of those that failed once: a replica may have come back. */
function recordOpen<Value>(state: Coordination<Value>, effects: CoordinationEffects<Value>): void {
  for (let replica = 0; replica < state.groupSize && state.phase === 'record'; replica++) {
    if ((state.recorded & (1 << replica)) === 0 && state.version !== undefined) effects.record(replica, state.version);
  }
}

/** `recorded` belongs to this operation: answers to anything else must not come here. */
export function onRecorded<Value>(state: Coordination<Value>, replica: Index, effects: CoordinationEffects<Value>): void {
  if (state.phase !== 'record') return;
  state.recorded |= 1 << replica;
  state.failed &= ~(1 << replica);
  finishIfRecorded(state, effects);
}

function finishIfRecorded<Value>(state: Coordination<Value>, effects: CoordinationEffects<Value>): boolean {
  if (countOf(state.recorded) < majority(state.groupSize) || state.version === undefined) return false;
  state.phase = 'finished';
  effects.done(state.version);
  return true;
}

/** A replica did not answer the message of that phase. */
export function onFailed<Value>(
  state: Coordination<Value>,
  replica: Index,
  phase: 'query' | 'record',
  effects: CoordinationEffects<Value>,
): void {
  const bit = 1 << replica;
  if (state.phase !== phase || ((phase === 'query' ? state.answered : state.recorded) & bit) !== 0) return;
  state.failed |= bit;
  if (state.groupSize - countOf(state.failed) < majority(state.groupSize)) fail(state, 'too-few', effects);
}

/** Messages may be lost. Recording twice is recording once. */
export function onResend<Value>(state: Coordination<Value>, effects: CoordinationEffects<Value>): void {
  if (state.phase === 'record') recordOpen(state, effects);
  for (let replica = 0; replica < state.groupSize && state.phase === 'query'; replica++) {
    if ((state.answered & (1 << replica)) === 0) effects.query(replica);
  }
}

/**
 * The replicas are others by now, as many as before: a majority of them is asked anew. What was chosen stays chosen: a write takes effect once.
 * Which replicas may change how is no matter of this protocol; see `../register-seats`.
 */
export function onReconfigured<Value>(state: Coordination<Value>, effects: CoordinationEffects<Value>): void {
  if (state.phase === 'finished') return;
  state.answered = 0;
  state.recorded = 0;
  state.failed = 0;
  if (state.phase === 'query') state.version = undefined;
  onResend(state, effects);
}

export function onDeadline<Value>(state: Coordination<Value>, effects: CoordinationEffects<Value>): void {
  if (state.phase !== 'finished') fail(state, 'deadline', effects);
}

function fail<Value>(state: Coordination<Value>, reason: 'too-few' | 'deadline', effects: CoordinationEffects<Value>): void {
  const begun = state.phase === 'record' && state.intent === 'write';
  state.phase = 'finished';
  effects.failed(reason, begun);
}

export function countOf(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}
