import { compareBytes, copyBytes } from '../bytes/index.ts';
import type { Entry, Range, Snapshot } from './engine.ts';
import { engineClosed, readFailure } from './engine-errors.ts';
import { checkRange } from './limits.ts';
import type { ByteDatabase } from './lmdb-database.ts';
import { type PendingEntry, type PendingView, pendingWithin } from './pending.ts';

/** The least key: LMDB has none without bytes. */
const LEAST_KEY = Uint8Array.of(0);

/** A read transaction of LMDB, and over it the writes that were pending when it began. */
export class LmdbSnapshot implements Snapshot {
  readonly #database: ByteDatabase;
  readonly #directory: string;
  readonly #pending: readonly PendingView[];
  readonly #onClosed: () => void;
  #transaction: ReturnType<ByteDatabase['useReadTransaction']> | undefined;

  /** @param pending - oldest first; pinned. */
  constructor(database: ByteDatabase, directory: string, pending: readonly PendingView[], onClosed: () => void) {
    this.#database = database;
    this.#directory = directory;
    this.#pending = pending;
    this.#onClosed = onClosed;
    this.#transaction = database.useReadTransaction();
  }

  range(range: Range): Iterable<Entry> {
    this.#checkOpen();
    checkRange(range);
    const entries = (): Generator<Entry> => this.#entries(range);
    return { [Symbol.iterator]: entries };
  }

  close(): void {
    if (this.#transaction === undefined) return;
    this.#transaction.done();
    this.#transaction = undefined;
    this.#onClosed();
  }

  *#entries(range: Range): Generator<Entry> {
    let left = range.limit ?? Number.POSITIVE_INFINITY;
    if (left <= 0 || compareBytes(range.from, range.to) >= 0) return;
    const stored = this.#stored(range);
    try {
      for (const entry of merge(stored, pendingWithin(range, this.#pending))) {
        yield entry;
        left--;
        if (left <= 0) return;
        this.#checkOpen();
      }
    } finally {
      stored.return(undefined);
    }
  }

  *#stored({ from, to }: Range): Generator<Entry> {
    this.#checkOpen();
    const transaction = this.#transaction;
    if (transaction === undefined) return;
    try {
      const start = from.length === 0 ? LEAST_KEY : from;
      for (const { key, value } of this.#database.getRange({ start, end: to, transaction })) {
        yield { key: plain(key), value: plain(value) };
      }
    } catch (error) {
      throw readFailure(this.#directory, error);
    }
  }

  #checkOpen(): void {
    if (this.#transaction === undefined) throw engineClosed('snapshot');
  }
}

/** The driver's copies are Buffers, whose `slice` shares memory where that of other byte arrays copies. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Two runs in key order as one; of the same key the pending operation counts. */
function* merge(stored: Iterator<Entry>, pending: Iterable<PendingEntry>): Generator<Entry> {
  let next = stored.next();
  for (const { key, generation, entry } of pending) {
    while (!next.done && compareBytes(next.value.key, key) < 0) {
      yield next.value;
      next = stored.next();
    }
    if (!next.done && compareBytes(next.value.key, key) === 0) next = stored.next();
    const value = generation.valueOf(entry);
    if (value !== undefined) yield { key, value: copyBytes(value) };
  }
  while (!next.done) {
    yield next.value;
    next = stored.next();
  }
}
