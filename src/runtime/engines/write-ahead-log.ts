/**
 * The log in front of LMDB: a write is durable once it is in the log, one sequential write for all batches that gathered while
 * the one before was under way (group commit). LMDB gets the same operations later, many at a time and in key order, so that a
 * page that many of them touch is written once.
 *
 * Two files take turns. While generation g is logged into one, g - 1, which is in the other, goes to LMDB; only when that is
 * durable there does g + 1 begin and write over g - 1. So the two files always hold everything that LMDB may lack.
 *
 * A group is one write and one record:
 *
 * | offset | bytes | field |
 * |---|---|---|
 * | 0 | 4 | length of the operations |
 * | 4 | 4 | CRC-32 of all that follows |
 * | 8 | 6 | generation |
 * | 14 | 6 | index of the group within its generation, from 0 |
 * | 20 | | operations: key length 2, key, present 1, [value length 4, value] |
 *
 * Invariant: a group is written only when the one before is durable. So a group that is not whole can only be the last one, which
 * nobody was told of; a whole group behind it means that the disk lost something, and is an error, not an end.
 *
 * Source: Gray and Reuter, "Transaction Processing" (1993), chapters 9 and 10: write-ahead logging and group commit.
 */
import { closeSync, constants, fsyncSync, ftruncateSync, openSync, write } from 'node:fs';
import { Writer } from '../bytes/index.ts';
import { crc32 } from '../hash/index.ts';
import { callAll } from './durable-callbacks.ts';
import type { OnDurable, Operation } from './engine.ts';
import { CHECKED_FROM, HEADER_BYTES, logFilesOf } from './log-recovery.ts';

/** What one write to the file carries. */
class Group {
  readonly generation: number;
  readonly writer: Writer;
  readonly callbacks: OnDurable[] = [];

  constructor(generation: number, writer: Writer) {
    this.generation = generation;
    this.writer = writer.clear();
    for (let count = 0; count < HEADER_BYTES; count += 4) this.writer.u32(0);
  }

  get isEmpty(): boolean {
    return this.writer.length === HEADER_BYTES;
  }

  add(batch: readonly Operation[], onDurable: OnDurable): void {
    const { writer } = this;
    for (const { key, value } of batch) {
      writer.bytes16(key).u8(value === undefined ? 0 : 1);
      if (value !== undefined) writer.bytes32(value);
    }
    this.callbacks.push(onDurable);
  }

  /** The record; the bytes are the writer's. */
  seal(index: number): Uint8Array {
    const { writer, generation } = this;
    const view = writer.view();
    writer.setU32(0, writer.length - HEADER_BYTES);
    const head = new Writer(12).u48(generation).u48(index).view();
    view.set(head, CHECKED_FROM);
    writer.setU32(4, crc32(view.subarray(CHECKED_FROM)));
    return view;
  }
}

/** Called once, when a write failed; nothing more is written then. Says what to tell those it was for, and those behind it. */
export type OnLogFailure = (failure: Error) => { readonly failed: Error; readonly refused: Error };

export class WriteAheadLog {
  readonly #files: readonly number[];
  readonly #onFailure: OnLogFailure;
  /** Buffers of groups that were written, to be filled again. */
  readonly #spare: Writer[] = [];
  #generation: number;
  /** Where the next group of the present generation goes. */
  #position = 0;
  #index = 0;
  /** Of the last group written. */
  #loggedGeneration = -1;
  #waiting: Group[] = [];
  #writing = false;
  #scheduled = false;
  #failed = false;
  #onIdle: (() => void) | undefined;

  constructor(directory: string, generation: number, onFailure: OnLogFailure) {
    this.#generation = generation;
    this.#onFailure = onFailure;
    // O_DSYNC: the write returns when it is durable, which saves the second trip of an fdatasync.
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_DSYNC;
    this.#files = logFilesOf(directory).map((path) => openSync(path, flags, 0o600));
  }

  /** Callbacks come in order, never before this returns. */
  append(batch: readonly Operation[], onDurable: OnDurable): void {
    let group = this.#waiting.at(-1);
    if (group === undefined || group.generation !== this.#generation) {
      group = new Group(this.#generation, this.#spare.pop() ?? new Writer(1 << 16));
      this.#waiting.push(group);
    }
    group.add(batch, onDurable);
    if (this.#writing || this.#scheduled) return;
    this.#scheduled = true;
    // At the end of the turn: all batches of the turn are one group.
    setImmediate(() => {
      this.#scheduled = false;
      this.#writeNext();
    });
  }

  /** What is appended from now on belongs to the next generation; the one before the present must be durable in LMDB. */
  nextGeneration(): void {
    this.#generation++;
  }

  /** Nothing is waiting or under way. */
  async idle(): Promise<void> {
    if (!this.#writing && this.#waiting.length === 0) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
  }

  /** Everything is durable in LMDB: forget it. */
  empty(): void {
    for (const file of this.#files) {
      ftruncateSync(file, 0);
      fsyncSync(file);
    }
  }

  close(): void {
    for (const file of this.#files) closeSync(file);
  }

  #writeNext(): void {
    const group = this.#waiting.shift();
    if (group === undefined) {
      const onIdle = this.#onIdle;
      this.#onIdle = undefined;
      onIdle?.();
      return;
    }
    if (group.isEmpty) {
      // Batches without operations: all before them is durable.
      this.#complete(group);
      return;
    }
    this.#writing = true;
    if (group.generation !== this.#loggedGeneration) this.#beginFile(group.generation);
    const record = group.seal(this.#index);
    const file = this.#files[group.generation % this.#files.length] as number;
    this.#writeFully(file, record, 0, (error) => {
      this.#writing = false;
      if (error === undefined) {
        this.#position += record.length;
        this.#index++;
        this.#complete(group);
      } else this.#fail(group, error);
    });
  }

  #beginFile(generation: number): void {
    this.#loggedGeneration = generation;
    this.#position = 0;
    this.#index = 0;
  }

  #writeFully(file: number, record: Uint8Array, from: number, done: (error?: Error) => void): void {
    write(file, record, from, record.length - from, this.#position + from, (error, written) => {
      if (error !== null) done(error);
      // A short write: the rest tells why.
      else if (from + written < record.length) this.#writeFully(file, record, from + written, done);
      else done();
    });
  }

  #complete(group: Group): void {
    this.#spare.push(group.writer);
    callAll(group.callbacks);
    if (!this.#scheduled && !this.#writing) this.#writeNext();
  }

  #fail(group: Group, failure: Error): void {
    if (this.#failed) return;
    this.#failed = true;
    const { failed, refused } = this.#onFailure(failure);
    const behind = this.#waiting;
    this.#waiting = [];
    callAll(group.callbacks, failed);
    for (const each of behind) callAll(each.callbacks, refused);
    this.#writeNext();
  }
}
