/**
 * The entries of a generation in the order of their keys, without holding the keys.
 *
 * Entries are told apart by the first bytes of their keys, which with the stores' keys are space and partition. Within a prefix
 * they gather, and each time a block is full it is sorted, so that no sorting ever takes long; what is asked for in the end is the
 * merge of a prefix's blocks, usually of one. (External merge sort: Knuth, The Art of Computer Programming, volume 3, section 5.4.)
 */
import { compareBytes } from '../bytes/index.ts';

const PREFIX_BYTES = 3;
const BLOCK_ENTRIES = 2048;

/** The key of an entry, in bytes that stay. */
export type CopyKey = (entry: number) => Uint8Array;

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
}

export class KeyOrder {
  readonly #copyKey: CopyKey;
  readonly #byPrefix = new Map<number, Entries>();

  constructor(copyKey: CopyKey) {
    this.#copyKey = copyKey;
  }

  add(entry: number, prefix: number): void {
    let entries = this.#byPrefix.get(prefix);
    if (entries === undefined) {
      entries = { blocks: [], gathering: [], inOrder: [] };
      this.#byPrefix.set(prefix, entries);
    }
    entries.gathering.push(entry);
    if (entries.gathering.length < BLOCK_ENTRIES) return;
    entries.blocks.push(this.#inOrder(entries));
    entries.gathering = [];
    entries.inOrder = [];
  }

  clear(): void {
    this.#byPrefix.clear();
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
        const at = this.#firstFrom(block, from);
        const entry = block[at];
        if (entry !== undefined) cursors.push({ block, at, key: this.#copyKey(entry) });
      }
      for (const keyed of merge(cursors, this.#copyKey)) {
        if (compareBytes(keyed.key, to) >= 0) break;
        yield keyed;
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
        const at = this.#firstBehind(inOrder, this.#copyKey(entry), from);
        for (; from < at; from++) merged.push(inOrder[from] as number);
        merged.push(entry);
      }
      for (; from < inOrder.length; from++) merged.push(inOrder[from] as number);
      entries.inOrder = merged;
    }
    return entries.inOrder;
  }

  /** Where in the block the first key is that is not before `key`. */
  #firstFrom(block: readonly number[], key: Uint8Array): number {
    return firstWhere(block, 0, (entry) => compareBytes(this.#copyKey(entry), key) >= 0);
  }

  /** Where in the block, from `from` on, the first key is that is behind `key`: an equal one came earlier. */
  #firstBehind(block: readonly number[], key: Uint8Array, from: number): number {
    return firstWhere(block, from, (entry) => compareBytes(this.#copyKey(entry), key) > 0);
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
      const [first, ...others] = sorted.filter((block) => block.length > 0);
      if (first === undefined) continue;
      if (others.length === 0) yield* first;
      else
        for (const { entry } of merge(
          [first, ...others].map((block) => this.#cursorOf(block)),
          this.#copyKey,
        ))
          yield entry;
    }
  }

  #cursorOf(block: readonly number[]): Cursor {
    return { block, at: 0, key: this.#copyKey(block[0] as number) };
  }

  /** Stable: entries of one key stay in the order they came. */
  #sorted(entries: readonly number[]): number[] {
    const keyed = entries.map((entry) => ({ entry, key: this.#copyKey(entry) }));
    return keyed.sort((a, b) => compareBytes(a.key, b.key)).map(({ entry }) => entry);
  }
}

interface Cursor {
  readonly block: readonly number[];
  at: number;
  key: Uint8Array;
}

/** Of equal keys the one of the earlier cursor comes first. */
function* merge(cursors: Cursor[], copyKey: CopyKey): Generator<KeyedEntry> {
  while (cursors.length > 0) {
    let least = 0;
    for (let index = 1; index < cursors.length; index++) {
      if (compareBytes((cursors[index] as Cursor).key, (cursors[least] as Cursor).key) < 0) least = index;
    }
    const cursor = cursors[least] as Cursor;
    yield { entry: cursor.block[cursor.at] as number, key: cursor.key };
    cursor.at++;
    const next = cursor.block[cursor.at];
    if (next === undefined) cursors.splice(least, 1);
    else cursor.key = copyKey(next);
  }
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
export function prefixOf(bytes: Uint8Array, from: number, to: number): number {
  let prefix = 0;
  for (let index = from; index < from + PREFIX_BYTES; index++)
    prefix = (prefix << 8) | (index < to ? (bytes[index] as number) : 0);
  return prefix;
}
