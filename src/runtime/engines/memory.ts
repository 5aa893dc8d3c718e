/**
 * An engine that keeps everything in memory and nothing else: for tests, and for nodes whose data is a cache. A batch counts as
 * durable when the events at hand have been handled, so that callers see the same order of events as with a disk.
 */
import { copyBytes } from '../bytes/index.ts';
import { callAll } from './durable-callbacks.ts';
import type { Engine, Entry, OnDurable, Operation, Range, Snapshot } from './engine.ts';
import { engineClosed } from './engine-errors.ts';
import { checkBatch } from './limits.ts';
import { MapReader } from './map-reader.ts';

/** What the memory engine needs of the world: `Timers` has it. */
export interface MemoryEngineDependencies {
  readonly timers: { soon(callback: () => void): void };
}

export function openMemoryEngine({ timers }: MemoryEngineDependencies): Engine {
  return new MemoryEngine(timers.soon.bind(timers));
}

class MemoryEngine implements Engine {
  readonly #soon: (callback: () => void) => void;
  readonly #reader = new MapReader();
  #waiting: OnDurable[] = [];

  constructor(soon: (callback: () => void) => void) {
    this.#soon = soon;
  }

  /** Memory does not fail. */
  get failure(): undefined {
    return undefined;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#reader.get(key);
  }

  range(range: Range): Iterable<Entry> {
    return this.#reader.range(range);
  }

  write(batch: readonly Operation[], onDurable: OnDurable): void {
    if (this.#reader.isClosed) {
      this.#soon(() => callAll([onDurable], engineClosed()));
      return;
    }
    checkBatch(batch);
    for (const { key, value } of batch) {
      if (value === undefined) this.#reader.map.delete(key);
      else this.#reader.map.set(copyBytes(key), copyBytes(value));
    }
    this.#waiting.push(onDurable);
    if (this.#waiting.length === 1) this.#soon(() => this.#acknowledge());
  }

  snapshot(): Snapshot {
    return this.#reader.snapshot();
  }

  async close(): Promise<void> {
    this.#reader.isClosed = true;
    this.#acknowledge();
  }

  #acknowledge(): void {
    const callbacks = this.#waiting;
    this.#waiting = [];
    callAll(callbacks);
  }
}
