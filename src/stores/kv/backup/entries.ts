/**
 * Keys with their records, one after the other: what backups consist of.
 *
 * | field | bytes |
 * |---|---|
 * | bucket | 1 + length |
 * | key | 2 + length |
 * | record (`protocols/versions`) | 4 + length |
 */
import { type Reader, Writer } from '../../../runtime/bytes/index.ts';

export interface BackupEntry {
  readonly bucket: string;
  readonly key: Uint8Array;
  readonly record: Uint8Array;
}

export function encodeEntries(entries: readonly BackupEntry[]): Uint8Array {
  const writer = new Writer();
  for (const { bucket, key, record } of entries) writer.ascii(bucket).bytes16(key).bytes32(record);
  return writer.take();
}

/** Views, to the end of the reader. @throws MalformedBytes */
export function decodeEntries(reader: Reader): BackupEntry[] {
  const entries: BackupEntry[] = [];
  while (reader.remaining > 0) entries.push({ bucket: reader.ascii(), key: reader.bytes16(), record: reader.bytes32() });
  return entries;
}
