/**
 * Frames between the replicas of a key.
 *
 * | kind | fields |
 * |---|---|
 * | read | storage key 2+, the clock section to compare with (the rest; empty for none) |
 * | write | durability 1, policy 1, era in which the record was read 6, storage key 2+, checked record (the rest) |
 * | list | bucket 1+, first and last partition 2 each, limit 4, has after 1, [after 2+] |
 * | keys | more 1, then per key: storage key 2+, live 1, clock section 4+ |
 *
 * Answers carry nothing, or the era in which the record was read 6 and the checked record (see `replica/checked-record.ts`).
 */

import { POLICIES, type Policy } from '../../../protocols/versions/index.ts';
import { copyBytes, MalformedBytes, Reader, type Writer } from '../../../runtime/bytes/index.ts';
import { DURABILITIES, type Durability } from '../settings.ts';
import { decodeOptionalCopy, encodeOptional } from './requests.ts';

export interface ReplicaWrite {
  readonly durability: Durability;
  readonly policy: Policy;
  /** The sender's era when it read the record; see `protocols/tombstone-collection`. */
  readonly readIn: number;
  readonly storageKey: Uint8Array;
  readonly checkedRecord: Uint8Array;
}

export function encodeReplicaRead(writer: Writer, storageKey: Uint8Array, known: Uint8Array | undefined): void {
  writer.bytes16(storageKey);
  if (known !== undefined) writer.bytes(known);
}

export interface ReplicaRecord {
  /** The replica's era when it read the record. */
  readonly readIn: number;
  readonly checkedRecord: Uint8Array;
}

export function encodeReplicaRecord(writer: Writer, { readIn, checkedRecord }: ReplicaRecord): void {
  writer.u48(readIn).bytes(checkedRecord);
}

/** `undefined`: the replica has none. The bytes are a view. @throws MalformedBytes */
export function decodeReplicaRecord(reader: Reader): ReplicaRecord | undefined {
  return reader.remaining === 0 ? undefined : { readIn: reader.u48(), checkedRecord: reader.rest() };
}

export function encodeReplicaWrite(writer: Writer, write: ReplicaWrite): void {
  writer.u8(DURABILITIES.indexOf(write.durability)).u8(POLICIES.indexOf(write.policy)).u48(write.readIn);
  writer.bytes16(write.storageKey).bytes(write.checkedRecord);
}

/** The bytes inside are views. @throws MalformedBytes */
export function decodeReplicaWrite(reader: Reader): ReplicaWrite {
  const durability = DURABILITIES[reader.u8()];
  const policy = POLICIES[reader.u8()];
  if (durability === undefined || policy === undefined) throw new MalformedBytes('unknown durability or policy');
  return { durability, policy, readIn: reader.u48(), storageKey: reader.bytes16(), checkedRecord: reader.rest() };
}

/** One page of a bucket's keys in a run of partitions. */
export interface ReplicaListing {
  readonly bucket: string;
  /** First and last partition. */
  readonly from: number;
  readonly to: number;
  /** Only keys behind this one, in the first partition. */
  readonly after: Uint8Array | undefined;
  readonly limit: number;
}

export function encodeReplicaListing(writer: Writer, listing: ReplicaListing): void {
  writer.ascii(listing.bucket).u16(listing.from).u16(listing.to).u32(listing.limit);
  encodeOptional(writer, listing.after);
}

/** @throws MalformedBytes */
export function decodeReplicaListing(reader: Reader): ReplicaListing {
  const bucket = reader.ascii();
  const [from, to, limit] = [reader.u16(), reader.u16(), reader.u32()];
  if (from > to) throw new MalformedBytes(`partitions ${from} to ${to}`);
  const after = decodeOptionalCopy(reader);
  reader.expectEnd();
  return { bucket, from, to, limit, after };
}

/** A key that a replica has heard of, in the order of storage keys. */
export interface ListedKey {
  readonly storageKey: Uint8Array;
  /** Whether it has a value there. */
  readonly live: boolean;
  /** Identifies its state: two replicas with the same one agree. */
  readonly section: Uint8Array;
}

export interface ReplicaKeys {
  readonly keys: readonly ListedKey[];
  /** The replica has more in that run of partitions. */
  readonly more: boolean;
  /** The era in which it looked. */
  readonly readIn: number;
}

export function encodeReplicaKeys(writer: Writer, { keys, more, readIn }: ReplicaKeys): void {
  writer.u48(readIn).u8(more ? 1 : 0);
  for (const { storageKey, live, section } of keys)
    writer
      .bytes16(storageKey)
      .u8(live ? 1 : 0)
      .bytes32(section);
}

/** The bytes are copies. @throws MalformedBytes */
export function decodeReplicaKeys(reader: Reader): ReplicaKeys {
  const [readIn, more] = [reader.u48(), reader.u8() === 1];
  const own = new Reader(copyBytes(reader.rest()));
  const keys: ListedKey[] = [];
  while (own.remaining > 0) keys.push({ storageKey: own.bytes16(), live: own.u8() === 1, section: own.bytes32() });
  return { keys, more, readIn };
}
