/**
 * The engine on LMDB, behind a write-ahead log.
 *
 * A write is durable once it is in the log, and visible at once: reads look into the open generation, the one that is moving to
 * LMDB, and LMDB, in this order. When the open generation has grown enough and the one before has arrived, it moves: in runs in
 * the order of keys, each a durable commit of its own. Why not write to LMDB at once: it would write one page of 4 KiB, scattered
 * over the disk, per random key of 300 bytes, and sync them with each commit; measured, that is two thirds of the work of a put.
 * A crash in the midst of a move is harmless: the log holds the whole generation, and to apply it again comes to the same.
 *
 * LMDB is opened with `overlappingSync: false`: then the promise of a put resolves after the data pages were written, `fdatasync`
 * returned and the meta page was written through a descriptor opened with O_DSYNC (seen in a trace of the system calls), which
 * is LMDB's original protocol. That promise allows the log to be overwritten. With `overlappingSync: true` it would mean
 * visible, not durable.
 */
import type { QuorateError } from '../errors/index.ts';
import { callAll } from './durable-callbacks.ts';
import type { Engine, Entry, OnDurable, Operation, Range, Snapshot } from './engine.ts';
import { commitFailure, engineClosed, engineFailed, readFailure } from './engine-errors.ts';
import { Generation } from './generation.ts';
import { NO_ENTRY } from './key-index.ts';
import { checkBatch, checkRange } from './limits.ts';
import { type ByteDatabase, exactFailure } from './lmdb-database.ts';
import { LmdbSnapshot } from './lmdb-snapshot.ts';
import { WriteAheadLog } from './write-ahead-log.ts';

/** A generation moves to LMDB when it has grown this large. */
const GENERATION_BYTES = 8 * 1024 * 1024;
/** The share of the next generation by which a move is to be through. */
const MOVED_BY = 0.9;
/** Operations per commit: few enough that neither feeding them nor their sync holds up the writes that come meanwhile. */
const RUN_OPERATIONS = 200;

/** Without writes for so long, what has gathered moves at once: reads need not look for it any more, and a start has less to do. */
const IDLE_MS = 250;

export class LmdbEngine implements Engine {
  readonly #database: ByteDatabase;
  readonly #directory: string;
  readonly #onClosed: () => void;
  readonly #log: WriteAheadLog;
  readonly #snapshots = new Set<LmdbSnapshot>();
  /** Gathers writes. */
  #open: Generation;
  /** On its way to LMDB. */
  #moving: Generation | undefined;
  /** Has been moved, to be used again. */
  #spare: Generation | undefined;
  #move: Promise<void> = Promise.resolve();
  /** The share of the open generation at which the next run of the moving one is due, and how to begin it. */
  #nextRun: { readonly dueBytes: number; readonly begin: () => void } | undefined;
  /** Runs while there is something to move. */
  #idleTimer: NodeJS.Timeout | undefined;
  #hasWritten = false;
  /** No write since the timer's last turn but one. */
  #isIdle = false;
  #failure: QuorateError | undefined;
  #closing: Promise<void> | undefined;
  #isReleased = false;

  /** @param generation - the first that the log may use. */
  constructor(database: ByteDatabase, directory: string, generation: number, onClosed: () => void) {
    this.#database = database;
    this.#directory = directory;
    this.#onClosed = onClosed;
    this.#open = new Generation(generation);
    this.#log = new WriteAheadLog(directory, (failure) => {
      const failed = commitFailure(directory, failure);
      return { failed, refused: this.#fail(failed) };
    });
  }

  get(key: Uint8Array): Uint8Array | undefined {
    if (this.#isReleased) throw engineClosed();
    const entry = this.#open.find(key);
    if (entry !== NO_ENTRY) return this.#open.valueOf(entry);
    if (this.#moving !== undefined) {
      const moving = this.#moving.find(key);
      if (moving !== NO_ENTRY) return this.#moving.valueOf(moving);
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
    const generations = this.#moving === undefined ? [this.#open] : [this.#moving, this.#open];
    const pending = generations.map((generation) => {
      generation.pin();
      return { generation, count: generation.count };
    });
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
    this.#log.append(this.#open, batch, onDurable);
    if (this.#nextRun !== undefined && this.#open.sizeBytes >= this.#nextRun.dueBytes) this.#beginRun();
    this.#moveIfDue(GENERATION_BYTES);
    this.#hasWritten = true;
    this.#isIdle = false;
    this.#idleTimer ??= setInterval(() => this.#moveIfIdle(), IDLE_MS).unref();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearInterval(this.#idleTimer);
    await this.#log.idle();
    this.#beginRun();
    await this.#move;
    if (this.#failure === undefined) {
      this.#moveIfDue(0);
      await this.#move;
    }
    // After a failure the log keeps what LMDB lacks, for the next start.
    if (this.#failure === undefined) this.#log.empty();
    this.#log.close();
    this.#isReleased = true;
    for (const snapshot of this.#snapshots) snapshot.close();
    await this.#database.close();
    this.#onClosed();
    if (this.#failure !== undefined) throw this.#failure;
  }

  #moveIfIdle(): void {
    this.#isIdle = !this.#hasWritten;
    this.#hasWritten = false;
    if (!this.#isIdle) return;
    this.#beginRun();
    this.#moveIfDue(0);
    if (this.#moving !== undefined && this.#failure === undefined) return;
    clearInterval(this.#idleTimer);
    this.#idleTimer = undefined;
  }

  #moveIfDue(leastBytes: number): void {
    if (this.#moving !== undefined || this.#open.count === 0 || this.#open.sizeBytes < leastBytes) return;
    const moving = this.#open;
    this.#moving = moving;
    this.#open = this.#nextGeneration(moving.number + 1);
    this.#move = this.#moveToDatabase(moving);
  }

  #nextGeneration(number: number): Generation {
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare === undefined) return new Generation(number);
    spare.reuse(number);
    return spare;
  }

  async #moveToDatabase(generation: Generation): Promise<void> {
    try {
      let moved = 0;
      for (const run of generation.runsInKeyOrder(RUN_OPERATIONS)) {
        await this.#untilDue((moved / generation.count) * MOVED_BY * GENERATION_BYTES);
        if (this.#failure !== undefined) return;
        await commitRun(this.#database, run);
        moved += run.length;
      }
      // The read transaction at hand may be older than the commits; what is dropped below must be visible without it.
      this.#database.resetReadTxn();
      this.#moving = undefined;
      // A view of it may still be read, or the log be slower than LMDB: then it is left to the garbage collector.
      if (!generation.isPinned && !this.#log.isBusyWith(generation)) this.#spare = generation;
    } catch (error) {
      this.#fail(commitFailure(this.#directory, exactFailure(this.#directory, await causeOf(error))));
    }
  }

  /**
   * Moving goes at the pace of writing: it is through before the open generation is full, and no faster, so that its syncs are
   * spread evenly among those of the log instead of standing in their way all at once. Without writes there is no such pace.
   */
  #untilDue(dueBytes: number): Promise<void> | undefined {
    if (this.#closing !== undefined || this.#isIdle || this.#open.sizeBytes >= dueBytes) return undefined;
    return new Promise((begin) => {
      this.#nextRun = { dueBytes, begin };
    });
  }

  #beginRun(): void {
    const next = this.#nextRun;
    this.#nextRun = undefined;
    next?.begin();
  }

  /** From now on every write is refused. Reads go on, and see what was written. @returns the refusal. */
  #fail(failure: QuorateError): QuorateError {
    this.#failure ??= engineFailed(failure);
    this.#beginRun();
    return this.#failure;
  }
}

/** One durable commit, begun at the end of the turn. */
function commitRun(database: ByteDatabase, run: readonly Operation[]): Promise<boolean> {
  return database.batch(() => {
    for (const { key, value } of run) void (value === undefined ? database.remove(key) : database.put(key, value));
  });
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
