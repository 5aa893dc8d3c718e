/**
 * Restores one key, or checks that it was: reads it, and writes what is missing as writes of the restore (`restoredVersions`).
 *
 * | what a read finds | what is done | outcome |
 * |---|---|---|
 * | each backed-up version, or a version that says the same | nothing | `present` |
 * | a write that has seen the restored versions | nothing | `superseded` |
 * | a counter with subtotals that the backup does not know | nothing: with those of the backup they would count twice | `kept` |
 * | anything else | the restored versions are written to the home replicas, durable on W of them | `restored` |
 *
 * A check writes nothing: `missing` instead of `restored`.
 */
import { onStored, onStoreFailed, startWrite, type WriteEffects } from '../../../protocols/quorum/index.ts';
import {
  covers,
  decodeRecord,
  descends,
  NO_VERSIONS,
  restoredVersions,
  type Version,
  type Versions,
} from '../../../protocols/versions/index.ts';
import { equalBytes } from '../../../runtime/bytes/index.ts';
import type { QuorateError } from '../../../runtime/errors/index.ts';
import { type CoordinatorParts, readRecord } from '../coordinator/index.ts';
import { notEnoughReplicas } from '../errors.ts';
import { encodeReplicaWrite, KIND } from '../messages/index.ts';
import { encodeChecked } from '../replica/index.ts';
import { type BucketSettings, checkBucketName } from '../settings.ts';
import type { Place } from '../storage-key.ts';
import type { BackupEntry } from './entries.ts';

export interface RestoreMark {
  /** The restore as a writer; see `restoredVersions`. */
  readonly actor: number;
  readonly timeMs: number;
}

/** `atomic`: the key is of an atomic bucket, and has to be restored by an ordinary write. */
export type EntryOutcome = 'present' | 'superseded' | 'kept' | 'restored' | 'missing' | 'atomic';

export interface EntryHandler {
  done(outcome: EntryOutcome): void;
  fail(error: QuorateError): void;
}

/** A read and a write together take twice as long at most. */
const TIMEOUT_MS = 5000;

/** @param first - the restore's counter for the entry's first version. @throws MalformedBytes, QuorateError */
export function restoreEntry(
  parts: CoordinatorParts,
  { bucket, key, record }: BackupEntry,
  first: number,
  { actor, timeMs, isCheck }: RestoreMark & { readonly isCheck: boolean },
  handler: EntryHandler,
): void {
  checkBucketName(bucket);
  const settings = parts.configuration.buckets.get(bucket) ?? parts.configuration.defaults;
  if (settings.consistency === 'atomic') {
    handler.done('atomic');
    return;
  }
  const place = parts.topology.place(bucket, key);
  const backedUp = decodeRecord(record);
  const restored = restoredVersions(backedUp, actor, first, timeMs);
  const found = (currentRecord: Uint8Array | undefined): void => {
    const current = currentRecord === undefined ? NO_VERSIONS : decodeRecord(currentRecord);
    const outcome = outcomeWithout(settings, current, backedUp, restored);
    if (outcome !== undefined) handler.done(outcome);
    else if (isCheck) handler.done('missing');
    else writeRestored(parts, place, settings, encodeChecked(place.storageKey, restored), handler);
  };
  readRecord(parts, place, settings, TIMEOUT_MS, { found, fail: (error) => handler.fail(error) });
}

function outcomeWithout(
  { conflict }: BucketSettings,
  current: Versions,
  backedUp: Versions,
  restored: Versions,
): EntryOutcome | undefined {
  const saysSame = restored.versions.every((version) => current.versions.some((other) => isSame(version, other)));
  if (saysSame && descends(current.clock, backedUp.clock)) return 'present';
  if (restored.versions.length > 0 && restored.versions.every(({ dot }) => covers(current.clock, dot))) return 'superseded';
  const isUnknown = ({ dot }: Version): boolean => !covers(restored.clock, dot);
  return conflict === 'counter' && current.versions.some(isUnknown) ? 'kept' : undefined;
}

function isSame(a: Version, b: Version): boolean {
  const { deleted, contentType, expiresAt } = a;
  if (deleted !== b.deleted || contentType !== b.contentType || expiresAt !== b.expiresAt) return false;
  return equalBytes(a.field, b.field) && equalBytes(a.value, b.value);
}

function writeRestored(
  parts: CoordinatorParts,
  { partition, storageKey }: Place,
  { n, w, conflict }: BucketSettings,
  checkedRecord: Uint8Array,
  handler: EntryHandler,
): void {
  const homes = parts.topology.replicas(partition, n);
  const state = startWrite(w, homes.length);
  const effects: WriteEffects = {
    written: () => {
      patience.cancel();
      handler.done('restored');
    },
    notWritten: (_reason, { needed, stored }) => {
      patience.cancel();
      const missing = homes.filter((_home, index) => (stored & (1 << index)) === 0).map(({ name }) => name);
      const answered = homes.length - missing.length;
      handler.fail(notEnoughReplicas('write', { needed, answered, missing, outcome: 'unknown' }));
    },
  };
  const patience = parts.world.timers.after(TIMEOUT_MS, () => {
    for (let index = 0; index < homes.length; index++) onStoreFailed(state, index, effects);
  });
  // The versions are new ones: of no earlier era, whenever the backup was made.
  const readIn = parts.replica.eras.current;
  const write = { durability: 'disk', policy: conflict, readIn, storageKey, checkedRecord } as const;
  for (const [index, { peer }] of homes.entries()) {
    const settle = (isStored: boolean): void => (isStored ? onStored : onStoreFailed)(state, index, effects);
    if (peer === undefined) parts.replica.merge(storageKey, checkedRecord, conflict, (error) => settle(error === undefined));
    else {
      peer.request(
        KIND.replicaWrite,
        (writer) => encodeReplicaWrite(writer, write),
        (kind) => settle(kind === KIND.replicaStored),
        () => settle(false),
      );
    }
  }
}
