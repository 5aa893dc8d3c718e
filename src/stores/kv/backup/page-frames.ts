/**
 * What a home replica holds of a partition, a page at a time.
 *
 * | kind | fields |
 * |---|---|
 * | page | partition 2, bucket 1+ (empty: all), bytes 4, has after 1, [after 2+] |
 * | pageReply | era in which they were read 6, more 1, then per record: storage key 2+, checked record 4+ |
 */
import { copyBytes, Reader, type Writer } from '../../../runtime/bytes/index.ts';

export const BACKUP_KIND = { page: 0x68, pageReply: 0xe8 } as const;

export interface PageRequest {
  readonly partition: number;
  /** `undefined`: all buckets. */
  readonly bucket: string | undefined;
  /** Records until they are so many bytes; at least one. */
  readonly bytes: number;
  /** Only records behind this storage key. */
  readonly after: Uint8Array | undefined;
}

export interface StoredRecord {
  readonly storageKey: Uint8Array;
  readonly checked: Uint8Array;
}

export interface ReplicaPage {
  readonly records: readonly StoredRecord[];
  /** There are more behind the last one. */
  readonly more: boolean;
  /** The era in which they were read. */
  readonly readIn: number;
}

export function encodePageRequest(writer: Writer, { partition, bucket, bytes, after }: PageRequest): void {
  writer
    .u16(partition)
    .ascii(bucket ?? '')
    .u32(bytes)
    .u8(after === undefined ? 0 : 1);
  if (after !== undefined) writer.bytes16(after);
}

/** @throws MalformedBytes */
export function decodePageRequest(reader: Reader): PageRequest {
  const partition = reader.u16();
  const bucket = reader.ascii();
  const bytes = reader.u32();
  const after = reader.u8() === 1 ? copyBytes(reader.bytes16()) : undefined;
  reader.expectEnd();
  return { partition, bucket: bucket === '' ? undefined : bucket, bytes, after };
}

export function encodePage(writer: Writer, { records, more, readIn }: ReplicaPage): void {
  writer.u48(readIn).u8(more ? 1 : 0);
  for (const { storageKey, checked } of records) writer.bytes16(storageKey).bytes32(checked);
}

/** The bytes are copies. @throws MalformedBytes */
export function decodePage(reader: Reader): ReplicaPage {
  const [readIn, more] = [reader.u48(), reader.u8() === 1];
  const own = new Reader(copyBytes(reader.rest()));
  const records: StoredRecord[] = [];
  while (own.remaining > 0) records.push({ storageKey: own.bytes16(), checked: own.bytes32() });
  return { records, more, readIn };
}
