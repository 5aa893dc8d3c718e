/** What a range finds among the writes that LMDB does not have yet. */
import { compareBytes } from '../bytes/index.ts';
import type { Range } from './engine.ts';
import type { Generation } from './generation.ts';
import type { KeyedEntry } from './key-order.ts';

/** What a view of the engine sees of a generation: what had been added when it began. */
export interface PendingView {
  readonly generation: Generation;
  readonly count: number;
}

/** An operation that waits; its value is fetched when it is wanted. */
export interface PendingEntry extends KeyedEntry {
  readonly generation: Generation;
}

/**
 * The pending operations of a range, in key order; the last of each key counts. Looked for as they are asked for: a page of a long
 * range costs what the page holds.
 * @param views - oldest first.
 */
export function* pendingWithin(range: Range, views: readonly PendingView[]): Generator<PendingEntry> {
  const runs = views.map((view) => lastOfEachKey(range, view));
  const heads = runs.map((run) => run.next().value);
  for (;;) {
    let chosen: PendingEntry | undefined;
    for (const head of heads) {
      // Of equal keys that of the later generation.
      if (head != null && (chosen === undefined || compareBytes(head.key, chosen.key) <= 0)) chosen = head;
    }
    if (chosen === undefined) return;
    yield chosen;
    for (const [index, head] of heads.entries()) {
      if (head != null && compareBytes(head.key, chosen.key) === 0) heads[index] = runs[index]?.next().value;
    }
  }
}

function* lastOfEachKey(range: Range, { generation, count }: PendingView): Generator<PendingEntry, undefined> {
  let last: PendingEntry | undefined;
  for (const { entry, key } of generation.entriesWithin(range)) {
    if (entry >= count) continue;
    if (last !== undefined && compareBytes(last.key, key) !== 0) {
      yield last;
      last = undefined;
    }
    if (last === undefined || last.entry < entry) last = { key, generation, entry };
  }
  if (last !== undefined) yield last;
}
