/**
 * The log in front of LMDB: a write is durable once it is in the log, one sequential write for all batches that gathered while
 * the one before was under way (group commit). LMDB gets the same operations later, many at a time and in key order, so that a
 * page that many of them touch is written once.
 *
 * Two files take turns. While generation g is logged into one, g - 1, which is in the other, goes to LMDB; only when that is
 * durable there does g + 1 begin and write over g - 1. So the two files always hold everything that LMDB may lack.
 *
 * Invariant: a group is written only when the one before is durable. So a group that is not whole can only be the last one, which
 * nobody was told of; a whole group behind it means that the disk lost something, and is an error, not an end.
 *
 * Source: Gray and Reuter, "Transaction Processing" (1993), chapters 9 and 10: write-ahead logging and group commit.
 */
import { callAll } from './durable-callbacks.ts';
import type { OnDurable, Operation } from './engine.ts';
import type { Generation, Group } from './generation.ts';
import type { LogFile } from './log-file.ts';
import { writeHeader } from './log-format.ts';

/** A group on its way to the file, and who is to be told. */
interface Waiting {
  readonly group: Group;
  /** Of the group's generation, kept here since the generation may have begun a new life by the time it is told. */
  readonly generation: number;
  readonly callbacks: OnDurable[];
}

/** Called once, when a write failed; nothing more is written then. Says what to tell those it was for, and those behind it. */
export type OnLogFailure = (failure: Error) => { readonly failed: Error; readonly refused: Error };

/** Told how long the disk took, in milliseconds, after each write that it has made durable: one for all batches that gathered meanwhile. */
export type OnSync = (milliseconds: number) => void;

/** Where the log goes on after a start: behind this group, the last one of the files. */
export interface LogEnd {
  readonly generation: number;
  /** Its index within the generation. */
  readonly index: number;
}

export class WriteAheadLog {
  readonly #files: readonly LogFile[];
  readonly #onFailure: OnLogFailure;
  readonly #onSync: OnSync;
  /** Of the next group of the present generation. */
  #index = 0;
  /** Of the last group written. */
  #loggedGeneration = -1;
  #waiting: Waiting[] = [];
  #writing: Waiting | undefined;
  #scheduled = false;
  #failed = false;
  #onIdle: (() => void) | undefined;

  /** @param end - `undefined`: there is nothing in the files that counts. */
  constructor(files: readonly LogFile[], end: LogEnd | undefined, onFailure: OnLogFailure, onSync: OnSync = () => {}) {
    this.#files = files;
    this.#onFailure = onFailure;
    this.#onSync = onSync;
    if (end === undefined) return;
    this.#loggedGeneration = end.generation;
    this.#index = end.index + 1;
  }

  /**
   * Add a batch to the generation and write it down. Callbacks come in order, never before this returns. A generation is not
   * newer than the one of the call before by more than one, and then the one before that is durable in LMDB, and nobody reads it.
   */
  append(generation: Generation, batch: readonly Operation[], onDurable: OnDurable): void {
    const last = this.#waiting.at(-1);
    const group = generation.add(batch, last?.group);
    if (last !== undefined && last.group === group) last.callbacks.push(onDurable);
    else this.#waiting.push({ group, generation: generation.number, callbacks: [onDurable] });
    if (this.#writing !== undefined || this.#scheduled) return;
    this.#scheduled = true;
    // At the end of the turn: all batches of the turn are one group.
    setImmediate(() => {
      this.#scheduled = false;
      this.#writeNext();
    });
  }

  /** Whether bytes of the generation are still to be written. */
  isBusyWith(generation: Generation): boolean {
    return this.#writing?.group.generation === generation || this.#waiting.some(({ group }) => group.generation === generation);
  }

  /** Nothing is waiting or under way. */
  async idle(): Promise<void> {
    if (this.#writing === undefined && this.#waiting.length === 0) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
  }

  /** Everything is durable in LMDB: forget it. */
  empty(): void {
    for (const file of this.#files) file.empty();
  }

  async close(): Promise<void> {
    for (const file of this.#files) await file.close();
  }

  #writeNext(): void {
    const next = this.#waiting.shift();
    if (next === undefined) {
      const onIdle = this.#onIdle;
      this.#onIdle = undefined;
      onIdle?.();
      return;
    }
    const { group, generation } = next;
    const { chunk, start, end } = group;
    if (end === start) {
      // Batches without operations: all before them is durable.
      this.#complete(next);
      return;
    }
    this.#writing = next;
    if (generation !== this.#loggedGeneration) {
      this.#loggedGeneration = generation;
      this.#index = 0;
    }
    writeHeader(chunk, start, end, generation, this.#index);
    this.#index++;
    const began = performance.now();
    logFileOf(this.#files, generation).write(chunk.subarray(start, end), group.generation.positionOf(group), (error) => {
      this.#writing = undefined;
      if (error === undefined) {
        this.#onSync(performance.now() - began);
        group.generation.written(group);
        this.#complete(next);
      } else this.#fail(next, error);
    });
  }

  #complete({ callbacks }: Waiting): void {
    callAll(callbacks);
    if (!this.#scheduled && this.#writing === undefined) this.#writeNext();
  }

  #fail({ callbacks }: Waiting, failure: Error): void {
    if (this.#failed) return;
    this.#failed = true;
    const { failed, refused } = this.#onFailure(failure);
    const behind = this.#waiting;
    this.#waiting = [];
    callAll(callbacks, failed);
    for (const each of behind) callAll(each.callbacks, refused);
    this.#writeNext();
  }
}

/** Two files take turns. */
export function logFileOf(files: readonly LogFile[], generation: number): LogFile {
  return files[generation % files.length] as LogFile;
}
