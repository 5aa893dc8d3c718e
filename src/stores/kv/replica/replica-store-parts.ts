/** What a replica store has to do with: what it is made of, and who hears of its writes. */
import type { Clock, Engine, Log, OnDurable, Operation } from '../../../runtime/world/index.ts';
import type { KvObserver } from '../observer.ts';
import type { ActorIdentity } from './actor-identity.ts';

/**
 * Hears of each write before it happens. `before` and `after` are checked records, valid during the call only, `before`
 * only until the engine is asked for something; `before` is
 * `undefined` when there is none, or a damaged one, `after` when a tombstone goes. What it adds to the batch happens with the write or not at all.
 */
export type WriteObserver = (
  storageKey: Uint8Array,
  before: Uint8Array | undefined,
  after: Uint8Array | undefined,
  batch: Operation[],
) => void;

/** Of a write that is about to happen: what is to be called when it is durable here, instead of `onDurable`. */
export type TransferGate = (storageKey: Uint8Array, checked: Uint8Array, onDurable: OnDurable) => OnDurable;

export interface ReplicaStoreParts {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly log: Log;
  readonly identity: ActorIdentity;
  readonly observer: KvObserver;
  /** The policy `latest` drops a write that nobody had seen who replaced it. */
  readonly onDropped?: (storageKey: Uint8Array) => void;
}
