/** This node's share of a backup: its records of a partition, in slices of background work. */
import type { Engine } from '../../../runtime/world/index.ts';
import type { Background } from '../background/index.ts';
import { type Eras, isIntact } from '../replica/index.ts';
import { bucketRange, parseStorageKey, partitionRange } from '../storage-key.ts';
import type { PageRequest, ReplicaPage, StoredRecord } from './page-frames.ts';

/** Entries of the engine that are looked at in one go. */
const STEP = 64;

export class ReplicaPages {
  readonly #engine: Engine;
  readonly #background: Background;
  readonly #eras: Eras;

  constructor(engine: Engine, background: Background, eras: Eras) {
    this.#eras = eras;
    this.#engine = engine;
    this.#background = background;
  }

  /** `then` is called later, when the slices that the page costs have gone through; not at all once the node is stopping. */
  read(request: PageRequest, then: (page: ReplicaPage) => void): void {
    this.#background.run('backup', 0, () => {
      const page = { ...this.#page(request), readIn: this.#eras.current };
      const bytes = page.records.reduce((sum, { checked }) => sum + checked.length, 0);
      this.#background.run('backup', bytes, () => then(page));
    });
  }

  /** Damaged records are left to the other replicas. */
  #page({ partition, bucket, bytes, after }: PageRequest): Omit<ReplicaPage, 'readIn'> {
    const records: StoredRecord[] = [];
    let left = bytes;
    let last = after;
    for (;;) {
      const range = rangeOf(partition, bucket, last);
      let seen = 0;
      for (const { key, value } of this.#engine.range({ ...range, limit: STEP })) {
        if (left <= 0) return { records, more: true };
        seen++;
        last = key;
        if (!isIntact(key, value)) continue;
        records.push({ storageKey: key, checked: value });
        left -= key.length + value.length;
      }
      if (seen < STEP) return { records, more: false };
    }
  }
}

function rangeOf(
  partition: number,
  bucket: string | undefined,
  after: Uint8Array | undefined,
): { from: Uint8Array; to: Uint8Array } {
  if (bucket === undefined) return partitionRange(partition, after);
  return bucketRange(partition, bucket, after === undefined ? undefined : parseStorageKey(after).key);
}
