/**
 * Which keys LMDB may hold: so that a look for a key that it does not hold, which every write of a new key takes, need not go down
 * its tree. Such a look is a tenth of what a node does for a put, a filter's answer a thirtieth of that.
 *
 * Invariant: a complete filter says yes to each key of LMDB. An empty LMDB has a complete one; one that holds something is read
 * through beside everything else, once it is seen that keys are looked for in vain; and whatever goes there is added at once.
 */

import { fnv1a } from '../hash/index.ts';
import { KeyFilter } from './key-filter.ts';
import type { OperationRun } from './operation-run.ts';

/** So much of the database as is needed here. */
export interface KeySource {
  getKeys(options: { readonly start?: Uint8Array; readonly limit: number }): Iterable<Uint8Array>;
}

/** Worth reading all keys for. */
const VAIN_LOOKS = 10_000;
/** Read at a time: less than a millisecond. */
const SLICE_KEYS = 512;
const BETWEEN_SLICES_MS = 5;

export class StoredKeys {
  readonly #source: KeySource;
  readonly #filter = new KeyFilter();
  #isComplete: boolean;
  #vainLooks = 0;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** @throws what reading throws */
  constructor(source: KeySource) {
    this.#source = source;
    this.#isComplete = [...source.getKeys({ limit: 1 })].length === 0;
  }

  /** `false`: LMDB does not hold the key with this hash. */
  mayHold(hash: number): boolean {
    return !this.#isComplete || this.#filter.mayHold(hash);
  }

  /** LMDB was asked for a key and does not hold it. */
  lookedInVain(): void {
    if (this.#isComplete || ++this.#vainLooks !== VAIN_LOOKS) return;
    this.#readSoon(undefined);
  }

  /** These go to LMDB next. */
  add(run: OperationRun): void {
    for (let index = 0; index < run.count; index++) this.#filter.add(fnv1a(run.keyAt(index)));
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #readSoon(after: Uint8Array | undefined): void {
    this.#timer = setTimeout(() => this.#readSlice(after), BETWEEN_SLICES_MS).unref();
  }

  #readSlice(start: Uint8Array | undefined): void {
    if (this.#isClosed) return;
    let count = 0;
    let last = start;
    try {
      for (const key of this.#source.getKeys(start === undefined ? { limit: SLICE_KEYS } : { start, limit: SLICE_KEYS })) {
        count++;
        last = key;
        this.#filter.add(fnv1a(key));
      }
    } catch {
      // Whoever looks for a key learns that the database cannot be read. Here it means that there is no filter.
      return;
    }
    if (count < SLICE_KEYS) this.#isComplete = true;
    else this.#readSoon(last);
  }
}
