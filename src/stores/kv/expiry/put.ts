import type { Change } from '../../../protocols/versions/index.ts';
import { badRequest } from '../errors.ts';
import { type BucketSettings, isTtl, TTL_RULE } from '../settings.ts';

/** The change with the bucket's time to live, if it has none of its own. @throws QuorateError `bad-request` for an impossible one. */
export function forItsWhile(change: Change, { ttlMs }: BucketSettings): Change {
  if (change.kind !== 'put') return change;
  if (change.ttlMs === undefined) return ttlMs === undefined ? change : { ...change, ttlMs };
  if (!isTtl(change.ttlMs)) throw badRequest(`has ttlMs=${change.ttlMs}; ${TTL_RULE}`);
  return change;
}
