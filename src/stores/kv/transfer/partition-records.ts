/** The records of a partition that belong to buckets of a certain N. */
import type { Engine, Entry } from '../../../runtime/world/index.ts';
import type { NodeConfiguration } from '../configuration.ts';
import type { ServiceParts } from '../service-parts.ts';
import { parseStorageKey } from '../storage-key.ts';

const DATA_SPACE = 0x01;

export function partitionOf(storageKey: Uint8Array): number {
  return ((storageKey[1] as number) << 8) | (storageKey[2] as number);
}

/** N of the bucket of a record. */
export function nOf({ buckets, defaults }: NodeConfiguration, storageKey: Uint8Array): number {
  return (buckets.get(parseStorageKey(storageKey).bucket) ?? defaults).n;
}

/** Every N of a bucket, the usual one first. */
export function everyN({ buckets, defaults }: NodeConfiguration): readonly [number, ...number[]] {
  const others = [...new Set([...buckets.values()].map(({ n }) => n))].filter((n) => n !== defaults.n);
  return [defaults.n, ...others.sort((a, b) => a - b)];
}

/** Some entries behind a key: of all buckets, so that the last one tells where to go on. */
export function entriesOf(
  engine: Pick<Engine, 'range'>,
  partition: number,
  after: Uint8Array | undefined,
  limit: number,
): Entry[] {
  const from = after === undefined ? boundary(partition) : Uint8Array.of(...after, 0);
  return [...engine.range({ from, to: boundary(partition + 1), limit })];
}

/** What it costs to look at an entry, its bytes aside: to find it, fetch it and check it takes as long as to send so many bytes. */
export const ENTRY_BYTES = 256;
const MOST_PAGE_ENTRIES = 128;
const LEAST_PAGE_ENTRIES = 64;

/** Entries of a page that costs a slice. */
export function pageEntries(sliceBytes: number): number {
  return Math.min(MOST_PAGE_ENTRIES, Math.max(LEAST_PAGE_ENTRIES, Math.floor(sliceBytes / ENTRY_BYTES)));
}

function boundary(partition: number): Uint8Array {
  return partition > 0xffff ? Uint8Array.of(DATA_SPACE + 1) : Uint8Array.of(DATA_SPACE, partition >>> 8, partition & 0xff);
}

const SAMPLED_PARTITIONS = 8;
const SAMPLED_ENTRIES = 1_000;
/** No further partition after so long: requests wait meanwhile. */
const SAMPLED_MS = 2;

/** Of a partition of those that are here, about: a few are looked at, and of each the first entries. */
export function averageBytes({ world, configuration }: Pick<ServiceParts, 'world' | 'configuration'>): number {
  let bytes = 0;
  let held = 0;
  const began = world.clock.now();
  for (let partition = 0; partition < configuration.partitions && held < SAMPLED_PARTITIONS; partition++) {
    if (world.clock.now() - began > SAMPLED_MS) break;
    const entries = entriesOf(world.engine, partition, undefined, SAMPLED_ENTRIES);
    if (entries.length === 0) continue;
    held++;
    for (const { key, value } of entries) bytes += key.length + value.length;
  }
  return held === 0 ? 0 : bytes / held;
}
