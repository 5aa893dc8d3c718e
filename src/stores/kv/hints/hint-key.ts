/**
 * Where a hint lies in the engine: apart from this node's own records, in the order of partitions as they are, since that is how engines keep
 * what they have not put in order yet apart; and within a partition all hints for one target together.
 *
 * | field | bytes |
 * |---|---|
 * | space: 0x06, hints | 1 |
 * | partition of the record | 2 |
 * | target | 1 + length |
 * | storage key of the record | the rest |
 */
import { Reader } from '../../../runtime/bytes/index.ts';
import type { Range } from '../../../runtime/world/index.ts';
import { partitionOfStorageKey } from '../storage-key.ts';

const HINT_SPACE = 0x06;
/** Space and partition. */
const PARTITION_BYTES = 3;
const LAST_PARTITION = 0xffff;

export const ALL_HINTS: Range = { from: Uint8Array.of(HINT_SPACE), to: Uint8Array.of(HINT_SPACE + 1) };

export function hintKey(target: string, storageKey: Uint8Array): Uint8Array {
  const prefixBytes = prefixBytesOf(target);
  const key = new Uint8Array(prefixBytes + storageKey.length);
  writePrefix(key, partitionOfStorageKey(storageKey), target);
  key.set(storageKey, prefixBytes);
  return key;
}

/** Before the storage key. */
export function prefixBytesOf(target: string): number {
  return PARTITION_BYTES + 1 + target.length;
}

/** @throws MalformedBytes */
export function parseHintKey(key: Uint8Array): { readonly target: string; readonly storageKey: Uint8Array } {
  const reader = new Reader(key);
  reader.bytes(PARTITION_BYTES);
  return { target: reader.ascii(), storageKey: reader.rest() };
}

export function partitionOfHint(key: Uint8Array): number {
  return partitionOfStorageKey(key);
}

/** Those of a partition for a target. */
export function hintsWithin(partition: number, target: string): Range {
  const from = new Uint8Array(prefixBytesOf(target));
  writePrefix(from, partition, target);
  // Storage keys begin with a byte below 0xff.
  return { from, to: Uint8Array.of(...from, 0xff) };
}

/** The least key behind those of a partition for a target at which others for that target may begin; `undefined`: there is none. */
export function behindPartition(partition: number, target: string): Uint8Array | undefined {
  return partition === LAST_PARTITION ? undefined : hintsWithin(partition + 1, target).from;
}

/** The least key behind a hint's. */
export function behindHint(target: string, storageKey: Uint8Array): Uint8Array {
  return Uint8Array.of(...hintKey(target, storageKey), 0);
}

/** Names are ASCII, and at most 255 bytes. */
function writePrefix(bytes: Uint8Array, partition: number, target: string): void {
  bytes[0] = HINT_SPACE;
  bytes[1] = partition >>> 8;
  bytes[2] = partition;
  bytes[PARTITION_BYTES] = target.length;
  for (let index = 0; index < target.length; index++) bytes[PARTITION_BYTES + 1 + index] = target.charCodeAt(index);
}
