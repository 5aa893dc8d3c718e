/** Takes in records that another replica sent, and says when all of them are durable. */
import type { TravellingRecord, TreeName } from '../../../protocols/anti-entropy/index.ts';
import { clockSection } from '../../../protocols/versions/index.ts';
import { MalformedBytes } from '../../../runtime/bytes/index.ts';
import type { OnDurable } from '../../../runtime/world/index.ts';
import type { Background } from '../background/index.ts';
import type { NodeConfiguration } from '../configuration.ts';
import { type IncomingRecord, isIntact, type ReplicaStore, recordOf } from '../replica/index.ts';
import { parseStorageKey } from '../storage-key.ts';
import { type TreeLayout, treeId } from './tree-layout.ts';

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
    if (records.length === 0) onDurable();
    else this.#takeFrom(records, readIn, 0, countDown(records.length, onDurable));
  }

  #takeFrom(records: readonly TravellingRecord[], readIn: number, from: number, onEnd: OnEnd): void {
    let [to, bytes] = [from, 0];
    const most = this.#background.sliceBytes;
    for (; to < records.length && bytes < most; to++) {
      const { storageKey, checked } = records[to] as TravellingRecord;
      bytes += storageKey.length + checked.length;
    }
    if (to === from) return;
    this.#background.run('anti-entropy', bytes, () => {
      const incoming = records.slice(from, to).map((record) => this.#incoming(record));
      // When it is their turn: they may have waited for eras.
      if (this.#replica.eras.isTooOld(readIn)) onEnd(new Error('read too long ago'), incoming.length);
      else this.#replica.mergeAll(incoming, (error) => onEnd(error, incoming.length));
      this.#takeFrom(records, readIn, to, onEnd);
    });
  }

  #incoming({ storageKey, checked }: TravellingRecord): IncomingRecord {
    const { bucket } = parseStorageKey(storageKey);
    const { conflict } = this.#configuration.buckets.get(bucket) ?? this.#configuration.defaults;
    return { storageKey, checkedRecord: checked, policy: conflict };
  }

  #check(name: TreeName, { storageKey, checked }: TravellingRecord): void {
    parseStorageKey(storageKey);
    if (this.#layout.treeOf(storageKey) !== treeId(name)) throw new MalformedBytes('a record of another partition');
    if (!isIntact(storageKey, checked)) throw new MalformedBytes('a record that does not have its checksum');
    clockSection(recordOf(checked));
  }
}

/** So many of the records are durable, or never will be. */
type OnEnd = (error: Error | undefined, count: number) => void;

function countDown(records: number, onDurable: OnDurable): OnEnd {
  let open = records;
  let failure: Error | undefined;
  return (error, count) => {
    failure ??= error;
    open -= count;
    if (open === 0) onDurable(failure);
  };
}
