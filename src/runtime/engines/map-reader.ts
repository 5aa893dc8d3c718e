/** How an engine whose data are all in memory reads: what is in its map now, or was when a snapshot was taken. */
import type { Entry, Range, Snapshot } from './engine.ts';
import { engineClosed } from './engine-errors.ts';
import { checkRange } from './limits.ts';
import { OrderedMap } from './ordered-map.ts';

export class MapReader {
  readonly map: OrderedMap;
  isClosed = false;

  constructor(map: OrderedMap = new OrderedMap()) {
    this.map = map;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    this.#checkOpen();
    return this.map.get(key);
  }

  range(range: Range): Iterable<Entry> {
    this.#checkOpen();
    checkRange(range);
    const start = (): OrderedMap => {
      this.#checkOpen();
      return this.map.copy();
    };
    return {
      *[Symbol.iterator]() {
        yield* copies(start(), range);
      },
    };
  }

  snapshot(): Snapshot {
    this.#checkOpen();
    let map: OrderedMap | undefined = this.map.copy();
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

  #checkOpen(): void {
    if (this.isClosed) throw engineClosed();
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
