export { type Actor, compareDots, type Dot } from './dot.ts';
export { hasExpired, isReadable, nextExpiry, withoutExpired } from './expiry.ts';
export {
  acceptedKinds,
  accepts,
  applyChange,
  type Change,
  encodeNumber,
  latestPerField,
  mergeBy,
  numberOf,
  POLICIES,
  type Policy,
} from './policy.ts';
export { clockSection, decodeRecord, encodeRecord, isOfState, isSameState, isTombstoneRecord, mayExpire } from './record.ts';
export { restoredVersions } from './restored.ts';
export { covers, decodeVector, descends, EMPTY_VECTOR, encodeDots, join, type VersionVector } from './version-vector.ts';
export {
  type DotSource,
  isTombstone,
  latestTimestamp,
  merge,
  type NewVersion,
  NO_VERSIONS,
  NOTHING_SEEN,
  type Seen,
  seenBy,
  type Version,
  type Versions,
  write,
} from './versions.ts';
