/** Takes in records that another replica sent, and says when all of them are durable. */
import type { TravellingRecord, TreeName } from '../../../protocols/anti-entropy/index.ts';
import { clockSection } from '../../../protocols/versions/index.ts';
import { MalformedBytes } from '../../../runtime/bytes/index.ts';
import type { OnDurable } from '../../../runtime/world/index.ts';
import type { NodeConfiguration } from '../configuration.ts';
import { isIntact, type ReplicaStore, recordOf } from '../replica/index.ts';
import { parseStorageKey } from '../storage-key.ts';
import { type TreeLayout, treeId } from './tree-layout.ts';

export class RecordIntake {
  readonly #replica: ReplicaStore;
  readonly #layout: TreeLayout;
  readonly #configuration: NodeConfiguration;

  constructor(replica: ReplicaStore, layout: TreeLayout, configuration: NodeConfiguration) {
    this.#replica = replica;
    this.#layout = layout;
    this.#configuration = configuration;
  }

  /** @throws MalformedBytes before anything is taken in, if one of them is not a record of that tree. */
  take(name: TreeName, records: readonly TravellingRecord[], onDurable: OnDurable): void {
    for (const record of records) this.#check(name, record);
    let open = records.length;
    let failure: Error | undefined;
    if (open === 0) {
      onDurable();
      return;
    }
    for (const { storageKey, checked } of records) {
      const { bucket } = parseStorageKey(storageKey);
      const { conflict } = this.#configuration.buckets.get(bucket) ?? this.#configuration.defaults;
      this.#replica.merge(storageKey, checked, conflict, (error) => {
        failure ??= error;
        if (--open === 0) onDurable(failure);
      });
    }
  }

  #check(name: TreeName, { storageKey, checked }: TravellingRecord): void {
    parseStorageKey(storageKey);
    if (this.#layout.treeOf(storageKey) !== treeId(name)) throw new MalformedBytes('a record of another partition');
    if (!isIntact(storageKey, checked)) throw new MalformedBytes('a record that does not have its checksum');
    clockSection(recordOf(checked));
  }
}
