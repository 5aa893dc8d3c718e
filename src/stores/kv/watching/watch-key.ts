/**
 * The states of a key, one after the other, for a caller anywhere.
 *
 * Each round asks a node to say when there is something that the caller has not seen, or after a while that there is not: that while
 * is the lease of the registration at the node. A node that dies, stops or falls silent is therefore found out, and the next round
 * goes to another one. What is answered is merged into what was seen, so the caller never goes back to a superseded state, whoever
 * answers.
 */
import { mergeBy, NO_VERSIONS, POLICIES, type Policy, type Versions } from '../../../protocols/versions/index.ts';
import { QuorateError } from '../../../runtime/errors/index.ts';
import { call } from '../call.ts';
import { malformedReply } from '../caller-errors.ts';
import { foundOf, versionsIn } from '../found.ts';
import type { Found, WatchOptions } from '../interface.ts';
import { checkSignal } from '../options.ts';
import type { KvExecutor, WatchReply, WatchRequest } from '../requests.ts';
import { encodeSeen, NOTHING_WATCHED, type SeenState, sameValues, seenState } from './seen-state.ts';

/** How long a node waits for news before it says that there are none. A failed node is left after as long. */
const LEASE_MS = 5_000;

/** Failures of a round, each of which took its time: the next round may do better. */
const PASSING: ReadonlySet<string> = new Set([
  'timeout',
  'no-node-reachable',
  'connection-lost',
  'stopping',
  'overloaded',
  'cannot-watch',
]);

export async function* watchKey(
  executor: KvExecutor,
  bucket: string,
  key: Uint8Array,
  { signal }: WatchOptions,
): AsyncGenerator<Found, void, undefined> {
  if (signal !== undefined) checkSignal(signal);
  let state: Versions = NO_VERSIONS;
  let seen: SeenState = NOTHING_WATCHED;
  let isFirst = true;
  for (;;) {
    const known = isFirst ? undefined : encodeSeen(seen);
    const reply = await round(executor, signal, { kind: 'watch', bucket, key, known, timeoutMs: LEASE_MS });
    if (reply === undefined || !reply.isNews) continue;
    // What was answered comes first: of a version that both have, one may have become a deletion in its place.
    const merged = mergeBy(policyOf(reply), versionsIn(reply), state);
    const before = seen;
    seen = seenState(merged);
    state = merged;
    if (!isFirst && sameValues(before, seen)) continue;
    isFirst = false;
    yield foundOf(reply.mark, merged, reply.conflict);
  }
}

/** `undefined`: it failed in a way that another round may mend. */
async function round(
  executor: KvExecutor,
  signal: AbortSignal | undefined,
  request: WatchRequest,
): Promise<WatchReply | undefined> {
  try {
    return await call(
      executor,
      signal,
      () => request,
      (reply) => reply,
    );
  } catch (error) {
    if (error instanceof QuorateError && PASSING.has(error.code)) return undefined;
    throw error;
  }
}

function policyOf({ conflict }: WatchReply): Policy {
  const policy = POLICIES.find((known) => known === conflict);
  if (policy === undefined) throw malformedReply('watch', `'${conflict}' is no conflict policy`);
  return policy;
}
