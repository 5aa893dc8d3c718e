/**
 * The engine on LMDB, by way of lmdb-js, whose writer thread takes the writes of one event-loop turn as one transaction.
 *
 * One commit is under way at a time. Writes that arrive when none is go to the writer thread at once and are committed together
 * at the end of the turn; those that arrive meanwhile gather and are the next commit. So a commit carries whatever came during
 * the one before (group commit), order is plain, and after a failure nothing behind it has been attempted.
 *
 * When is a batch durable? The database is opened with `overlappingSync: false`: then the promise of a put resolves after the
 * data pages were written, `fdatasync` returned and the meta page was written through a descriptor opened with O_DSYNC (seen in
 * a trace of the system calls), which is LMDB's original protocol: a power loss at any moment leaves one of the two meta pages
 * and all pages it leads to. With `overlappingSync: true` the driver makes a commit visible before it is synced, and recovery
 * after a power loss rests on a third meta page and on the boot id; processor time per put and the time of a single put came out
 * about the same, so there is nothing to pay for that risk with.
 */
import type { QuorateError } from '../errors/index.ts';
import { callAll } from './durable-callbacks.ts';
import type { Engine, Entry, OnDurable, Operation, Range, Snapshot } from './engine.ts';
import { commitFailure, engineClosed, engineFailed, readFailure } from './engine-errors.ts';
import { checkBatch, checkRange } from './limits.ts';
import { type ByteDatabase, exactFailure } from './lmdb-database.ts';
import { LmdbSnapshot } from './lmdb-snapshot.ts';
import { Generation, textOfKey } from './pending-writes.ts';

export class LmdbEngine implements Engine {
  readonly #database: ByteDatabase;
  readonly #directory: string;
  readonly #onClosed: () => void;
  readonly #snapshots = new Set<LmdbSnapshot>();
  /** Gathers writes. */
  #open = new Generation();
  /** On its way to the disk. */
  #committing: Generation | undefined;
  /** What the driver promised for the operations of the open generation: one promise, as a rule, for all of them. */
  #promises: Promise<boolean>[] = [];
  #failure: QuorateError | undefined;
  #closing: Promise<void> | undefined;
  #isReleased = false;
  #onIdle: (() => void) | undefined;

  constructor(database: ByteDatabase, directory: string, onClosed: () => void) {
    this.#database = database;
    this.#directory = directory;
    this.#onClosed = onClosed;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    if (this.#isReleased) throw engineClosed();
    if (this.#open.hasOperations || this.#committing !== undefined) {
      const text = textOfKey(key);
      const pending = this.#open.find(text) ?? this.#committing?.find(text);
      if (pending !== undefined) return pending.value;
    }
    let bytes: Uint8Array | undefined;
    try {
      bytes = this.#database.getBinaryFast(key);
    } catch (error) {
      throw readFailure(this.#directory, error);
    }
    // The driver lends one large buffer, whose `length` it sets by hand; methods of typed arrays would not respect that.
    return bytes === undefined ? undefined : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  range(range: Range): Iterable<Entry> {
    if (this.#isReleased) throw engineClosed();
    checkRange(range);
    const start = (): Snapshot => this.snapshot();
    return {
      *[Symbol.iterator]() {
        const snapshot = start();
        try {
          yield* snapshot.range(range);
        } finally {
          snapshot.close();
        }
      },
    };
  }

  snapshot(): Snapshot {
    if (this.#isReleased) throw engineClosed();
    const pending = this.#committing === undefined ? [this.#open] : [this.#committing, this.#open];
    this.#open.isShared = true;
    const snapshot: LmdbSnapshot = new LmdbSnapshot(this.#database, this.#directory, pending, () => {
      this.#snapshots.delete(snapshot);
    });
    this.#snapshots.add(snapshot);
    return snapshot;
  }

  write(batch: readonly Operation[], onDurable: OnDurable): void {
    const refusal = this.#closing === undefined ? this.#failure : engineClosed();
    if (refusal !== undefined) {
      setImmediate(() => callAll([onDurable], refusal));
      return;
    }
    checkBatch(batch);
    if (this.#open.isShared) this.#open = this.#open.copy();
    this.#open.add(batch, onDurable);
    if (this.#committing !== undefined) return;
    if (batch.length > 0) this.#feed(batch);
    else if (!this.#open.hasOperations) setImmediate(() => this.#completeEmpty());
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (!this.#isIdle) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    this.#isReleased = true;
    for (const snapshot of this.#snapshots) snapshot.close();
    await this.#database.close();
    this.#onClosed();
    if (this.#failure !== undefined) throw this.#failure;
  }

  get #isIdle(): boolean {
    return this.#committing === undefined && this.#open.isEmpty;
  }

  /**
   * Hand operations of the open generation to the writer thread, atomically. The driver begins the commit at the end of the turn;
   * the callback behind that, registered later, closes the generation.
   */
  #feed(operations: readonly Operation[]): void {
    const database = this.#database;
    const promise =
      operations.length === 1 ? this.#apply(operations[0] as Operation) : database.batch(() => operations.forEach(this.#apply));
    const isFirst = this.#promises.length === 0;
    if (this.#promises.at(-1) !== promise) this.#promises.push(promise);
    if (isFirst) setImmediate(() => this.#beginCommit());
  }

  readonly #apply = ({ key, value }: Operation): Promise<boolean> =>
    value === undefined ? this.#database.remove(key) : this.#database.put(key, value);

  #beginCommit(): void {
    this.#committing = this.#open;
    this.#open = new Generation();
    const promises = this.#promises;
    this.#promises = [];
    Promise.all(promises).then(
      () => this.#committed(),
      (error: unknown) => this.#failed(error),
    );
  }

  #committed(): void {
    const done = this.#committing;
    if (done === undefined) return;
    // The read transaction at hand may be older than this commit; what is dropped below must be visible without it.
    this.#database.resetReadTxn();
    this.#committing = undefined;
    if (this.#open.hasOperations) this.#feed([...this.#open.operations]);
    else if (!this.#open.isEmpty) setImmediate(() => this.#completeEmpty());
    callAll(done.callbacks);
    this.#checkIdle();
  }

  /** A generation of empty batches needs no commit: all before it is durable. */
  #completeEmpty(): void {
    if (this.#open.isEmpty || this.#open.hasOperations || this.#committing !== undefined) return;
    const { callbacks } = this.#open;
    this.#open = new Generation();
    callAll(callbacks);
    this.#checkIdle();
  }

  async #failed(error: unknown): Promise<void> {
    const failure = commitFailure(this.#directory, exactFailure(this.#directory, await causeOf(error)));
    this.#failure = engineFailed(failure);
    const failed = this.#committing?.callbacks ?? [];
    const refused = this.#open.callbacks;
    // Reads go on and see what was acknowledged.
    this.#database.resetReadTxn();
    this.#committing = undefined;
    this.#open = new Generation();
    callAll(failed, failure);
    callAll(refused, this.#failure);
    this.#checkIdle();
  }

  #checkIdle(): void {
    if (this.#isIdle) this.#onIdle?.();
  }
}

/** The driver rejects with a general error that carries a promise of the real one. */
async function causeOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || !('commitError' in error)) return error;
  try {
    await error.commitError;
    return error;
  } catch (cause) {
    return cause;
  }
}
