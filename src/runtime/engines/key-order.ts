/**
 * The entries of a generation in the order of their keys, without holding the keys.
 *
 * Entries are told apart by the first bytes of their keys, which with the stores' keys are space and partition. Within a prefix
 * they gather, and each time a block is full it is sorted, so that no sorting ever takes long; what is asked for in the end is the
 * merge of a prefix's blocks, usually of one. (External merge sort: Knuth, The Art of Computer Programming, volume 3, section 5.4.)
 */
import { compareBytes } from '../bytes/index.ts';
import { type CopyKey, type Groups, KeyHints } from './key-hints.ts';

const PREFIX_BYTES = 3;
const BLOCK_ENTRIES = 2048;

/** An entry and its key. */
export interface KeyedEntry {
  readonly entry: number;
  readonly key: Uint8Array;
}

interface Entries {
  /** Each in key order. */
  readonly blocks: (readonly number[])[];
  /** In the order they came. */
  gathering: number[];
  /** The first ones of those that gather, in key order, as far as a range wanted them so. Never changed, only replaced. */
  inOrder: readonly number[];
  readonly groups: Groups;
}

export class KeyOrder {
  readonly #copyKey: CopyKey;
  readonly #hints: KeyHints;
  readonly #byPrefix = new Map<number, Entries>();

  constructor(copyKey: CopyKey) {
    this.#copyKey = copyKey;
    this.#hints = new KeyHints(copyKey);
  }

  /** The key of an entry is in `bytes`, from `from` up to `to`. Entries count up from 0. */
  add(entry: number, bytes: Uint8Array, from = 0, to = bytes.length): void {
    const prefix = prefixOf(bytes, from, to);
    let entries = this.#byPrefix.get(prefix);
    if (entries === undefined) {
      entries = { blocks: [], gathering: [], inOrder: [], groups: [] };
      this.#byPrefix.set(prefix, entries);
    }
    this.#hints.add(entry, entries.groups, bytes, from, to);
    entries.gathering.push(entry);
    if (entries.gathering.length < BLOCK_ENTRIES) return;
    entries.blocks.push(this.#inOrder(entries));
    entries.gathering = [];
    entries.inOrder = [];
  }

  clear(): void {
    this.#byPrefix.clear();
    this.#hints.clear();
  }

  /**
   * The entries whose keys are from `from` on and before `to`, by their keys; those of one key in the order they came. What is added
   * while they are asked for may be among them.
   */
  *within(from: Uint8Array, to: Uint8Array): Generator<KeyedEntry> {
    for (const prefix of this.#prefixesWithin(prefixOf(from, 0, from.length), lastPrefixBefore(to))) {
      const entries = this.#byPrefix.get(prefix) as Entries;
      const cursors: Cursor[] = [];
      for (const block of [...entries.blocks, this.#inOrder(entries)]) {
        const at = firstWhere(block, 0, (entry) => this.#hints.compareWith(entry, from) >= 0);
        if (at < block.length) cursors.push({ block, at, key: undefined });
      }
      for (const entry of this.#merge(cursors)) {
        if (this.#hints.compareWith(entry, to) >= 0) break;
        yield { entry, key: this.#copyKey(entry) };
      }
    }
  }

  #prefixesWithin(least: number, greatest: number): readonly number[] {
    if (least === greatest) return this.#byPrefix.has(least) ? [least] : [];
    return [...this.#byPrefix.keys()].filter((prefix) => prefix >= least && prefix <= greatest).sort((a, b) => a - b);
  }

  /** Those that gather, in key order. The few that came since the last time are put where they belong. */
  #inOrder(entries: Entries): readonly number[] {
    const { gathering, inOrder } = entries;
    if (inOrder.length === gathering.length) return inOrder;
    const fresh = this.#sorted(gathering.slice(inOrder.length));
    if (inOrder.length === 0) entries.inOrder = fresh;
    else {
      const merged: number[] = [];
      let from = 0;
      for (const entry of fresh) {
        // Behind those of the same key: they came earlier.
        const at = firstWhere(inOrder, from, (each) => this.#hints.compare(each, entry) > 0);
        for (; from < at; from++) merged.push(inOrder[from] as number);
        merged.push(entry);
      }
      for (; from < inOrder.length; from++) merged.push(inOrder[from] as number);
      entries.inOrder = merged;
    }
    return entries.inOrder;
  }

  /** The prefixes in their order, in runs that have at most so many entries, or are a single one. */
  *prefixRuns(mostEntries: number): Generator<readonly number[]> {
    let run: number[] = [];
    let entries = 0;
    for (const prefix of [...this.#byPrefix.keys()].sort((a, b) => a - b)) {
      const more = this.#sizeOf(prefix);
      if (run.length > 0 && entries + more > mostEntries) {
        yield run;
        run = [];
        entries = 0;
      }
      run.push(prefix);
      entries += more;
    }
    if (run.length > 0) yield run;
  }

  /** All entries of those prefixes, in the order in which they came. */
  entriesOf(prefixes: readonly number[]): Uint32Array {
    const entries = new Uint32Array(prefixes.reduce((sum, prefix) => sum + this.#sizeOf(prefix), 0));
    let size = 0;
    for (const prefix of prefixes) {
      const { blocks, gathering } = this.#byPrefix.get(prefix) as Entries;
      for (const block of [...blocks, gathering]) {
        entries.set(block, size);
        size += block.length;
      }
    }
    return entries.sort();
  }

  #sizeOf(prefix: number): number {
    const { blocks, gathering } = this.#byPrefix.get(prefix) as Entries;
    return blocks.length * BLOCK_ENTRIES + gathering.length;
  }

  /** Those of the prefixes that `isWanted`, which are one of each key, by their keys. */
  *inKeyOrder(prefixes: readonly number[], isWanted: (entry: number) => boolean): Generator<number> {
    for (const prefix of prefixes) {
      const { blocks, gathering } = this.#byPrefix.get(prefix) as Entries;
      const sorted = [...blocks, this.#sorted(gathering.filter(isWanted))].map((block) => block.filter(isWanted));
      yield* this.#merge(sorted.filter((block) => block.length > 0).map((block) => ({ block, at: 0, key: undefined })));
    }
  }

  /** Of equal keys the one of the earlier cursor comes first. Each cursor is at an entry. */
  *#merge(cursors: Cursor[]): Generator<number> {
    while (cursors.length > 0) {
      let least = 0;
      for (let index = 1; index < cursors.length; index++) {
        if (this.#compare(cursors[index] as Cursor, cursors[least] as Cursor) < 0) least = index;
      }
      const cursor = cursors[least] as Cursor;
      yield entryAt(cursor);
      cursor.at++;
      cursor.key = undefined;
      if (cursor.at === cursor.block.length) cursors.splice(least, 1);
    }
  }

  #compare(a: Cursor, b: Cursor): number {
    const known = this.#hints.known(entryAt(a), entryAt(b));
    return known === 0 ? compareBytes(this.#keyAt(a), this.#keyAt(b)) : known;
  }

  #keyAt(cursor: Cursor): Uint8Array {
    cursor.key ??= this.#copyKey(entryAt(cursor));
    return cursor.key;
  }

  /** Stable: entries of one key stay in the order they came. */
  #sorted(entries: readonly number[]): number[] {
    return [...entries].sort((a, b) => this.#hints.compare(a, b));
  }
}

interface Cursor {
  readonly block: readonly number[];
  at: number;
  /** Of the entry it is at, once it was needed. */
  key: Uint8Array | undefined;
}

function entryAt({ block, at }: Cursor): number {
  return block[at] as number;
}

/** The first place from `from` on where it holds; it holds for all behind that too. */
function firstWhere(block: readonly number[], from: number, holds: (entry: number) => boolean): number {
  let [low, high] = [from, block.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(block[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The greatest prefix of a key before `to`. */
function lastPrefixBefore(to: Uint8Array): number {
  const prefix = prefixOf(to, 0, to.length);
  // The bound of whole prefixes. With a zero at its end, a shorter key of the same prefix would be before it.
  return to.length === PREFIX_BYTES && to.at(-1) !== 0 ? prefix - 1 : prefix;
}

/** The first bytes as a number; a short key's missing ones count as zero, which keeps the order. */
function prefixOf(bytes: Uint8Array, from: number, to: number): number {
  let prefix = 0;
  for (let index = from; index < from + PREFIX_BYTES; index++)
    prefix = (prefix << 8) | (index < to ? (bytes[index] as number) : 0);
  return prefix;
}
