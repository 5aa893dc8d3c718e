/**
 * Which records of this node are tombstones, in the order of storage keys, beside the data.
 *
 * | field | bytes |
 * |---|---|
 * | space: 0x43, tombstones | 1 |
 * | storage key | the rest |
 *
 * An entry is written with its record, in one batch. It may be out of date where a record was found damaged: then it is removed.
 */
import { isTombstoneRecord } from '../../../protocols/versions/index.ts';
import type { Engine, Operation, Range } from '../../../runtime/world/index.ts';
import type { NodeConfiguration } from '../configuration.ts';
import { CHECKSUM_BYTES } from '../replica/index.ts';
import { parseStorageKey } from '../storage-key.ts';

const SPACE = 0x43;
const DATA_SPACE = 0x01;
const ENTRY = new Uint8Array(0);

export class TombstoneIndex {
  readonly #engine: Engine;
  readonly #configuration: NodeConfiguration;
  /** Those that may have tombstones; the others have none. */
  readonly #partitions = new Set<number>();
  /** Tells that there is one more. */
  onAdded: () => void = () => {};

  constructor(engine: Engine, configuration: NodeConfiguration) {
    this.#engine = engine;
    this.#configuration = configuration;
    for (let from = 0; from < configuration.partitions; ) {
      const [first] = [...engine.range({ from: boundary(from), to: boundary(configuration.partitions), limit: 1 })];
      if (first === undefined) break;
      const found = ((first.key[2] as number) << 8) | (first.key[3] as number);
      this.#partitions.add(found);
      from = found + 1;
    }
  }

  get isEmpty(): boolean {
    return this.#partitions.size === 0;
  }

  get partitions(): readonly number[] {
    return [...this.#partitions].sort((a, b) => a - b);
  }

  /** A `WriteObserver`: on the path of every write. */
  onWrite(storageKey: Uint8Array, before: Uint8Array | undefined, after: Uint8Array | undefined, batch: Operation[]): void {
    const was = before !== undefined && isTombstoneRecord(before, CHECKSUM_BYTES);
    const is = after !== undefined && isTombstoneRecord(after, CHECKSUM_BYTES);
    if (was === is) return;
    if (!is) batch.push({ key: entryKey(storageKey), value: undefined });
    else if (this.#isCollected(storageKey)) {
      batch.push({ key: entryKey(storageKey), value: ENTRY });
      this.#partitions.add(((storageKey[1] as number) << 8) | (storageKey[2] as number));
      this.onAdded();
    }
  }

  /** Not those of atomic buckets: a deleted register is a version like any other (docs/decisions/0045). */
  #isCollected(storageKey: Uint8Array): boolean {
    const { buckets, defaults } = this.#configuration;
    return (buckets.get(parseStorageKey(storageKey).bucket) ?? defaults).consistency !== 'atomic';
  }

  /** Some of a partition, behind a storage key if given. */
  list(partition: number, after: Uint8Array | undefined, limit: number): readonly Uint8Array[] {
    const from = after === undefined ? boundary(partition) : Uint8Array.of(...entryKey(after), 0);
    const range: Range = { from, to: boundary(partition + 1), limit };
    const found = [...this.#engine.range(range)].map(({ key }) => key.slice(1));
    if (found.length === 0 && after === undefined) this.#partitions.delete(partition);
    return found;
  }

  /** The record is no tombstone. */
  forget(storageKey: Uint8Array): void {
    this.#engine.write([{ key: entryKey(storageKey), value: undefined }], () => {});
  }

  /** At most so many are looked for. */
  count(most: number): { readonly tombstones: number; readonly more: boolean } {
    let tombstones = 0;
    for (const partition of this.#partitions) {
      if (tombstones >= most) break;
      tombstones += [...this.#engine.range({ from: boundary(partition), to: boundary(partition + 1), limit: most - tombstones })]
        .length;
    }
    return { tombstones, more: tombstones >= most };
  }
}

function entryKey(storageKey: Uint8Array): Uint8Array {
  const key = new Uint8Array(1 + storageKey.length);
  key[0] = SPACE;
  key.set(storageKey, 1);
  return key;
}

function boundary(partition: number): Uint8Array {
  return partition > 0xffff
    ? Uint8Array.of(SPACE, DATA_SPACE + 1)
    : Uint8Array.of(SPACE, DATA_SPACE, partition >>> 8, partition & 0xff);
}
