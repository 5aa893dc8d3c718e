/**
 * An ordered map of bytes for hundreds to some ten thousands of keys: a hash map for single keys, a sorted array of the keys for
 * ranges. A key is held as text with one unit per byte, since texts compare in the order of unsigned bytes, and natively.
 */
import type { Range } from '../world/index.ts';

/** One change or, when there is a value, one entry. Never altered: readers may hold on to it. */
export interface Change {
  /** The key as text. */
  readonly text: string;
  readonly key: Uint8Array;
  /** `undefined` removes the key. */
  readonly value: Uint8Array | undefined;
}

export interface StoredEntry extends Change {
  readonly value: Uint8Array;
}

const SHORT_KEY_BYTES = 32;
const LATIN_1 = Array.from({ length: 256 }, (_unused, code) => String.fromCharCode(code));

export function textOfKey(key: Uint8Array): string {
  if (key.length > SHORT_KEY_BYTES) return Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1');
  // For a few bytes, the way out of the engine and back takes longer than this.
  let text = '';
  for (let index = 0; index < key.length; index++) text += LATIN_1[key[index] as number];
  return text;
}

function isEntry(change: Change): change is StoredEntry {
  return change.value !== undefined;
}

export class SortedEntries {
  readonly #entries: Map<string, StoredEntry>;
  readonly #order: string[];

  constructor(entries: Iterable<StoredEntry> = []) {
    this.#entries = new Map();
    for (const entry of entries) this.#entries.set(entry.text, entry);
    this.#order = [...this.#entries.keys()].sort(compareText);
  }

  get size(): number {
    return this.#entries.size;
  }

  get(text: string): StoredEntry | undefined {
    return this.#entries.get(text);
  }

  apply(change: Change): void {
    const { text } = change;
    if (isEntry(change)) {
      if (!this.#entries.has(text)) this.#order.splice(this.#position(text), 0, text);
      this.#entries.set(text, change);
    } else if (this.#entries.delete(text)) {
      this.#order.splice(this.#position(text), 1);
    }
  }

  /** The entries of a range as they are now, in key order. */
  range(range: Range): StoredEntry[] {
    const start = this.#position(textOfKey(range.from));
    const end = Math.min(this.#position(textOfKey(range.to)), start + (range.limit ?? this.#order.length));
    return this.#order.slice(start, Math.max(start, end)).map((text) => this.#entries.get(text) as StoredEntry);
  }

  /** All entries, in key order. */
  all(): StoredEntry[] {
    return this.#order.map((text) => this.#entries.get(text) as StoredEntry);
  }

  /** Where the first key is that is not less than `text`: binary search. */
  #position(text: string): number {
    const order = this.#order;
    let low = 0;
    let high = order.length;
    // Keys often come in order: look behind the last one first.
    if (high === 0 || (order[high - 1] as string) < text) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((order[middle] as string) < text) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
