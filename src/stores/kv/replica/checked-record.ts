/**
 * A record as it lies on disk and travels between replicas: a CRC-32 over storage key and record, then the record. The key is
 * in the sum, so a record that ended up under another key is found as surely as a flipped bit.
 */
import { decodeRecord, encodeRecord, type Versions } from '../../../protocols/versions/index.ts';
import { Writer } from '../../../runtime/bytes/index.ts';
import { crc32 } from '../../../runtime/hash/index.ts';

/** Before the record. */
export const CHECKSUM_BYTES = 4;
/** Shared by all encodings of a process: each finishes before another begins. */
const scratch = new Writer(4096);

/** The bytes belong to the caller. */
export function encodeChecked(storageKey: Uint8Array, state: Versions): Uint8Array {
  scratch.clear().u32(0);
  encodeRecord(scratch, state);
  scratch.setU32(0, checksum(storageKey, scratch.view(CHECKSUM_BYTES)));
  return scratch.copy();
}

/** Whether the record is what was once written under this key. */
export function isIntact(storageKey: Uint8Array, checked: Uint8Array): boolean {
  if (checked.length <= CHECKSUM_BYTES) return false;
  const stored =
    (((checked[0] as number) << 24) | ((checked[1] as number) << 16) | ((checked[2] as number) << 8) | (checked[3] as number)) >>>
    0;
  return stored === checksum(storageKey, recordOf(checked));
}

/** Without its checksum. A view. */
export function recordOf(checked: Uint8Array): Uint8Array {
  return checked.subarray(CHECKSUM_BYTES);
}

/** @throws MalformedBytes */
export function decodeChecked(checked: Uint8Array): Versions {
  return decodeRecord(recordOf(checked));
}

/** Put the checksum before a record. */
export function withChecksum(storageKey: Uint8Array, record: Uint8Array): Uint8Array {
  const checked = new Uint8Array(CHECKSUM_BYTES + record.length);
  checked.set(record, CHECKSUM_BYTES);
  new DataView(checked.buffer).setUint32(0, checksum(storageKey, record));
  return checked;
}

function checksum(storageKey: Uint8Array, record: Uint8Array): number {
  return crc32(record, crc32(storageKey));
}
