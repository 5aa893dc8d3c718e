/**
 * The writes that LMDB does not have yet: what a read must see before LMDB shows it. There are at most two generations: the one
 * that is being moved to LMDB, and the open one that gathers what is written meanwhile. A generation is dropped as a whole, so
 * that the move of an earlier write of a key can never hide a later one.
 *
 * A generation holds its operations just once, as the bytes that the write-ahead log writes: in chunks, one operation behind the
 * other, in groups with room for the log's header before each. So a write costs one copy of key and value, the log writes from
 * there, reads look there, and LMDB takes the values from there. Chunks and tables are used again by a later generation.
 */
import { compareBytes } from '../bytes/index.ts';
import type { Operation, Range } from './engine.ts';
import { KeyIndex, NO_ENTRY } from './key-index.ts';
import { HEADER_BYTES, operationBytes, writeOperation } from './log-format.ts';

const CHUNK_BYTES = 1024 * 1024;
/** Chunks that a generation keeps for its next life. */
const KEPT_CHUNKS = 12;
/** An entry's address is the chunk's number times this, plus where in the chunk it is. */
const CHUNK_SPAN = 2 ** 32;
/** The stores' keys begin with a space and a partition: enough to cut a generation into small parts. */
const PREFIX_BYTES = 3;

/** A run of operations that goes to the log in one write. It grows at the end of its chunk while it is the last one. */
export interface Group {
  readonly generation: Generation;
  readonly chunk: Uint8Array;
  /** Where the header goes. */
  readonly start: number;
  end: number;
}

export class Generation {
  #number: number;
  #chunks: Uint8Array[] = [];
  /** The chunk in use, and how much of it is. */
  #chunk: Uint8Array = new Uint8Array(0);
  #chunkNumber = -1;
  #used = 0;
  #sizeBytes = 0;
  #addresses = new Float64Array(1024);
  readonly #index = new KeyIndex((entry, key) => this.#isKeyOf(entry, key));
  /** Entries by the first bytes of their keys, in the order they were added; made when a range or a move wants them. */
  readonly #byPrefix = new Map<number, number[]>();
  #sorted = 0;
  #isPinned = false;

  constructor(number: number) {
    this.#number = number;
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

  /** Someone may still read what is here now: {@link reuse} must not be called. */
  get isPinned(): boolean {
    return this.#isPinned;
  }

  pin(): void {
    this.#isPinned = true;
  }

  /** Begin a new life, without operations. */
  reuse(number: number): void {
    this.#number = number;
    this.#chunks = this.#chunks.filter((chunk) => chunk.length === CHUNK_BYTES).slice(0, KEPT_CHUNKS);
    this.#chunk = new Uint8Array(0);
    this.#chunkNumber = -1;
    this.#used = 0;
    this.#sizeBytes = 0;
    this.#index.clear();
    this.#byPrefix.clear();
    this.#sorted = 0;
  }

  /**
   * Add a batch; all of it lands in one group, `last` if it can grow so far.
   * @param last - the last group begun, if it may still grow.
   */
  add(batch: readonly Operation[], last: Group | undefined): Group {
    let bytes = 0;
    for (const operation of batch) bytes += operationBytes(operation);
    const hasRoom = this.#used + bytes <= this.#chunk.length;
    const group = last !== undefined && last.generation === this && hasRoom ? last : this.#beginGroup(bytes);
    for (const operation of batch) this.#append(operation);
    this.#sizeBytes += bytes;
    group.end = this.#used;
    return group;
  }

  #beginGroup(bytes: number): Group {
    const needed = HEADER_BYTES + bytes;
    if (this.#used + needed > this.#chunk.length) this.#nextChunk(needed);
    const start = this.#used;
    this.#used += HEADER_BYTES;
    return { generation: this, chunk: this.#chunk, start, end: this.#used };
  }

  #nextChunk(needed: number): void {
    this.#chunkNumber++;
    const kept = this.#chunks[this.#chunkNumber];
    if (kept !== undefined && kept.length >= needed) this.#chunk = kept;
    else {
      this.#chunk = new Uint8Array(Math.max(needed, CHUNK_BYTES));
      this.#chunks.splice(this.#chunkNumber, 0, this.#chunk);
    }
    this.#used = 0;
  }

  #append(operation: Operation): void {
    const address = this.#chunkNumber * CHUNK_SPAN + this.#used;
    this.#used = writeOperation(this.#chunk, this.#used, operation);
    const entry = this.#index.add(operation.key);
    if (entry === this.#addresses.length) {
      const addresses = new Float64Array(entry * 2);
      addresses.set(this.#addresses);
      this.#addresses = addresses;
    }
    this.#addresses[entry] = address;
  }

  /** The last operation of the key: its entry, or {@link NO_ENTRY}. */
  find(key: Uint8Array): number {
    return this.count === 0 ? NO_ENTRY : this.#index.find(key);
  }

  /** A view. */
  keyOf(entry: number): Uint8Array {
    const chunk = this.#chunkOf(entry);
    const at = this.#placeOf(entry);
    return chunk.subarray(at + 2, at + 2 + lengthAt(chunk, at));
  }

  /** A view; `undefined`: the operation removes the key. */
  valueOf(entry: number): Uint8Array | undefined {
    const chunk = this.#chunkOf(entry);
    const place = this.#placeOf(entry);
    const at = place + 2 + lengthAt(chunk, place);
    if (chunk[at] === 0) return undefined;
    const length = lengthAt(chunk, at + 1) * 0x1_0000 + lengthAt(chunk, at + 3);
    return chunk.subarray(at + 5, at + 5 + length);
  }

  /** Add the operations of the first `count` entries within the range to `found`, by key as text, over what is there. Views. */
  collect(range: Range, count: number, found: Map<string, Operation>): void {
    this.#sortIn();
    const from = prefixOf(range.from, 0, range.from.length);
    const to = prefixOf(range.to, 0, range.to.length);
    for (const [prefix, entries] of this.#byPrefix) {
      if (prefix < from || prefix > to) continue;
      for (const entry of entries) {
        if (entry >= count) break;
        const key = this.keyOf(entry);
        if (compareBytes(key, range.from) < 0 || compareBytes(key, range.to) >= 0) continue;
        found.set(textOfKey(key), { key, value: this.valueOf(entry) });
      }
    }
  }

  /**
   * The last operation of each key, in runs of about `size`, in the order of keys, so that each run touches few pages and no page
   * is touched by many runs. Views. Sorted part by part: all at once would hold up the event loop.
   */
  *runsInKeyOrder(size: number): Generator<Operation[]> {
    this.#sortIn();
    let run: Operation[] = [];
    for (const prefix of [...this.#byPrefix.keys()].sort((a, b) => a - b)) {
      for (const operation of this.#lastInKeyOrder(this.#byPrefix.get(prefix) ?? [])) {
        run.push(operation);
        if (run.length < size) continue;
        yield run;
        run = [];
      }
    }
    if (run.length > 0) yield run;
  }

  #lastInKeyOrder(entries: readonly number[]): Operation[] {
    const operations: Operation[] = [];
    for (const entry of entries) {
      const key = this.keyOf(entry);
      if (this.#index.find(key) === entry) operations.push({ key, value: this.valueOf(entry) });
    }
    return operations.sort((a, b) => compareBytes(a.key, b.key));
  }

  #sortIn(): void {
    for (; this.#sorted < this.count; this.#sorted++) {
      const chunk = this.#chunkOf(this.#sorted);
      const at = this.#placeOf(this.#sorted);
      const prefix = prefixOf(chunk, at + 2, at + 2 + lengthAt(chunk, at));
      const entries = this.#byPrefix.get(prefix);
      if (entries === undefined) this.#byPrefix.set(prefix, [this.#sorted]);
      else entries.push(this.#sorted);
    }
  }

  #isKeyOf(entry: number, key: Uint8Array): boolean {
    const chunk = this.#chunkOf(entry);
    const at = this.#placeOf(entry);
    const { length } = key;
    if (lengthAt(chunk, at) !== length) return false;
    for (let index = 0; index < length; index++) if (chunk[at + 2 + index] !== key[index]) return false;
    return true;
  }

  #chunkOf(entry: number): Uint8Array {
    return this.#chunks[Math.floor((this.#addresses[entry] as number) / CHUNK_SPAN)] as Uint8Array;
  }

  #placeOf(entry: number): number {
    return (this.#addresses[entry] as number) % CHUNK_SPAN;
  }
}

/** A key as text with one unit per byte: equal texts are equal keys, and texts compare in the order of unsigned bytes. */
function textOfKey(key: Uint8Array): string {
  return Buffer.prototype.latin1Slice.call(key, 0, key.length);
}

function lengthAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

/** The first bytes as a number; a short key's missing ones count as zero, which keeps the order. */
function prefixOf(bytes: Uint8Array, from: number, to: number): number {
  let prefix = 0;
  for (let index = from; index < from + PREFIX_BYTES; index++)
    prefix = (prefix << 8) | (index < to ? (bytes[index] as number) : 0);
  return prefix;
}

/** What a view of the engine sees of a generation: what had been added when it began. */
export interface PendingView {
  readonly generation: Generation;
  readonly count: number;
}

/** The pending operations of a range, in key order; later generations count. Views. */
export function pendingWithin(range: Range, pending: readonly PendingView[]): Operation[] {
  const found = new Map<string, Operation>();
  for (const { generation, count } of pending) generation.collect(range, count, found);
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, operation]) => operation);
}
