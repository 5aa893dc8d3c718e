/** What a range finds among the writes that LMDB does not have yet. */
import { compareBytes, copyBytes } from '../bytes/index.ts';
import type { Range } from './engine.ts';
import type { Generation } from './generation.ts';

/** What a view of the engine sees of a generation: what had been added when it began. */
export interface PendingView {
  readonly generation: Generation;
  readonly count: number;
}

/** An operation that waits; its value is fetched when it is wanted. */
export interface PendingEntry {
  readonly key: Uint8Array;
  readonly generation: Generation;
  readonly entry: number;
}

/** The pending operations of a range, in key order; the last of each key counts. @param views - oldest first. */
export function pendingWithin(range: Range, views: readonly PendingView[]): PendingEntry[] {
  const found = new Map<string, PendingEntry>();
  for (const view of views) collect(range, view, found);
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pending]) => pending);
}

function collect(range: Range, { generation, count }: PendingView, found: Map<string, PendingEntry>): void {
  for (const entry of generation.entriesNear(range)) {
    if (entry >= count) continue;
    const key = generation.keyOf(entry);
    if (compareBytes(key, range.from) < 0 || compareBytes(key, range.to) >= 0) continue;
    const text = textOfKey(key);
    const other = found.get(text);
    if (other?.generation === generation && other.entry > entry) continue;
    found.set(text, { key: copyBytes(key), generation, entry });
  }
}

/** A key as text with one unit per byte: equal texts are equal keys, and texts compare in the order of unsigned bytes. */
function textOfKey(key: Uint8Array): string {
  return Buffer.prototype.latin1Slice.call(key, 0, key.length);
}
