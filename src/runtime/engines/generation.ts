/**
 * The writes that LMDB does not have yet: what a read must see before LMDB shows it. There are at most two generations: the one
 * that is being moved to LMDB, and the open one that gathers what is written meanwhile. A generation is dropped as a whole, so
 * that the move of an earlier write of a key can never hide a later one.
 *
 * A generation holds its operations just once, as the bytes that the write-ahead log writes: one operation behind the other, in
 * groups with room for the log's header before each. They are put together in chunks of memory; a chunk that the log has written
 * is given up after a while, and what was in it is read from the log's file from then on. So a generation can be large, which
 * is what makes moving it cheap, for the memory of a table of numbers.
 */
import { copyBytes } from '../bytes/index.ts';
import { fnv1a } from '../hash/index.ts';
import type { ChunkPool } from './chunk-pool.ts';
import type { Operation, Range } from './engine.ts';
import { KeyIndex, NO_ENTRY } from './key-index.ts';
import { type KeyedEntry, KeyOrder } from './key-order.ts';
import { HEADER_BYTES, lengthAt, operationBytes, writeOperation } from './log-format.ts';
import { OperationReads } from './operation-reads.ts';
import { OperationRun } from './operation-run.ts';
import { Stages } from './stages.ts';
import type { Staging } from './staging.ts';
import type { WrittenLog } from './written-log.ts';

/** An entry's address is the chunk's number times this, plus where in the chunk it is. */
const CHUNK_SPAN = 2 ** 32;
/** Chunks that stay in memory though they are written: what was written last is asked for most. */
const KEPT_CHUNKS = 4;
/** Of an operation that was looked for among those that are staged. */
const NOT_HERE = -1;

/** A run of operations that goes to the log in one write. It grows at the end of its chunk while it is the last one. */
export interface Group {
  readonly generation: Generation;
  readonly chunk: Uint8Array;
  readonly chunkNumber: number;
  /** Where in the chunk the header goes. */
  readonly start: number;
  end: number;
}

export class Generation {
  #number: number;
  readonly #log: WrittenLog;
  readonly #pool: ChunkPool;
  /** `undefined`: only in the log's file. */
  #chunks: (Uint8Array | undefined)[] = [];
  /** Where in the log's file each chunk begins. */
  #positions: number[] = [];
  /** Chunks before this one have been given up. */
  #givenUp = 0;
  /** How much of the last chunk is used. */
  #used = 0;
  #sizeBytes = 0;
  #addresses = new Float64Array(1024);
  readonly #index = new KeyIndex((entry, key) => this.#isKeyOf(entry, key));
  readonly #order = new KeyOrder((entry) => copyBytes(this.keyOf(entry)));
  /** Entries before this one are in the order. */
  #ordered = 0;
  #pins = 0;
  /** While it moves: what was read ahead of the log's file. */
  #staging: Staging | undefined;
  /** Where the entry is that was looked at last. */
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  readonly #reads: OperationReads;

  constructor(number: number, log: WrittenLog, pool: ChunkPool) {
    this.#number = number;
    this.#log = log;
    this.#reads = new OperationReads(log);
    this.#pool = pool;
  }

  /** Counts up with each generation of an engine, over restarts. */
  get number(): number {
    return this.#number;
  }

  /** Operations added; those of one key each count. */
  get count(): number {
    return this.#index.count;
  }

  /** Bytes of what was added. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Someone may still read what is here now: neither {@link reuse} it nor write over its log. */
  get isPinned(): boolean {
    return this.#pins > 0;
  }

  pin(): void {
    this.#pins++;
  }

  unpin(): void {
    this.#pins--;
  }

  /** Begin a new life, without operations. */
  reuse(number: number): void {
    this.#number = number;
    for (const chunk of this.#chunks) this.#pool.give(chunk);
    this.#chunks = [];
    this.#positions = [];
    this.#givenUp = 0;
    this.#used = 0;
    this.#sizeBytes = 0;
    this.#index.clear();
    this.#reads.clear();
    this.#order.clear();
    this.#ordered = 0;
  }

  /** Add an operation that is in the log already, from `position` on. Only before any other is added. */
  addLogged(key: Uint8Array, position: number, bytes: number): void {
    this.#chunks[0] = undefined;
    this.#positions[0] = 0;
    this.#addEntry(key, position);
    this.#sizeBytes += bytes;
    // At once, while the key is at hand.
    this.#order.add(this.#ordered++, key);
  }

  /** What is in the log already ends there; what is added from now on goes behind it. */
  endLogged(position: number): void {
    this.#used = position;
  }

  /**
   * Add a batch; all of it lands in one group, `last` if it can grow so far.
   * @param last - the last group begun, if it may still grow.
   */
  add(batch: readonly Operation[], last: Group | undefined): Group {
    let bytes = 0;
    for (const operation of batch) bytes += operationBytes(operation);
    const group = this.#grown(last, bytes) ?? this.#beginGroup(bytes);
    for (const operation of batch) this.#append(group.chunk, operation);
    this.#sizeBytes += bytes;
    group.end = this.#used;
    return group;
  }

  #grown(last: Group | undefined, bytes: number): Group | undefined {
    if (last === undefined || last.generation !== this) return undefined;
    const isEmpty = last.end === last.start;
    return (bytes === 0 || !isEmpty) && last.end + bytes <= last.chunk.length ? last : undefined;
  }

  /** A group without operations has no header either: nothing is written of it. */
  #beginGroup(bytes: number): Group {
    const needed = bytes === 0 ? 0 : HEADER_BYTES + bytes;
    const last = this.#chunks.at(-1);
    const chunk = last === undefined || this.#used + needed > last.length ? this.#nextChunk(needed) : last;
    const start = this.#used;
    if (bytes > 0) this.#used += HEADER_BYTES;
    return { generation: this, chunk, chunkNumber: this.#chunks.length - 1, start, end: this.#used };
  }

  #nextChunk(needed: number): Uint8Array {
    // While their keys are in memory.
    this.#putInOrder();
    this.#positions.push((this.#positions.at(-1) ?? 0) + this.#used);
    const chunk = this.#pool.take(needed);
    this.#chunks.push(chunk);
    this.#used = 0;
    return chunk;
  }

  #append(chunk: Uint8Array, operation: Operation): void {
    const address = (this.#chunks.length - 1) * CHUNK_SPAN + this.#used;
    this.#used = writeOperation(chunk, this.#used, operation);
    this.#addEntry(operation.key, address);
  }

  #addEntry(key: Uint8Array, address: number): void {
    const entry = this.#index.add(key);
    if (entry === this.#addresses.length) {
      const addresses = new Float64Array(entry * 2);
      addresses.set(this.#addresses);
      this.#addresses = addresses;
    }
    this.#addresses[entry] = address;
  }

  /** Where the group goes in the log's file. */
  positionOf({ chunkNumber, start }: Group): number {
    return (this.#positions[chunkNumber] as number) + start;
  }

  /** The group, and all before it, are in the log's file. */
  written({ chunkNumber }: Group): void {
    for (; this.#givenUp < chunkNumber - KEPT_CHUNKS; this.#givenUp++) {
      this.#pool.give(this.#chunks[this.#givenUp]);
      this.#chunks[this.#givenUp] = undefined;
    }
  }

  /** The last operation of the key: its entry, or {@link NO_ENTRY}. */
  find(key: Uint8Array, hash = fnv1a(key)): number {
    return this.count === 0 ? NO_ENTRY : this.#index.find(key, hash);
  }

  /** A view, valid until the next call of any method. */
  keyOf(entry: number): Uint8Array {
    this.#lookAt(entry);
    const from = this.#at + 2;
    return this.#bytes.subarray(from, from + lengthAt(this.#bytes, this.#at));
  }

  /** A view, valid until the next call of any method; `undefined`: the operation removes the key. */
  valueOf(entry: number): Uint8Array | undefined {
    this.#lookAt(entry);
    const bytes = this.#bytes;
    const at = this.#at + 2 + lengthAt(bytes, this.#at);
    if (bytes[at] === 0) return undefined;
    const length = lengthAt(bytes, at + 1) * 0x1_0000 + lengthAt(bytes, at + 3);
    return bytes.subarray(at + 5, at + 5 + length);
  }

  /** The entries whose keys are within the range, by their keys; those of one key in the order they were added. */
  entriesWithin({ from, to }: Range): Generator<KeyedEntry> {
    this.#putInOrder();
    return this.#order.within(from, to);
  }

  /**
   * The last operation of each key, in runs of `size`, in the order of keys, so that each run touches few pages and no page is
   * touched by many runs. A run is valid until the next one is asked for. No operation may be added meanwhile.
   *
   * `undefined` in place of a run: something was read ahead, and the turn should end before the next one is asked for.
   */
  *runsInKeyOrder(size: number): Generator<OperationRun | undefined> {
    this.#putInOrder();
    const isWanted = (entry: number): boolean => this.#index.isLast(entry);
    const run = new OperationRun();
    const stages = new Stages(this.#order, this.count, this.#sizeBytes, {
      read: (position, target, length) => this.#log.read(this.#number, position, target, length),
      positionOf: (entry) => (isWanted(entry) ? this.#positionInFile(entry) : undefined),
    });
    try {
      for (const stage of stages) {
        if (stage === undefined) {
          yield undefined;
          continue;
        }
        this.#staging = stage.staging;
        for (const entry of this.#order.inKeyOrder(stage.prefixes, isWanted)) {
          this.#lookAt(entry);
          run.add(this.#bytes, this.#at);
          if (!run.isFull(size)) continue;
          stages.fetchAhead(size);
          yield run;
          run.clear();
        }
      }
    } finally {
      this.#staging = undefined;
    }
    if (run.count > 0) yield run;
  }

  /** `undefined`: its bytes are in memory. */
  #positionInFile(entry: number): number | undefined {
    const address = this.#addresses[entry] as number;
    const chunkNumber = Math.floor(address / CHUNK_SPAN);
    return this.#chunks[chunkNumber] === undefined
      ? (this.#positions[chunkNumber] as number) + (address % CHUNK_SPAN)
      : undefined;
  }

  #putInOrder(): void {
    for (; this.#ordered < this.count; this.#ordered++) {
      this.#lookAt(this.#ordered);
      const from = this.#at + 2;
      this.#order.add(this.#ordered, this.#bytes, from, from + lengthAt(this.#bytes, this.#at));
    }
  }

  #isKeyOf(entry: number, key: Uint8Array): boolean {
    this.#lookAt(entry);
    const bytes = this.#bytes;
    const at = this.#at;
    const { length } = key;
    if (lengthAt(bytes, at) !== length) return false;
    for (let index = 0; index < length; index++) if (bytes[at + 2 + index] !== key[index]) return false;
    return true;
  }

  #lookAt(entry: number): void {
    const address = this.#addresses[entry] as number;
    const chunkNumber = Math.floor(address / CHUNK_SPAN);
    const at = address % CHUNK_SPAN;
    const chunk = this.#chunks[chunkNumber];
    this.#at = at;
    if (chunk !== undefined) this.#bytes = chunk;
    else this.#lookInFile(entry, (this.#positions[chunkNumber] as number) + at);
  }

  #lookInFile(entry: number, position: number): void {
    const staged = this.#staging?.find(entry) ?? NOT_HERE;
    if (staged === NOT_HERE) this.#at = this.#reads.look(entry, position, this.#number);
    else this.#at = staged;
    this.#bytes = staged === NOT_HERE ? this.#reads.bytes : (this.#staging as Staging).bytes;
  }
}
