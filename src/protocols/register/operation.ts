/**
 * One read or one write of a register, seen by the process that coordinates it: the reader and the writer of ABD.
 *
 * Intuition: any two majorities share a process. A write asks a majority for the latest timestamp, takes a later one, and is done
 * when a majority has it; a read that asks a majority then meets it. A read must not answer with what only a minority has: the
 * next read could miss it, and time would run backwards. So a read first writes back what it found.
 *
 * Writer
 * | state  | event                                | new state | effects                                      |
 * |--------|--------------------------------------|-----------|----------------------------------------------|
 * | none   | write(x)                             | query     | query to all                                 |
 * | query  | answer (t, v), fewer than a majority | query     |                                              |
 * | query  | answer (t, v), now a majority        | record    | record (T, x) to all, T later than every t   |
 * | record | recorded T, fewer than a majority    | record    |                                              |
 * | record | recorded T, now a majority           | none      | write-done to the client                     |
 *
 * Reader
 * | state  | event                                | new state | effects                                      |
 * |--------|--------------------------------------|-----------|----------------------------------------------|
 * | none   | read                                 | query     | query to all                                 |
 * | query  | answer (t, v), fewer than a majority | query     |                                              |
 * | query  | answer (t, v), now a majority        | record    | record the latest (t, v) to all: write-back  |
 * | record | recorded t, fewer than a majority    | record    |                                              |
 * | record | recorded t, now a majority           | none      | read-done (v) to the client                  |
 *
 * Anything else leaves the operation as it is.
 *
 * Source: Attiya, Bar-Noy, Dolev, "Sharing Memory Robustly in Message-Passing Systems" (1995), section 3; with many writers: Lynch
 * and Shvartsman (1997); the notes, "ABD Algorithm". Invariants: a process counts once; a version that an operation has
 * answered with is held by a majority; timestamps at any replica only grow.
 */
import type { ProcessId } from '../process/index.ts';
import { compareTimestamps, type Timestamp, type Version } from './timestamp.ts';

export type Intent<Value> = { readonly kind: 'read' } | { readonly kind: 'write'; readonly value: Value };

interface Requested {
  readonly client: ProcessId;
  readonly request: number;
}

export interface Querying<Value> extends Requested {
  readonly phase: 'query';
  readonly intent: Intent<Value>;
  readonly answered: Set<ProcessId>;
  /** The latest of the answers. */
  latest: Version<Value>;
}

export interface Recording<Value> extends Requested {
  readonly phase: 'record';
  readonly intent: Intent<Value>['kind'];
  readonly version: Version<Value>;
  readonly recorded: Set<ProcessId>;
}

export type Operation<Value> = Querying<Value> | Recording<Value>;

/** How many of a group are more than half of it. */
export function majority(groupSize: number): number {
  return Math.floor(groupSize / 2) + 1;
}

/** The coordinator is a replica itself, and the first to answer. */
export function startOperation<Value>(
  requested: Requested,
  intent: Intent<Value>,
  self: ProcessId,
  own: Version<Value>,
): Querying<Value> {
  return { phase: 'query', ...requested, intent, answered: new Set([self]), latest: own };
}

export function noteAnswer<Value>(operation: Querying<Value>, from: ProcessId, version: Version<Value>): void {
  operation.answered.add(from);
  if (compareTimestamps(version.timestamp, operation.latest.timestamp) > 0) operation.latest = version;
}

/**
 * A majority answered: what is to be recorded.
 *
 * @param issued - the greatest counter this process has given to a write: operations of one process may overlap.
 */
export function chooseVersion<Value>(operation: Querying<Value>, self: ProcessId, issued: number): Version<Value> {
  if (operation.intent.kind === 'read') return operation.latest;
  const counter = Math.max(operation.latest.timestamp.counter, issued) + 1;
  return { timestamp: { counter, process: self }, value: operation.intent.value };
}

export function startRecording<Value>(operation: Querying<Value>, self: ProcessId, version: Version<Value>): Recording<Value> {
  const { client, request, intent } = operation;
  return { phase: 'record', client, request, intent: intent.kind, version, recorded: new Set([self]) };
}

/** The timestamp is compared, too: an acknowledgement may be of an earlier life of this process. */
export function noteRecorded<Value>(operation: Recording<Value>, from: ProcessId, timestamp: Timestamp): void {
  if (compareTimestamps(timestamp, operation.version.timestamp) === 0) operation.recorded.add(from);
}
