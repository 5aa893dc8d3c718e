/** What lies under a key once another replica's record has been taken in. */
import {
  clockSection,
  covers,
  descends,
  isOfState,
  isTombstone,
  mayBeKnown,
  mergeBy,
  NO_VERSIONS,
  type Policy,
  type Versions,
  type VersionVector,
  withoutKnown,
} from '../../../protocols/versions/index.ts';
import { CHECKSUM_BYTES, decodeChecked, encodeChecked, recordOf } from './checked-record.ts';

/** `damaged`: there is a record, but not the one that was written. */
export type LocalRecord =
  | { readonly kind: 'record'; readonly checked: Uint8Array }
  | { readonly kind: 'none' }
  | { readonly kind: 'damaged' };

/**
 * @param known - what this node has seen whatever its records tell: nothing of that comes back.
 * @returns `undefined`: there is nothing to store, and nothing there.
 */
export function mergedRecord(
  local: LocalRecord,
  storageKey: Uint8Array,
  checked: Uint8Array,
  policy: Policy,
  known: VersionVector,
  onDropped?: (storageKey: Uint8Array) => void,
): Uint8Array | undefined {
  if (local.kind === 'none') {
    if (known.length === 0 || !mayBeKnown(checked, known, CHECKSUM_BYTES)) return checked;
    const incoming = decodeChecked(checked);
    const fresh = withoutKnown(incoming, NO_VERSIONS, known);
    if (isTombstone(fresh) && descends(known, fresh.clock)) return undefined;
    return fresh === incoming ? checked : encodeChecked(storageKey, fresh);
  }
  // Written again even if it is the same: the acknowledgement has to wait until it is durable here.
  if (local.kind !== 'record' || isOfState(local.checked, clockSection(recordOf(checked)), CHECKSUM_BYTES)) return checked;
  const own = decodeChecked(local.checked);
  const incoming = withoutKnown(decodeChecked(checked), own, known);
  if (policy === 'latest' && onDropped !== undefined && areConcurrent(own, incoming)) onDropped(storageKey);
  return encodeChecked(storageKey, mergeBy(policy, own, incoming));
}

/** Whether each has a value that the other has not seen: under `latest` one of them goes. */
function areConcurrent(a: Versions, b: Versions): boolean {
  const unseenBy = (one: Versions, other: Versions): boolean =>
    one.versions.some(({ dot, deleted }) => !deleted && !covers(other.clock, dot));
  return unseenBy(a, b) && unseenBy(b, a);
}
