/** One file of a backup into a cluster, a few keys per order. */
import { decodeRecord } from '../../../protocols/versions/index.ts';
import { equalBytes, Reader } from '../../../runtime/bytes/index.ts';
import { type BackupEntry, decodeEntries, encodeEntries, type Quorate } from '../../../stores/kv/index.ts';
import { type RetryOptions, retrying } from '../transfer/index.ts';
import { backupDamaged } from './backup-errors.ts';
import type { RestoreProgress } from './restore-progress.ts';
import { ORDER_TIMEOUT_MS } from './run-backup.ts';

export const OUTCOMES = ['restored', 'present', 'superseded', 'kept', 'missing'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface SegmentRestore {
  readonly quorate: Quorate;
  readonly mark: RestoreProgress;
  readonly retry: RetryOptions;
  readonly isCheck: boolean;
  /** Of this bucket only. */
  readonly bucket: string | undefined;
  onOutcome(entry: BackupEntry, outcome: Outcome): void;
}

/** An order has no more keys, and no more bytes but for a single larger key. */
const MOST_ENTRIES = 128;
const MOST_BYTES = 256 * 1024;

interface Chunk {
  readonly entries: BackupEntry[];
  readonly first: number;
}

/** @param first - the restore's counter for the first version of the file. */
export async function restoreSegment(
  restore: SegmentRestore,
  body: Uint8Array,
  first: number,
  signal: AbortSignal,
): Promise<void> {
  for (const { entries, first: chunkFirst } of chunks(decodeEntries(new Reader(body)), first, restore.bucket)) {
    if (signal.aborted) return;
    const outcomes = await retrying(() => order(restore, entries, chunkFirst), restore.retry);
    for (const [index, entry] of entries.entries()) {
      const outcome = outcomes[index];
      restore.onOutcome(
        entry,
        outcome === 'atomic' ? await retrying(() => restoreAtomic(restore, entry), restore.retry) : known(outcome),
      );
    }
  }
}

/** Versions that are left out count too: a version's dot must not depend on what else is restored. */
function chunks(entries: readonly BackupEntry[], first: number, bucket: string | undefined): Chunk[] {
  const found: Chunk[] = [];
  let next = first;
  let bytes = 0;
  let current: Chunk | undefined;
  for (const entry of entries) {
    if (bucket === undefined || entry.bucket === bucket) {
      if (current === undefined || current.entries.length === MOST_ENTRIES || bytes + entry.record.length > MOST_BYTES) {
        current = { entries: [], first: next };
        found.push(current);
        bytes = 0;
      }
      current.entries.push(entry);
      bytes += entry.record.length;
    } else current = undefined;
    next += decodeRecord(entry.record).versions.length;
  }
  return found;
}

async function order(restore: SegmentRestore, entries: readonly BackupEntry[], first: number): Promise<readonly unknown[]> {
  const { actor, timeMs } = restore.mark;
  const bytes = Buffer.from(encodeEntries(entries)).toString('base64');
  const argument = { actor, timeMs, first, check: restore.isCheck, entries: bytes };
  const answer = await restore.quorate.administration.order('restore-entries', argument, { timeoutMs: ORDER_TIMEOUT_MS });
  const { outcomes }: { outcomes?: unknown } = Object(answer);
  if (Array.isArray(outcomes) && outcomes.length === entries.length) return outcomes;
  throw backupDamaged('restore-entries', 'the answer is none');
}

function known(outcome: unknown): Outcome {
  const found = OUTCOMES.find((candidate) => candidate === outcome);
  if (found === undefined) throw backupDamaged('restore-entries', `the outcome ${JSON.stringify(outcome)} is none`);
  return found;
}

/** A register has one value, and takes a new timestamp by an ordinary write; the same value once more harms nothing. */
async function restoreAtomic({ quorate, isCheck }: SegmentRestore, { bucket, key, record }: BackupEntry): Promise<Outcome> {
  const target = quorate.kv.bucket(bucket);
  const version = decodeRecord(record).versions[0];
  const { values } = await target.get(key);
  const [current] = values;
  if (version === undefined || version.deleted) {
    if (current === undefined) return 'present';
    if (isCheck) return 'superseded';
    await target.delete(key);
    return 'restored';
  }
  if (current !== undefined && equalBytes(current.bytes, version.value)) return 'present';
  if (isCheck) return current === undefined ? 'missing' : 'superseded';
  await target.put(key, version.value, {
    contentType: version.contentType === '' ? 'application/octet-stream' : version.contentType,
  });
  return 'restored';
}
