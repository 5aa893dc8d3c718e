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

interface Entries {
  /** Each in key order. */
  readonly blocks: (readonly number[])[];
  /** In the order they came. */
  gathering: number[];
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
      entries = { blocks: [], gathering: [] };
      this.#byPrefix.set(prefix, entries);
    }
    entries.gathering.push(entry);
    if (entries.gathering.length < BLOCK_ENTRIES) return;
    entries.blocks.push(this.#sorted(entries.gathering));
    entries.gathering = [];
  }

  clear(): void {
    this.#byPrefix.clear();
  }

  /** All entries of the range and perhaps some near it, in no particular order. */
  *within(from: Uint8Array, to: Uint8Array): Generator<number> {
    const least = prefixOf(from, 0, from.length);
    const greatest = prefixOf(to, 0, to.length);
    for (const [prefix, { blocks, gathering }] of this.#byPrefix) {
      if (prefix < least || prefix > greatest) continue;
      for (const block of blocks) yield* block;
      yield* gathering;
    }
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
      if (others.length > 0) yield* merge([first as number[], ...others], this.#copyKey);
      else if (first !== undefined) yield* first;
    }
  }

  #sorted(entries: readonly number[]): number[] {
    const keyed = entries.map((entry) => ({ entry, key: this.#copyKey(entry) }));
    return keyed.sort((a, b) => compareBytes(a.key, b.key)).map(({ entry }) => entry);
  }
}

function* merge(blocks: readonly (readonly number[])[], copyKey: CopyKey): Generator<number> {
  const cursors = blocks.map((block) => ({ block, at: 0, key: copyKey(block[0] as number) }));
  while (cursors.length > 0) {
    let least = 0;
    for (let index = 1; index < cursors.length; index++) {
      if (compareBytes((cursors[index] as Cursor).key, (cursors[least] as Cursor).key) < 0) least = index;
    }
    const cursor = cursors[least] as Cursor;
    yield cursor.block[cursor.at] as number;
    cursor.at++;
    const next = cursor.block[cursor.at];
    if (next === undefined) cursors.splice(least, 1);
    else cursor.key = copyKey(next);
  }
}

interface Cursor {
  readonly block: readonly number[];
  at: number;
  key: Uint8Array;
}

/** The first bytes as a number; a short key's missing ones count as zero, which keeps the order. */
export function prefixOf(bytes: Uint8Array, from: number, to: number): number {
  let prefix = 0;
  for (let index = from; index < from + PREFIX_BYTES; index++)
    prefix = (prefix << 8) | (index < to ? (bytes[index] as number) : 0);
  return prefix;
}
