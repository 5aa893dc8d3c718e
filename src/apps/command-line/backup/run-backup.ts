/** Copies a running cluster into files: every partition page by page, several at once, a file whenever enough has gathered. */

import { decodeRecord } from '../../../protocols/versions/index.ts';
import { Reader } from '../../../runtime/bytes/index.ts';
import { makeDirectory, readBytes, walk, writeFileAtomically } from '../../../runtime/real/index.ts';
import { decodeEntries, type Quorate } from '../../../stores/kv/index.ts';
import type { Surroundings } from '../surroundings.ts';
import { forEachConcurrently, type RetryOptions, retrying, startProgress } from '../transfer/index.ts';
import { backupDamaged, backupMismatch } from './backup-errors.ts';
import { type Manifest, readManifest, type SegmentSummary, writeManifest } from './manifest.ts';
import { decodeSegment, encodeSegment, parseSegmentName, type Segment, segmentName } from './segment.ts';

export interface BackupOptions {
  readonly bucket?: string;
  readonly concurrency: number;
  /** Seconds. */
  readonly retryFor: number;
}

export interface BackupResult {
  readonly segments: readonly SegmentSummary[];
  readonly elapsedMs: number;
  readonly interrupted: boolean;
}

/** A file is written when it has so much. */
const SEGMENT_BYTES = 16 * 1024 * 1024;
/** A replica may have to wait for its foreground. */
export const ORDER_TIMEOUT_MS = 60_000;
const MS_PER_SECOND = 1000;

export async function runBackup(
  quorate: Quorate,
  directory: string,
  options: BackupOptions,
  surroundings: Surroundings,
): Promise<BackupResult> {
  await makeDirectory(directory);
  const manifest = await begun(quorate, directory, options.bucket ?? null, surroundings);
  const written = await segmentsIn(directory);
  const interruption = new AbortController();
  const stopListening = surroundings.onInterrupt(() => interruption.abort());
  const retry: RetryOptions = { world: surroundings, limitMs: options.retryFor * MS_PER_SECOND, signal: interruption.signal };
  const total = { files: manifest.partitions, sizeBytes: 0, unit: 'partitions' };
  const progress = await startProgress('backup', total, surroundings);
  const segments = new Map<number, SegmentSummary[]>();
  let elapsedMs = 0;
  try {
    const partitions = Array.from({ length: manifest.partitions }, (_unused, partition) => partition);
    await forEachConcurrently(partitions, options.concurrency, interruption.signal, async (partition) => {
      const partitionBackup = { quorate, directory, partition, bucket: options.bucket, retry };
      const own = await backupPartition(partitionBackup, written.get(partition) ?? [], interruption.signal);
      segments.set(partition, own);
      progress.add(own.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
    });
  } finally {
    stopListening();
    elapsedMs = await progress.stop();
  }
  const all = [...segments].sort(([a], [b]) => a - b).flatMap(([, own]) => own);
  const interrupted = interruption.signal.aborted;
  if (!interrupted) await writeManifest(directory, { ...manifest, completedAt: timeOf(surroundings), segments: all });
  return { segments: all, elapsedMs, interrupted };
}

function timeOf({ clock }: Surroundings): string {
  return new Date(clock.wallTime()).toISOString();
}

/** The manifest of a backup that goes on, or of a new one. @throws QuorateError `backup-mismatch` */
async function begun(quorate: Quorate, directory: string, bucket: string | null, surroundings: Surroundings): Promise<Manifest> {
  const { cluster, partitions } = await quorate.status();
  const before = await readManifest(directory);
  const elsewhere = 'Choose an empty directory.';
  if (before === undefined) {
    const startedAt = timeOf(surroundings);
    const manifest: Manifest = { format: 1, cluster, partitions, bucket, startedAt, completedAt: null, segments: [] };
    await writeManifest(directory, manifest);
    return manifest;
  }
  if (before.completedAt !== null) throw backupMismatch(directory, `is complete, since ${before.completedAt}`, elsewhere);
  if (before.cluster !== cluster || before.partitions !== partitions)
    throw backupMismatch(directory, `was begun of the cluster '${before.cluster}', and this one is '${cluster}'`, elsewhere);
  if (before.bucket !== bucket) {
    const of = (name: string | null): string => (name === null ? 'all buckets' : `the bucket '${name}'`);
    throw backupMismatch(directory, `was begun of ${of(before.bucket)}, not of ${of(bucket)}`, elsewhere);
  }
  return before;
}

/** What an interrupted backup has written, by partition and in order. */
async function segmentsIn(directory: string): Promise<ReadonlyMap<number, readonly string[]>> {
  const found = new Map<number, string[]>();
  for await (const { path } of walk(directory)) {
    const name = parseSegmentName(path);
    if (name !== undefined) found.set(name.partition, [...(found.get(name.partition) ?? []), path].sort());
  }
  return found;
}

interface PartitionBackup {
  readonly quorate: Quorate;
  readonly directory: string;
  readonly partition: number;
  readonly bucket: string | undefined;
  readonly retry: RetryOptions;
}

async function backupPartition(
  { quorate, directory, partition, bucket, retry }: PartitionBackup,
  written: readonly string[],
  signal: AbortSignal,
): Promise<SegmentSummary[]> {
  const summaries: SegmentSummary[] = [];
  let next: Uint8Array | undefined;
  for (const file of written) {
    const bytes = await readBytes(`${directory}/${file}`);
    const segment = decodeSegment(file, bytes);
    if (segment.number !== summaries.length) throw backupDamaged(file, 'one before it is missing');
    summaries.push(summaryOf(file, bytes.length, segment));
    next = segment.next;
  }
  if (written.length > 0 && next === undefined) return summaries;
  const bodies: Uint8Array[] = [];
  let gathered = 0;
  while (!signal.aborted) {
    const page = await retrying(() => pageOf(quorate, partition, bucket, next), retry);
    bodies.push(page.entries);
    gathered += page.entries.length;
    next = page.next;
    if (next !== undefined && gathered < SEGMENT_BYTES) continue;
    const body = Buffer.concat(bodies.splice(0));
    gathered = 0;
    const segment: Segment = { partition, number: summaries.length, next, ...countsOf(body), body };
    const file = segmentName(partition, segment.number);
    const bytes = encodeSegment(segment);
    await writeFileAtomically(`${directory}/${file}`, bytes);
    summaries.push(summaryOf(file, bytes.length, segment));
    if (next === undefined) break;
  }
  return summaries;
}

async function pageOf(
  quorate: Quorate,
  partition: number,
  bucket: string | undefined,
  after: Uint8Array | undefined,
): Promise<{ readonly entries: Uint8Array; readonly next: Uint8Array | undefined }> {
  const from = {
    partition,
    ...(bucket === undefined ? {} : { bucket }),
    ...(after === undefined ? {} : { after: Buffer.from(after).toString('base64') }),
  };
  const page = await quorate.administration.order('backup-page', from, { timeoutMs: ORDER_TIMEOUT_MS });
  const { entries, next }: { entries?: unknown; next?: unknown } = Object(page);
  if (typeof entries !== 'string' || (next !== null && typeof next !== 'string'))
    throw backupDamaged('backup-page', 'the answer is none');
  return { entries: Buffer.from(entries, 'base64'), next: next === null ? undefined : Buffer.from(next, 'base64') };
}

function countsOf(body: Uint8Array): { readonly entries: number; readonly versions: number } {
  const entries = decodeEntries(new Reader(body));
  return {
    entries: entries.length,
    versions: entries.reduce((sum, { record }) => sum + decodeRecord(record).versions.length, 0),
  };
}

function summaryOf(file: string, sizeBytes: number, { entries, versions }: Segment): SegmentSummary {
  return { file, sizeBytes, entries, versions };
}
