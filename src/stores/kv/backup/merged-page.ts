/** The pages of several home replicas as one: what a read of each key would have found. */
import { isSameState, mergeBy, type Policy } from '../../../protocols/versions/index.ts';
import { compareBytes } from '../../../runtime/bytes/index.ts';
import { decodeChecked, encodeChecked, recordOf } from '../replica/index.ts';
import { parseStorageKey } from '../storage-key.ts';
import type { BackupEntry } from './entries.ts';
import type { ReplicaPage, StoredRecord } from './page-frames.ts';

export interface MergedPage {
  readonly entries: readonly BackupEntry[];
  /** The storage key up to which all replicas have been heard; `undefined` at the end of the partition. */
  readonly end: Uint8Array | undefined;
}

export function mergedPage(pages: readonly ReplicaPage[], policyOf: (bucket: string) => Policy): MergedPage {
  const end = commonEnd(pages);
  const merged = new Map<string, StoredRecord>();
  for (const { storageKey, checked } of pages.flatMap(({ records }) => records)) {
    // What lies behind the end of any page comes with the next one, of all replicas.
    if (end !== undefined && compareBytes(storageKey, end) > 0) continue;
    const name = Buffer.from(storageKey.buffer, storageKey.byteOffset, storageKey.length).toString('latin1');
    const other = merged.get(name);
    merged.set(name, other === undefined ? { storageKey, checked } : { storageKey, checked: joined(other, checked, policyOf) });
  }
  const inOrder = [...merged.values()].sort((a, b) => compareBytes(a.storageKey, b.storageKey));
  const entries = inOrder.map(({ storageKey, checked }) => {
    const { bucket, key } = parseStorageKey(storageKey);
    return { bucket, key, record: recordOf(checked) };
  });
  return { entries, end };
}

function joined({ storageKey, checked }: StoredRecord, other: Uint8Array, policyOf: (bucket: string) => Policy): Uint8Array {
  if (isSameState(recordOf(checked), recordOf(other))) return checked;
  const policy = policyOf(parseStorageKey(storageKey).bucket);
  return encodeChecked(storageKey, mergeBy(policy, decodeChecked(checked), decodeChecked(other)));
}

function commonEnd(pages: readonly ReplicaPage[]): Uint8Array | undefined {
  let end: Uint8Array | undefined;
  for (const { records, more } of pages) {
    const last = records.at(-1)?.storageKey;
    if (more && last !== undefined && (end === undefined || compareBytes(last, end) < 0)) end = last;
  }
  return end;
}
