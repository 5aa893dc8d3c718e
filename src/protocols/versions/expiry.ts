/**
 * Versions that are only for a while. When a version expires travels in it, so whether it has expired is a function of the version and
 * the time, the same at every replica whose clock says the same; no replica has to be told.
 *
 * A replica lets an expired version go by itself, and what stays is the same as after a deletion by everyone who had seen it:
 *
 * | policy | what stays of an expired version |
 * |---|---|
 * | latest | a deletion with its dot and its timestamp: it still wins over what it has won over |
 * | any other | its dot in the clock: whoever brings it again is told that it has been superseded |
 *
 * So nothing comes back, whenever a replica that missed the write, or its end, meets the others: what it brings is dropped by the
 * clock, and before that reads as absent by the time it carries.
 * Invariant: letting go commutes with `mergeBy` at any one time, and changes nothing that can be read at that time or later.
 */
import type { Policy } from './policy.ts';
import type { Version, Versions } from './versions.ts';

const NO_BYTES = new Uint8Array(0);

export function hasExpired({ expiresAt }: Version, now: number): boolean {
  return expiresAt !== undefined && expiresAt <= now;
}

/** Whether the version has a value that can be read now. */
export function isReadable(version: Version, now: number): boolean {
  return !version.deleted && !hasExpired(version, now);
}

/** What is left when the versions that have expired by `now` go. @returns the same state when none has. */
export function withoutExpired(policy: Policy, state: Versions, now: number): Versions {
  if (!state.versions.some((version) => hasExpired(version, now))) return state;
  const { clock } = state;
  if (policy === 'latest')
    return { clock, versions: state.versions.map((each) => (hasExpired(each, now) ? deletionOf(each) : each)) };
  return { clock, versions: state.versions.filter((each) => !hasExpired(each, now)) };
}

function deletionOf({ dot, timestamp }: Version): Version {
  return { dot, timestamp, deleted: true, field: NO_BYTES, contentType: '', value: NO_BYTES };
}

/** When the next of the versions expires; `undefined` for never. */
export function nextExpiry({ versions }: Versions): number | undefined {
  let next: number | undefined;
  for (const { expiresAt } of versions) if (expiresAt !== undefined && (next === undefined || expiresAt < next)) next = expiresAt;
  return next;
}
