/**
 * The writes that are on their way to the disk: what a read must see before LMDB shows it. There are at most two generations: the
 * group that is being committed, and the open one that gathers what is written meanwhile. A generation is dropped as a whole, so
 * that the commit of an earlier write of a key can never hide a later one.
 */
import type { OnDurable, Operation, Range } from './engine.ts';

/** A key as text with one unit per byte: equal texts are equal keys, and texts compare in the order of unsigned bytes. */
export function textOfKey(key: Uint8Array): string {
  return Buffer.prototype.latin1Slice.call(key, 0, key.length);
}

/** The batches that become durable together. */
export class Generation {
  #operations = new Map<string, Operation>();
  /** One per batch, in order. */
  readonly callbacks: OnDurable[] = [];
  /** A snapshot reads it: it must not change any more; copy it instead. */
  isShared = false;

  /** The last operation of each key. */
  get operations(): Iterable<Operation> {
    return this.#operations.values();
  }

  get isEmpty(): boolean {
    return this.callbacks.length === 0;
  }

  get hasOperations(): boolean {
    return this.#operations.size > 0;
  }

  add(batch: readonly Operation[], onDurable: OnDurable): void {
    for (const operation of batch) this.#operations.set(textOfKey(operation.key), operation);
    this.callbacks.push(onDurable);
  }

  copy(): Generation {
    const copy = new Generation();
    copy.#operations = new Map(this.#operations);
    copy.callbacks.push(...this.callbacks);
    return copy;
  }

  find(text: string): Operation | undefined {
    return this.#operations.get(text);
  }

  /** Add those within the range to `found`, over what is there. */
  collect(range: Range, found: Map<string, Operation>): void {
    const from = textOfKey(range.from);
    const to = textOfKey(range.to);
    for (const [text, operation] of this.#operations) if (text >= from && text < to) found.set(text, operation);
  }
}

/** The pending operations of a range, in key order; later generations count. */
export function pendingWithin(range: Range, generations: readonly Generation[]): Operation[] {
  const found = new Map<string, Operation>();
  for (const generation of generations) generation.collect(range, found);
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, operation]) => operation);
}
