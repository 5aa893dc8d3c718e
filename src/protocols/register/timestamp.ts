/**
 * When a value of a register was written: what orders all writes, of all writers.
 *
 * Source: Lynch and Shvartsman, "Robust emulation of shared memory using dynamic quorum-acknowledged broadcasts" (1997): the tag of
 * a write is a counter and, since two writers may take the same counter, who wrote. Attiya, Bar-Noy and Dolev (1995) have one
 * writer and the counter alone.
 * Invariant: no two writes have the same timestamp (server.ts says how that survives a crash).
 */
import type { ProcessId } from '../process/index.ts';

export interface Timestamp {
  /** 0 is before all writes. */
  readonly counter: number;
  readonly process: ProcessId;
}

/** What a register holds: the value of one write, or of none. */
export interface Version<Value> {
  readonly timestamp: Timestamp;
  /** `undefined`: never written. */
  readonly value: Value | undefined;
}

/** A total order: by counter, then by process. Negative, zero or positive. */
export function compareTimestamps(a: Timestamp, b: Timestamp): number {
  return a.counter === b.counter ? a.process - b.process : a.counter - b.counter;
}
