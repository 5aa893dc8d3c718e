/**
 * The engine on LMDB, behind a write-ahead log.
 *
 * A write is durable once it is in the log, and visible at once: reads look into the open generation, the one that is moving to
 * LMDB, and LMDB, in this order; a filter tells of most keys that LMDB does not hold them. When the open generation has grown
 * enough and the one before has arrived, it moves: in runs in the order of keys, each a durable commit of its own. Why not write to LMDB at once: it would write one page of 4 KiB, scattered
 * over the disk, per random key of 300 bytes, and sync them with each commit; measured, that is two thirds of the work of a put.
 * And the more a generation has gathered, the more of its keys share a page: so it is large, and most of it is in the log's file only.
 * A crash in the midst of a move is harmless: the log holds the whole generation, and to move it again comes to the same.
 *
 * LMDB is opened with `overlappingSync: false`: then the promise of a put resolves after the data pages were written, `fdatasync`
 * returned and the meta page was written through a descriptor opened with O_DSYNC (seen in a trace of the system calls), which
 * is LMDB's original protocol. That promise allows the log to be overwritten. With `overlappingSync: true` it would mean
 * visible, not durable.
 */
import { QuorateError } from '../errors/index.ts';
import { fnv1a } from '../hash/index.ts';
import { callAll } from './durable-callbacks.ts';
import type { Engine, Entry, OnDurable, Operation, Range, Snapshot } from './engine.ts';
import { commitFailure, engineClosed, engineFailed } from './engine-errors.ts';
import type { Generation } from './generation.ts';
import { NO_ENTRY } from './key-index.ts';
import { checkBatch, checkRange } from './limits.ts';
import { type ByteDatabase, causeOf, commitRun, exactFailure, storedValue } from './lmdb-database.ts';
import { LmdbSnapshot } from './lmdb-snapshot.ts';
import type { LogFile } from './log-file.ts';
import type { Recovered } from './log-recovery.ts';
import { StoredKeys } from './stored-keys.ts';
import { type OnSync, WriteAheadLog } from './write-ahead-log.ts';

/** A generation moves to LMDB also when it has so many operations, each of which takes a little memory. */
const GENERATION_OPERATIONS = 400_000;
/** The share of the next generation by which a move is to be through. */
const MOVED_BY = 0.9;
/** At least so much of a generation is the time for a move. */
const LEAST_SPAN = 0.5;
/** Operations per commit: few enough that neither feeding them nor their sync holds up the writes that come meanwhile. */
const RUN_OPERATIONS = 400;

/** How often it is looked whether writes still come. */
const IDLE_MS = 250;
/** Such a part of a generation moves at once when no writes come, or at the end: so the log of a small store is mostly empty. */
const LITTLE = 1 / 16;
/** More moves in the background, so slowly that nobody notices: a run each time the timer has come so often. */
const TURNS_PER_RUN = 4;

export interface LmdbEngineParts {
  readonly database: ByteDatabase;
  readonly directory: string;
  readonly files: readonly LogFile[];
  /** What the log's files hold, oldest first. */
  readonly recovered: readonly Recovered[];
  readonly newGeneration: (number: number) => Generation;
  /** A generation moves to LMDB when it has grown this large. */
  readonly generationBytes: number;
  readonly onSync: OnSync | undefined;
  readonly onClosed: () => void;
}

export class LmdbEngine implements Engine {
  readonly #database: ByteDatabase;
  readonly #directory: string;
  readonly #onClosed: () => void;
  readonly #newGeneration: (number: number) => Generation;
  readonly #generationBytes: number;
  readonly #log: WriteAheadLog;
  readonly #stored: StoredKeys;
  readonly #snapshots = new Set<LmdbSnapshot>();
  /** Gathers writes. */
  #open: Generation;
  /** On its way to LMDB. */
  #moving: Generation | undefined;
  /** Has been moved: what someone may still read, or a later generation may use again. */
  #moved: Generation | undefined;
  #moveUnderWay: Promise<void> = Promise.resolve();
  /** The engine closes: what has not been moved stays in the log. */
  #isAbandoned = false;
  /** The share of the open generation at which the next run of the moving one is due, and how to begin it. */
  #nextRun: { readonly due: number; readonly begin: () => void } | undefined;
  /** The share of the open generation at which the move began. */
  #moveFrom = 0;
  /** Runs while there is something to move. */
  #idleTimer: NodeJS.Timeout | undefined;
  #hasWritten = false;
  /** No write since the timer's last turn but one. */
  #isIdle = false;
  #idleTurns = 0;
  #failure: QuorateError | undefined;
  #closing: Promise<void> | undefined;
  #isReleased = false;

  constructor({ database, directory, files, recovered, newGeneration, generationBytes, onSync, onClosed }: LmdbEngineParts) {
    this.#database = database;
    this.#directory = directory;
    this.#onClosed = onClosed;
    this.#stored = new StoredKeys(database);
    this.#newGeneration = newGeneration;
    this.#generationBytes = generationBytes;
    const open = recovered.at(-1);
    const end = open === undefined ? undefined : { generation: open.generation.number, index: open.lastIndex };
    const onFailure = (failure: Error) => {
      const failed = commitFailure(directory, failure);
      return { failed, refused: this.#fail(failed) };
    };
    this.#log = new WriteAheadLog(files, end, onFailure, onSync);
    this.#open = open?.generation ?? newGeneration(0);
    const before = recovered.at(-2);
    if (before !== undefined) this.#beginMove(before.generation);
    if (open !== undefined) this.#watchIdleness();
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    if (this.#isReleased) throw engineClosed();
    const hash = fnv1a(key);
    const entry = this.#open.find(key, hash);
    if (entry !== NO_ENTRY) return this.#open.valueOf(entry);
    if (this.#moving !== undefined) {
      const moving = this.#moving.find(key, hash);
      if (moving !== NO_ENTRY) return this.#moving.valueOf(moving);
    }
    if (!this.#stored.mayHold(hash)) return undefined;
    const value = storedValue(this.#database, this.#directory, key);
    if (value === undefined) this.#stored.lookedInVain();
    return value;
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
      for (const generation of generations) generation.unpin();
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
    try {
      this.#log.append(this.#open, batch, onDurable);
    } catch (error) {
      // The key could not be compared with one that only the disk has: nobody knows any more what the table says of it.
      if (!(error instanceof QuorateError)) throw error;
      this.#fail(error);
      setImmediate(() => callAll([onDurable], error));
      return;
    }
    const fullness = this.#fullness;
    if (this.#nextRun !== undefined && fullness >= this.#nextRun.due) this.#beginRun();
    if (fullness >= 1) this.#move();
    this.#hasWritten = true;
    this.#isIdle = false;
    this.#watchIdleness();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearInterval(this.#idleTimer);
    this.#stored.close();
    await this.#log.idle();
    const isLittle = this.#isLittle;
    this.#isAbandoned = !isLittle;
    this.#beginRun();
    await this.#moveUnderWay;
    if (isLittle) {
      this.#move();
      await this.#moveUnderWay;
    }
    // Else the log keeps what LMDB lacks, for the next start.
    if (isLittle && this.#failure === undefined) this.#log.empty();
    await this.#log.close();
    this.#isReleased = true;
    for (const snapshot of this.#snapshots) snapshot.close();
    await this.#database.close();
    this.#onClosed();
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Whether what LMDB lacks is moved there in no time. */
  get #isLittle(): boolean {
    return this.#open.sizeBytes + (this.#moving?.sizeBytes ?? 0) <= LITTLE * this.#generationBytes;
  }

  /** How full the open generation is; 1: it is to be moved. */
  get #fullness(): number {
    return Math.max(this.#open.sizeBytes / this.#generationBytes, this.#open.count / GENERATION_OPERATIONS);
  }

  #watchIdleness(): void {
    this.#idleTimer ??= setInterval(() => this.#moveIfIdle(), IDLE_MS).unref();
  }

  #moveIfIdle(): void {
    this.#isIdle = !this.#hasWritten;
    this.#hasWritten = false;
    if (!this.#isIdle) return;
    this.#idleTurns++;
    if (this.#isLittle || this.#idleTurns % TURNS_PER_RUN === 0) {
      this.#beginRun();
      this.#move();
    }
    if (this.#moving !== undefined && this.#failure === undefined) return;
    if (this.#open.count > 0 && this.#failure === undefined) return;
    clearInterval(this.#idleTimer);
    this.#idleTimer = undefined;
  }

  /** Begin to move what the open generation holds, unless there is nothing, or the log's other file is still needed. */
  #move(): void {
    if (this.#moving !== undefined || this.#failure !== undefined || this.#open.count === 0 || this.#moved?.isPinned) return;
    const generation = this.#open;
    this.#open = this.#nextGeneration(generation.number + 1);
    this.#beginMove(generation);
  }

  #beginMove(generation: Generation): void {
    this.#moving = generation;
    this.#moveFrom = this.#fullness;
    this.#moveUnderWay = this.#moveToDatabase(generation);
  }

  #nextGeneration(number: number): Generation {
    const moved = this.#moved;
    this.#moved = undefined;
    // The log may be slower than LMDB: then it is left to the garbage collector.
    if (moved === undefined || this.#log.isBusyWith(moved)) return this.#newGeneration(number);
    moved.reuse(number);
    return moved;
  }

  async #moveToDatabase(generation: Generation): Promise<void> {
    try {
      let moved = 0;
      for (const run of generation.runsInKeyOrder(RUN_OPERATIONS)) {
        if (run === undefined) await nextTurn();
        else await this.#untilDue(moved / generation.count);
        if (this.#failure !== undefined || this.#isAbandoned) return;
        if (run === undefined) continue;
        this.#stored.add(run);
        await commitRun(this.#database, run);
        moved += run.count;
      }
      // The read transaction at hand may be older than the commits; what is dropped below must be visible without it.
      this.#database.resetReadTxn();
      this.#moving = undefined;
      this.#moved = generation;
    } catch (error) {
      this.#fail(commitFailure(this.#directory, exactFailure(this.#directory, await causeOf(error))));
    }
  }

  /**
   * Moving goes at the pace of writing: it is through before the open generation is full, and no faster, so that its syncs are
   * spread evenly among those of the log instead of standing in their way all at once. Without writes there is no such pace.
   */
  #untilDue(moved: number): Promise<void> | undefined {
    const due = this.#moveFrom + moved * Math.max(LEAST_SPAN, MOVED_BY - this.#moveFrom);
    const isUrgent = this.#isLittle && (this.#isIdle || this.#closing !== undefined);
    if (this.#isAbandoned || isUrgent || this.#fullness >= due) return undefined;
    return new Promise((begin) => {
      this.#nextRun = { due, begin };
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

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
