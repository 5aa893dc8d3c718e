/** What a write has seen and made, and what its writer is given to go on with. */
import {
  type Change,
  decodeRecord,
  descends,
  type Policy,
  type Seen,
  seenBy,
  type Versions,
  type VersionVector,
} from '../../../protocols/versions/index.ts';
import { encodeContext } from '../context.ts';

/**
 * Whether there are versions that the writer has neither seen nor made. Then there is no context to give: a version vector that
 * covers the new dot would cover an earlier, unseen one of the same actor too. Contexts are for `put` and `delete` only.
 */
export function unseenVersions(policy: Policy, change: Change, state: Versions): boolean {
  if (change.kind === 'put') return state.versions.length > 1;
  if (change.kind === 'delete') return state.versions.length > (policy === 'latest' ? 1 : 0);
  return true;
}

/** @param mark - the position of the key, which the context belongs to */
export function contextAfter(mark: Uint8Array, state: Versions, seen: Seen, coordinator: string | undefined): Uint8Array {
  const after = seenBy(state);
  return encodeContext(mark, { clock: after.clock, timestamp: Math.max(after.timestamp, seen.timestamp) }, coordinator);
}

/** Whether a record has all that the clock counts. */
export function hasSeen(record: Uint8Array, clock: VersionVector): boolean {
  return descends(decodeRecord(record).clock, clock);
}
