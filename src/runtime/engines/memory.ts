/**
 * An engine that keeps everything in memory: for tests, and for nodes whose data is a cache. A batch counts as durable when the
 * events at hand have been handled, so that callers see the same order of events as with a disk.
 */
import { copyBytes } from '../bytes/index.ts';
import { callAll } from './durable-callbacks.ts';
import type { Engine, Entry, OnDurable, Operation, Range, Snapshot } from './engine.ts';
import { engineClosed } from './engine-errors.ts';
import { checkBatch, checkRange } from './limits.ts';
import { OrderedMap } from './ordered-map.ts';

/** What the memory engine needs of the world: `Timers` has it. */
export interface MemoryEngineDependencies {
  readonly timers: { soon(callback: () => void): void };
}

export function openMemoryEngine({ timers }: MemoryEngineDependencies): Engine {
  return new MemoryEngine(timers.soon.bind(timers));
}

class MemoryEngine implements Engine {
  readonly #soon: (callback: () => void) => void;
  readonly #map = new OrderedMap();
  #waiting: OnDurable[] = [];
  #isClosed = false;

  constructor(soon: (callback: () => void) => void) {
    this.#soon = soon;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    this.#checkOpen();
    return this.#map.get(key);
  }

  range(range: Range): Iterable<Entry> {
    this.#checkOpen();
    checkRange(range);
    const start = (): OrderedMap => {
      this.#checkOpen();
      return this.#map.copy();
    };
    return {
      *[Symbol.iterator]() {
        yield* copies(start(), range);
      },
    };
  }

  write(batch: readonly Operation[], onDurable: OnDurable): void {
    if (this.#isClosed) {
      this.#soon(() => callAll([onDurable], engineClosed()));
      return;
    }
    checkBatch(batch);
    for (const { key, value } of batch) {
      if (value === undefined) this.#map.delete(key);
      else this.#map.set(copyBytes(key), copyBytes(value));
    }
    this.#waiting.push(onDurable);
    if (this.#waiting.length === 1) this.#soon(() => this.#acknowledge());
  }

  snapshot(): Snapshot {
    this.#checkOpen();
    let map: OrderedMap | undefined = this.#map.copy();
    const current = (): OrderedMap => {
      this.#checkOpen();
      if (map === undefined) throw engineClosed('snapshot');
      return map;
    };
    return {
      range: (range) => {
        current();
        checkRange(range);
        return {
          *[Symbol.iterator]() {
            yield* copies(current(), range);
          },
        };
      },
      close: () => {
        map = undefined;
      },
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#acknowledge();
  }

  #acknowledge(): void {
    const callbacks = this.#waiting;
    this.#waiting = [];
    callAll(callbacks);
  }

  #checkOpen(): void {
    if (this.#isClosed) throw engineClosed();
  }
}

function* copies(map: OrderedMap, range: Range): Generator<Entry> {
  let left = range.limit ?? Number.POSITIVE_INFINITY;
  if (left <= 0) return;
  for (const { key, value } of map.entries(range)) {
    yield { key: key.slice(), value: value.slice() };
    left--;
    if (left <= 0) return;
  }
}
