import type { Policy } from '../../../protocols/versions/index.ts';
import { compareBytes } from '../../../runtime/bytes/index.ts';

/** Another replica's record; it must be intact. */
export interface IncomingRecord {
  readonly storageKey: Uint8Array;
  readonly checkedRecord: Uint8Array;
  readonly policy: Policy;
}

/** In the order of their keys, so that none is there twice. */
export function doAscend(records: readonly IncomingRecord[]): boolean {
  for (let index = 1; index < records.length; index++) {
    const [before, after] = [records[index - 1], records[index]] as [IncomingRecord, IncomingRecord];
    if (compareBytes(before.storageKey, after.storageKey) >= 0) return false;
  }
  return true;
}
