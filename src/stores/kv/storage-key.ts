/**
 * Where a key lies in the engine. A partition is one contiguous range, so that it can be listed, moved and dropped as a whole;
 * within it, a bucket is one; and within that, keys lie in the order of their positions on the ring, so that the keys of a leaf of
 * the partition's Merkle tree, which is an arc of the ring, are a contiguous range too.
 *
 * | field | bytes |
 * |---|---|
 * | space: 0x01, data | 1 |
 * | partition | 2 |
 * | bucket | 1 + length |
 * | arc: bytes 2 to 5 of the position; those before tell the partition | 4 |
 * | key | the rest |
 */
import { MalformedBytes, Reader, Writer } from '../../runtime/bytes/index.ts';
import { md5 } from '../../runtime/hash/index.ts';

const DATA_SPACE = 0x01;
/** Of every partition. */
export const ALL_RECORDS = { from: Uint8Array.of(DATA_SPACE), to: Uint8Array.of(DATA_SPACE + 1) };
/** Space, partition. */
const PARTITION_BYTES = 3;
/** Where the arc begins within a position: no ring has more than 2^16 partitions. */
const ARC_AT = 2;
const ARC_BYTES = 4;
/** Space, partition, length of the bucket's name, arc. */
const FIXED_BYTES = PARTITION_BYTES + 1 + ARC_BYTES;

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
  const keyAt = FIXED_BYTES + bucket.length;
  // Written where the arc's last byte will be, for as long as it takes to hash bucket and key in one piece.
  storageKey[ARC_BYTES + PARTITION_BYTES] = bucket.length;
  writeAscii(storageKey, bucket, keyAt - bucket.length);
  storageKey.set(key, keyAt);
  // The length before the bucket keeps ('a', 'bc') and ('ab', 'c') apart.
  const position = md5(storageKey.subarray(ARC_BYTES + PARTITION_BYTES));
  const partition = partitionOf(position);
  storageKey[0] = DATA_SPACE;
  storageKey[1] = partition >>> 8;
  storageKey[2] = partition;
  storageKey[PARTITION_BYTES] = bucket.length;
  writeAscii(storageKey, bucket, PARTITION_BYTES + 1);
  for (let index = 0; index < ARC_BYTES; index++) storageKey[keyAt - ARC_BYTES + index] = position[ARC_AT + index] as number;
  return { position, partition, storageKey };
}

function writeAscii(bytes: Uint8Array, text: string, at: number): void {
  for (let index = 0; index < text.length; index++) bytes[at + index] = text.charCodeAt(index);
}

/** The partition of a key on a ring of that many partitions (a power of two), for those who have no ring at hand. */
export function partitionOfKey(bucket: string, key: string | Uint8Array, partitions: number): number {
  const bytes = typeof key === 'string' ? Buffer.from(key) : key;
  // As the ring does it: the first bits of the position.
  return placeOf(bucket, bytes, (position) => Math.floor((new Reader(position).u32() / 2 ** 32) * partitions)).partition;
}

/** The range of a bucket within a partition, behind the key `after` if given. */
export function bucketRange(partition: number, bucket: string, after?: Uint8Array): { from: Uint8Array; to: Uint8Array } {
  const prefix = new Writer().u8(DATA_SPACE).u16(partition).ascii(bucket).copy();
  const to = successor(prefix);
  if (after === undefined) return { from: prefix, to };
  const { storageKey } = placeOf(bucket, after, () => partition);
  // The least key behind another is that key and a zero byte.
  return { from: new Writer(storageKey.length + 1).bytes(storageKey).u8(0).copy(), to };
}

/** The range of a partition, behind the storage key `after` if given. */
export function partitionRange(partition: number, after?: Uint8Array): { from: Uint8Array; to: Uint8Array } {
  const isLast = partition === 0xffff;
  const to = isLast
    ? new Writer().u8(DATA_SPACE + 1).copy()
    : new Writer()
        .u8(DATA_SPACE)
        .u16(partition + 1)
        .copy();
  const writer = new Writer();
  // The least key behind another is that key and a zero byte.
  const from = after === undefined ? writer.u8(DATA_SPACE).u16(partition).copy() : writer.bytes(after).u8(0).copy();
  return { from, to };
}

/** The range of a bucket's keys within a partition whose arcs are from `from` inclusive to `to` exclusive, at most 2^32. */
export function arcRange(partition: number, bucket: string, from: number, to: number): { from: Uint8Array; to: Uint8Array } {
  const prefix = new Writer().u8(DATA_SPACE).u16(partition).ascii(bucket);
  const length = prefix.length;
  const first = prefix.u32(from).copy();
  prefix.truncate(length);
  return { from: first, to: to < 2 ** 32 ? prefix.u32(to).copy() : successor(prefix.copy()) };
}

export function partitionOfStorageKey(storageKey: Uint8Array): number {
  return ((storageKey[1] as number) << 8) | (storageKey[2] as number);
}

/** How long the part is that all keys of a bucket and partition have in common. */
export function bucketPrefixBytes(storageKey: Uint8Array): number {
  return PARTITION_BYTES + 1 + (storageKey[PARTITION_BYTES] as number);
}

/** 32 bits, signed. */
export function arcOf(storageKey: Uint8Array): number {
  const at = bucketPrefixBytes(storageKey);
  return (
    ((storageKey[at] as number) << 24) |
    ((storageKey[at + 1] as number) << 16) |
    ((storageKey[at + 2] as number) << 8) |
    (storageKey[at + 3] as number)
  );
}

/** The least bytes that are greater than all that begin with the prefix, which ends with a bucket's name: its last byte is an ASCII character, so never 0xff. */
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
  reader.bytes(ARC_BYTES);
  const key = reader.rest();
  if (key.length === 0) throw new MalformedBytes('an empty key');
  return { partition, bucket, key };
}
