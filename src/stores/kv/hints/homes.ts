/** Who the homes of a record are. */
import type { Ring } from '../../../protocols/ring/index.ts';
import type { NodeConfiguration } from '../configuration.ts';
import { parseStorageKey } from '../storage-key.ts';

export function homesOf(ring: Ring, { buckets, defaults }: NodeConfiguration, storageKey: Uint8Array): readonly string[] {
  const { partition, bucket } = parseStorageKey(storageKey);
  return ring.replicas(partition, (buckets.get(bucket) ?? defaults).n);
}
