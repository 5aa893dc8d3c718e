/** Takes in records that another replica sent, and says when all of them are durable. */
import type { TravellingRecord, TreeName } from '../../../protocols/anti-entropy/index.ts';
import { clockSection } from '../../../protocols/versions/index.ts';
import { MalformedBytes } from '../../../runtime/bytes/index.ts';
import type { OnDurable } from '../../../runtime/world/index.ts';
import type { Background } from '../background/index.ts';
import type { NodeConfiguration } from '../configuration.ts';
import { isIntact, type ReplicaStore, recordOf } from '../replica/index.ts';
import { parseStorageKey } from '../storage-key.ts';
import { type TreeLayout, treeId } from './tree-layout.ts';

/** Stored at a time, about. */
const SLICE_BYTES = 4 * 1024;

export class RecordIntake {
  readonly #replica: ReplicaStore;
  readonly #layout: TreeLayout;
  readonly #configuration: NodeConfiguration;
  readonly #background: Background;

  constructor(replica: ReplicaStore, layout: TreeLayout, configuration: NodeConfiguration, background: Background) {
    this.#background = background;
    this.#replica = replica;
    this.#layout = layout;
    this.#configuration = configuration;
  }

  /** In slices of background work. @throws MalformedBytes before anything is taken in, if one of them is not a record of that tree. */
  take(name: TreeName, records: readonly TravellingRecord[], readIn: number, onDurable: OnDurable): void {
    for (const record of records) this.#check(name, record);
    let open = records.length;
    let failure: Error | undefined;
    if (open === 0) {
      onDurable();
      return;
    }
    this.#takeFrom(records, readIn, 0, (error) => {
      failure ??= error;
      if (--open === 0) onDurable(failure);
    });
  }

  #takeFrom(records: readonly TravellingRecord[], readIn: number, from: number, onDurable: OnDurable): void {
    let [to, bytes] = [from, 0];
    for (; to < records.length && bytes < SLICE_BYTES; to++) {
      const { storageKey, checked } = records[to] as TravellingRecord;
      bytes += storageKey.length + checked.length;
    }
    if (to === from) return;
    this.#background.run('anti-entropy', bytes, () => {
      for (const { storageKey, checked } of records.slice(from, to)) {
        const { bucket } = parseStorageKey(storageKey);
        const { conflict } = this.#configuration.buckets.get(bucket) ?? this.#configuration.defaults;
        // When it is their turn: they may have waited for eras.
        if (this.#replica.eras.isTooOld(readIn)) onDurable(new Error('read too long ago'));
        else this.#replica.merge(storageKey, checked, conflict, onDurable);
      }
      this.#takeFrom(records, readIn, to, onDurable);
    });
  }

  #check(name: TreeName, { storageKey, checked }: TravellingRecord): void {
    parseStorageKey(storageKey);
    if (this.#layout.treeOf(storageKey) !== treeId(name)) throw new MalformedBytes('a record of another partition');
    if (!isIntact(storageKey, checked)) throw new MalformedBytes('a record that does not have its checksum');
    clockSection(recordOf(checked));
  }
}
