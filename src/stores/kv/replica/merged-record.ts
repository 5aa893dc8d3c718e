/** What lies under a key once another replica's record has been taken in. */
import { clockSection, covers, isOfState, mergeBy, type Policy, type Versions } from '../../../protocols/versions/index.ts';
import { CHECKSUM_BYTES, decodeChecked, encodeChecked, recordOf } from './checked-record.ts';

/** `damaged`: there is a record, but not the one that was written. */
export type LocalRecord =
  | { readonly kind: 'record'; readonly checked: Uint8Array }
  | { readonly kind: 'none' }
  | { readonly kind: 'damaged' };

export function mergedRecord(
  local: LocalRecord,
  storageKey: Uint8Array,
  checked: Uint8Array,
  policy: Policy,
  onDropped?: (storageKey: Uint8Array) => void,
): Uint8Array {
  // Written again even if it is the same: the acknowledgement has to wait until it is durable here.
  if (local.kind !== 'record' || isOfState(local.checked, clockSection(recordOf(checked)), CHECKSUM_BYTES)) return checked;
  const own = decodeChecked(local.checked);
  const incoming = decodeChecked(checked);
  if (policy === 'latest' && onDropped !== undefined && areConcurrent(own, incoming)) onDropped(storageKey);
  return encodeChecked(storageKey, mergeBy(policy, own, incoming));
}

/** Whether all that a record says is here already, or something that supersedes it. */
export function bringsNothing(local: LocalRecord, storageKey: Uint8Array, checked: Uint8Array, policy: Policy): boolean {
  if (local.kind !== 'record') return false;
  const merged = mergedRecord(local, storageKey, checked, policy);
  return isOfState(local.checked, clockSection(recordOf(merged)), CHECKSUM_BYTES);
}

/** Whether each has a value that the other has not seen: under `latest` one of them goes. */
function areConcurrent(a: Versions, b: Versions): boolean {
  const unseenBy = (one: Versions, other: Versions): boolean =>
    one.versions.some(({ dot, deleted }) => !deleted && !covers(other.clock, dot));
  return unseenBy(a, b) && unseenBy(b, a);
}
