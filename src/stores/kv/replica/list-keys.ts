import { clockSection, isReadable } from '../../../protocols/versions/index.ts';
import type { Engine } from '../../../runtime/world/index.ts';
import type { ListedKey, ReplicaKeys, ReplicaListing } from '../messages/index.ts';
import { bucketRange } from '../storage-key.ts';
import { decodeChecked, isIntact, recordOf } from './checked-record.ts';

/** The bucket's keys in a run of partitions, in the order of storage keys. Damaged records are left to the other replicas. */
export function listKeys(
  engine: Pick<Engine, 'range'>,
  now: number,
  { bucket, from, to, after, limit }: ReplicaListing,
): Omit<ReplicaKeys, 'readIn'> {
  const keys: ListedKey[] = [];
  for (let partition = from; partition <= to; partition++) {
    const range = bucketRange(partition, bucket, partition === from ? after : undefined);
    for (const { key, value } of engine.range({ ...range, limit: limit + 1 - keys.length })) {
      if (keys.length === limit) return { keys, more: true };
      if (!isIntact(key, value)) continue;
      const live = decodeChecked(value).versions.some((version) => isReadable(version, now));
      keys.push({ storageKey: key, live, section: clockSection(recordOf(value)) });
    }
  }
  return { keys, more: false };
}
