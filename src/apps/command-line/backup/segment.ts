/**
 * A file of a backup: a run of keys of one partition. Written whole or not at all, so a backup goes on behind the last one.
 *
 * | field | bytes |
 * |---|---|
 * | magic 'QRTB', format 1 | 4 + 1 |
 * | partition; number of the segment within it | 2 + 4 |
 * | where the next one begins; empty behind the last | 2 + length |
 * | entries, versions | 4 + 4 |
 * | entries (`stores/kv/backup`) | 4 + length |
 * | MD5 of all before | 16 |
 */
import { equalBytes, MalformedBytes, Reader, Writer } from '../../../runtime/bytes/index.ts';
import { md5 } from '../../../runtime/hash/index.ts';
import { backupDamaged } from './backup-errors.ts';

export interface Segment {
  readonly partition: number;
  readonly number: number;
  readonly next: Uint8Array | undefined;
  readonly entries: number;
  /** Of all entries together. */
  readonly versions: number;
  /** Encoded entries. */
  readonly body: Uint8Array;
}

const MAGIC = 0x51525442;
const FORMAT = 1;
const DIGEST_BYTES = 16;
const NO_BYTES = new Uint8Array();
const NAME = /^p(\d{5})-(\d{5})\.quorate$/;

export function segmentName(partition: number, number: number): string {
  return `p${String(partition).padStart(5, '0')}-${String(number).padStart(5, '0')}.quorate`;
}

/** `undefined` for a file of another name. */
export function parseSegmentName(name: string): { readonly partition: number; readonly number: number } | undefined {
  const [, partition, number] = NAME.exec(name) ?? [];
  return partition === undefined || number === undefined ? undefined : { partition: Number(partition), number: Number(number) };
}

export function encodeSegment({ partition, number, next, entries, versions, body }: Segment): Uint8Array {
  const writer = new Writer(body.length + 64).u32(MAGIC).u8(FORMAT).u16(partition).u32(number);
  writer
    .bytes16(next ?? NO_BYTES)
    .u32(entries)
    .u32(versions)
    .bytes32(body);
  const digest = md5(writer.view());
  return writer.bytes(digest).take();
}

/** Views into `bytes`. `path` is for messages. @throws QuorateError `backup-damaged` */
export function decodeSegment(path: string, bytes: Uint8Array): Segment {
  const end = bytes.length - DIGEST_BYTES;
  if (end < 0 || !equalBytes(md5(bytes.subarray(0, end)), bytes.subarray(end)))
    throw backupDamaged(path, 'its checksum is another one');
  try {
    const reader = new Reader(bytes.subarray(0, end));
    if (reader.u32() !== MAGIC) throw new MalformedBytes('it does not begin as a file of a backup');
    const format = reader.u8();
    if (format !== FORMAT) throw new MalformedBytes(`it has format ${format}, not ${FORMAT}`);
    const [partition, number] = [reader.u16(), reader.u32()];
    const next = reader.bytes16();
    const [entries, versions, body] = [reader.u32(), reader.u32(), reader.bytes32()];
    reader.expectEnd();
    return { partition, number, next: next.length === 0 ? undefined : next, entries, versions, body };
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
    throw backupDamaged(path, error.message);
  }
}
