/**
 * Where a key lies in the engine. A partition is one contiguous range, so that it can be listed, moved and dropped as a whole;
 * within it, a bucket is one.
 *
 * | field | bytes |
 * |---|---|
 * | space: 0x01, data | 1 |
 * | partition | 2 |
 * | bucket | 1 + length |
 * | key | the rest |
 */
import { MalformedBytes, Reader, Writer } from '../../runtime/bytes/index.ts';
import { md5 } from '../../runtime/hash/index.ts';

const DATA_SPACE = 0x01;
/** Space, partition, length of the bucket's name. */
const FIXED_BYTES = 4;

/** A key's place: computed once per request. */
export interface Place {
  /** MD5 of bucket and key. */
  readonly position: Uint8Array;
  readonly partition: number;
  readonly storageKey: Uint8Array;
}

/** `partitionOf` comes from the ring. Bucket names are ASCII. */
export function placeOf(bucket: string, key: Uint8Array, partitionOf: (position: Uint8Array) => number): Place {
  const storageKey = new Uint8Array(FIXED_BYTES + bucket.length + key.length);
  storageKey[0] = DATA_SPACE;
  storageKey[3] = bucket.length;
  for (let index = 0; index < bucket.length; index++) storageKey[FIXED_BYTES + index] = bucket.charCodeAt(index);
  storageKey.set(key, FIXED_BYTES + bucket.length);
  // The length before the bucket keeps ('a', 'bc') and ('ab', 'c') apart.
  const position = md5(storageKey.subarray(3));
  const partition = partitionOf(position);
  storageKey[1] = partition >>> 8;
  storageKey[2] = partition;
  return { position, partition, storageKey };
}

/** The partition of a key on a ring of that many partitions (a power of two), for those who have no ring at hand. */
export function partitionOfKey(bucket: string, key: string | Uint8Array, partitions: number): number {
  const bytes = typeof key === 'string' ? Buffer.from(key) : key;
  // As the ring does it: the first bits of the position.
  return placeOf(bucket, bytes, (position) => Math.floor((new Reader(position).u32() / 2 ** 32) * partitions)).partition;
}

/** The range of a bucket within a partition, behind `after` if given. */
export function bucketRange(partition: number, bucket: string, after?: Uint8Array): { from: Uint8Array; to: Uint8Array } {
  const writer = new Writer().u8(DATA_SPACE).u16(partition).ascii(bucket);
  const prefix = writer.copy();
  const to = successor(prefix);
  // The least key behind another is that key and a zero byte.
  const from = after === undefined ? prefix : writer.bytes(after).u8(0).copy();
  return { from, to };
}

/** The least bytes that are greater than all that begin with the prefix (whose last byte is an ASCII character, so never 0xff). */
function successor(prefix: Uint8Array): Uint8Array {
  const next = prefix.slice();
  next[next.length - 1] = (next.at(-1) as number) + 1;
  return next;
}

/** @throws MalformedBytes if it is not the key of a record. */
export function parseStorageKey(storageKey: Uint8Array): { partition: number; bucket: string; key: Uint8Array } {
  const reader = new Reader(storageKey);
  if (reader.u8() !== DATA_SPACE) throw new MalformedBytes('not a key of the data space');
  const partition = reader.u16();
  const bucket = reader.ascii();
  const key = reader.rest();
  if (key.length === 0) throw new MalformedBytes('an empty key');
  return { partition, bucket, key };
}
