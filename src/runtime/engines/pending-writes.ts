/**
 * The writes that LMDB does not have yet: what a read must see before LMDB shows it. There are at most two generations: the one
 * that is being moved to LMDB, and the open one that gathers what is written meanwhile. A generation is dropped as a whole, so
 * that the move of an earlier write of a key can never hide a later one.
 */
import type { Operation, Range } from './engine.ts';

/** A key as text with one unit per byte: equal texts are equal keys, and texts compare in the order of unsigned bytes. */
export function textOfKey(key: Uint8Array): string {
  return Buffer.prototype.latin1Slice.call(key, 0, key.length);
}

/** What a generation costs beside its keys and values, roughly, per operation. */
const OVERHEAD_BYTES = 200;

/** The operations that move to LMDB together. */
export class Generation {
  #operations = new Map<string, Operation>();
  #sizeBytes = 0;
  /** The keys in order; made when a range is asked for, dropped by the next write. */
  #sorted: readonly string[] | undefined;
  /** A snapshot reads it: it must not change any more; copy it instead. */
  isShared = false;

  /** The last operation of each key. */
  get operations(): Iterable<Operation> {
    return this.#operations.values();
  }

  get hasOperations(): boolean {
    return this.#operations.size > 0;
  }

  /** How many keys it has operations for. */
  get count(): number {
    return this.#operations.size;
  }

  /** Memory, roughly, of all that was added. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  add(batch: readonly Operation[]): void {
    for (const operation of batch) {
      this.#operations.set(textOfKey(operation.key), operation);
      this.#sizeBytes += operation.key.length + (operation.value?.length ?? 0) + OVERHEAD_BYTES;
    }
    this.#sorted = undefined;
  }

  copy(): Generation {
    const copy = new Generation();
    copy.#operations = new Map(this.#operations);
    copy.#sizeBytes = this.#sizeBytes;
    return copy;
  }

  find(text: string): Operation | undefined {
    return this.#operations.get(text);
  }

  /** Add those within the range to `found`, over what is there. */
  collect(range: Range, found: Map<string, Operation>): void {
    const to = textOfKey(range.to);
    this.#sorted ??= [...this.#operations.keys()].sort();
    for (let index = lowerBound(this.#sorted, textOfKey(range.from)); index < this.#sorted.length; index++) {
      const text = this.#sorted[index] as string;
      if (text >= to) return;
      found.set(text, this.#operations.get(text) as Operation);
    }
  }

  /**
   * All operations in runs of about `size`, in the order of keys, so that each run touches few pages and no page is touched by
   * many runs. Sorted run by run: all at once would hold up the event loop.
   */
  *runsInKeyOrder(size: number): Generator<Operation[]> {
    const byPrefix = new Map<string, [string, Operation][]>();
    for (const entry of this.#operations) {
      const prefix = entry[0].slice(0, PREFIX_BYTES);
      const bucket = byPrefix.get(prefix);
      if (bucket === undefined) byPrefix.set(prefix, [entry]);
      else bucket.push(entry);
    }
    let run: Operation[] = [];
    for (const prefix of [...byPrefix.keys()].sort()) {
      const bucket = (byPrefix.get(prefix) ?? []).sort(([a], [b]) => (a < b ? -1 : 1));
      for (const [, operation] of bucket) {
        run.push(operation);
        if (run.length < size) continue;
        yield run;
        run = [];
      }
    }
    if (run.length > 0) yield run;
  }
}

/** The stores' keys begin with a space and a partition: enough to cut a generation into small parts. */
const PREFIX_BYTES = 3;

function lowerBound(texts: readonly string[], text: string): number {
  let low = 0;
  let high = texts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((texts[middle] as string) < text) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The pending operations of a range, in key order; later generations count. */
export function pendingWithin(range: Range, generations: readonly Generation[]): Operation[] {
  const found = new Map<string, Operation>();
  for (const generation of generations) generation.collect(range, found);
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, operation]) => operation);
}
