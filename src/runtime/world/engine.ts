/**
 * What a store needs of a storage engine: an ordered map of bytes with atomic, durable, grouped writes.
 *
 * One conformance suite runs against every engine, so a store may rely on exactly what is said here.
 */

/** The longest key that every engine takes; the shortest has one byte. */
export const MAX_KEY_BYTES = 1536;

/** One change of a batch: the new value, or `undefined` to remove the key. */
export interface Operation {
  /** 1 to {@link MAX_KEY_BYTES} bytes. */
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
}

/** A key and its value as a range yields them; both are copies that the caller may keep. */
export interface Entry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/**
 * Bounds of a range in the order of unsigned bytes: `from` inclusive, `to` exclusive. A bound may be empty, which is before every
 * key, and may be one byte longer than a key, which is how the least key behind a given one is written.
 */
export interface Range {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  /** At most this many entries. */
  readonly limit?: number;
}

/** Called once per batch: without an argument when it is durable, with the failure when it never will be. */
export type OnDurable = (error?: Error) => void;

/** `lazy`: nobody waits for it to be durable, so an engine may keep it in memory a little longer, to store more at once. */
export type Urgency = 'now' | 'lazy';

/** A read-only view of the engine at one moment. Close it soon: it keeps old pages alive. */
export interface Snapshot {
  range(range: Range): Iterable<Entry>;
  close(): void;
}

export interface Engine {
  /** Why all writes are refused, from the moment on at which one has failed: earlier than any `onDurable` tells of it. */
  readonly failure: Error | undefined;

  /**
   * The value of a key, or `undefined`. Sees every batch handed to `write`, durable or not.
   * The bytes are valid only until the next call of any method: copy what must stay.
   */
  get(key: Uint8Array): Uint8Array | undefined;

  /** Entries in key order, also those that are not durable yet, as they are when iteration starts. */
  range(range: Range): Iterable<Entry>;

  /**
   * Apply a batch at once, atomically: visible to `get` and `range` when the call returns, all of it or nothing of it on disk
   * after a crash. Batches become durable in the order they were written; those of one event-loop turn share one sync.
   * Of several changes of one key in a batch the last counts. An empty batch is durable once all batches before it are.
   * The engine copies what it keeps: the bytes of keys and values are the caller's again when the call returns.
   * `onDurable` is never called before `write` returns. After a failed write the engine refuses all further ones, since what is
   * on disk is no longer known (fsync may not be retried); what was acknowledged before can still be read.
   * `urgency` is `now` when it is left out. A batch that is urgent takes the lazy ones before it with it.
   */
  write(batch: readonly Operation[], onDurable: OnDurable, urgency?: Urgency): void;

  snapshot(): Snapshot;

  /**
   * Make everything durable, then release the files. Idempotent. Rejects with the failure when a write failed; the files are
   * released all the same. Reads of a closed engine throw, writes are refused through their `onDurable`.
   */
  close(): Promise<void>;
}
