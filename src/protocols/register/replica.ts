/**
 * The replica of ABD: holds the latest version it was told of.
 *
 * | state | event                  | new state | effects                                    |
 * |-------|------------------------|-----------|--------------------------------------------|
 * | (t,v) | query                  | (t,v)     | answer (t,v)                               |
 * | (t,v) | record (T,x), T > t    | (T,x)     | persist (T,x), then: recorded T            |
 * | (t,v) | record (T,x), T <= t   | (t,v)     | persist (t,v), then: recorded T            |
 *
 * A version that is not yet durable may be answered: the asker makes a majority record it, durably, before anyone relies on it.
 * An older version, too, is acknowledged behind a persist, since what outdid it may still be on its way to the disk.
 *
 * Source: Attiya, Bar-Noy, Dolev (1995), section 3; the notes: "any | write | if T > t, update | ack".
 * Invariant: the timestamp only grows; what was acknowledged is durable, or something later is.
 */
import { type ProcessId, processId } from '../process/index.ts';
import { compareTimestamps, type Version } from './timestamp.ts';

/** What a replica keeps through a crash. */
export interface StoredReplica<Value> {
  readonly version: Version<Value>;
}

export interface ReplicaState<Value> {
  version: Version<Value>;
}

const nobody: ProcessId = processId(0);

export function startReplica<Value>(stored: StoredReplica<Value> | undefined): ReplicaState<Value> {
  return { version: stored?.version ?? { timestamp: { counter: 0, process: nobody }, value: undefined } };
}

/** Take over a version if it is later than what is held. */
export function adopt<Value>(replica: ReplicaState<Value>, version: Version<Value>): void {
  if (compareTimestamps(version.timestamp, replica.version.timestamp) > 0) replica.version = version;
}
