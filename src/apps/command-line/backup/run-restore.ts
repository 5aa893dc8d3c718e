/** Brings a backup into a running cluster of any size, file by file, several at once; goes on where it was interrupted. */
import { readBytes } from '../../../runtime/real/index.ts';
import type { BackupEntry, Quorate } from '../../../stores/kv/index.ts';
import type { Surroundings } from '../surroundings.ts';
import { forEachConcurrently, type RetryOptions, startProgress } from '../transfer/index.ts';
import { backupDamaged, backupMismatch } from './backup-errors.ts';
import { type Manifest, readManifest, type SegmentSummary } from './manifest.ts';
import { beginRestore, endRestore, keepProgress, type RestoreProgress } from './restore-progress.ts';
import { OUTCOMES, type Outcome, restoreSegment } from './restore-segment.ts';
import { decodeSegment, type Segment } from './segment.ts';

export interface RestoreOptions {
  readonly bucket?: string;
  readonly concurrency: number;
  /** Seconds. */
  readonly retryFor: number;
  /** Read everything back afterwards. */
  readonly verify?: boolean;
}

export type Counts = Readonly<Record<Outcome, number>>;

export interface RestoreResult {
  readonly counts: Counts;
  /** Of the verification; `undefined` without one. */
  readonly verified: Counts | undefined;
  /** Some of the keys that were kept or are missing, as `bucket/key`. */
  readonly samples: readonly string[];
  readonly elapsedMs: number;
  readonly interrupted: boolean;
}

/** Each file has so many dots of the restore's for its versions; that many do not fit a file. */
const DOTS_PER_SEGMENT = 2 ** 24;
const MOST_SAMPLES = 10;
const MS_PER_SECOND = 1000;

/** @throws QuorateError `backup-damaged`, `backup-mismatch` when there is no complete backup. */
export async function completeManifest(directory: string): Promise<Manifest> {
  const manifest = await readManifest(directory);
  if (manifest === undefined) throw backupMismatch(directory, 'has no backup.json, so there is none', 'Check the path.');
  if (manifest.completedAt !== null) return manifest;
  throw backupMismatch(directory, 'is not complete', "Complete it with 'quorate backup', which goes on where it stopped.");
}

/** @throws QuorateError `backup-damaged`, `file-not-found` */
export async function readSegment(directory: string, { file, sizeBytes, entries, versions }: SegmentSummary): Promise<Segment> {
  const path = `${directory}/${file}`;
  const bytes = await readBytes(path);
  const segment = decodeSegment(path, bytes);
  if (bytes.length !== sizeBytes || segment.entries !== entries || segment.versions !== versions)
    throw backupDamaged(path, 'it is the file of another backup');
  return segment;
}

export async function runRestore(
  quorate: Quorate,
  directory: string,
  options: RestoreOptions,
  surroundings: Surroundings,
): Promise<RestoreResult> {
  const manifest = await completeManifest(directory);
  const status = await quorate.status();
  const { cluster } = status;
  const interruption = new AbortController();
  const stopListening = surroundings.onInterrupt(() => interruption.abort());
  const run = new RestoreRun(quorate, directory, manifest, options, surroundings, interruption.signal);
  try {
    const mark = await beginRestore(directory, status, surroundings);
    const { counts, elapsedMs } = await run.pass('restore', mark, (done) => keepProgress(directory, cluster, { ...mark, done }));
    const isDone = !interruption.signal.aborted;
    const check = isDone && options.verify === true ? await run.pass('verify', { ...mark, done: [] }) : undefined;
    if (isDone) await endRestore(directory, cluster);
    const interrupted = interruption.signal.aborted;
    return { counts, verified: check?.counts, samples: run.samples, elapsedMs: elapsedMs + (check?.elapsedMs ?? 0), interrupted };
  } finally {
    stopListening();
  }
}

class RestoreRun {
  readonly samples: string[] = [];
  readonly #quorate: Quorate;
  readonly #directory: string;
  readonly #manifest: Manifest;
  readonly #options: RestoreOptions;
  readonly #surroundings: Surroundings;
  readonly #signal: AbortSignal;

  constructor(
    quorate: Quorate,
    directory: string,
    manifest: Manifest,
    options: RestoreOptions,
    surroundings: Surroundings,
    signal: AbortSignal,
  ) {
    this.#quorate = quorate;
    this.#directory = directory;
    this.#manifest = manifest;
    this.#options = options;
    this.#surroundings = surroundings;
    this.#signal = signal;
  }

  /** Through all files that are not done. `keep` is called after each, one call at a time. */
  async pass(
    verb: 'restore' | 'verify',
    mark: RestoreProgress,
    keep?: (done: readonly string[]) => Promise<void>,
  ): Promise<{ readonly counts: Counts; readonly elapsedMs: number }> {
    const counts: Record<Outcome, number> = { restored: 0, present: 0, superseded: 0, kept: 0, missing: 0 };
    const { segments } = this.#manifest;
    const done = new Set(mark.done);
    const sizeBytes = segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);
    const progress = await startProgress(verb, { files: segments.length, sizeBytes }, this.#surroundings);
    let keeping = Promise.resolve();
    let elapsedMs = 0;
    try {
      const numbered = segments.map((summary, index) => ({ summary, index }));
      await forEachConcurrently(numbered, this.#options.concurrency, this.#signal, async ({ summary, index }) => {
        if (!done.has(summary.file)) {
          await this.#segment(verb, mark, summary, index, counts);
          if (this.#signal.aborted) return;
          done.add(summary.file);
          keeping = keeping.then(() => keep?.([...done]));
          await keeping;
        }
        progress.add(summary.sizeBytes);
      });
    } finally {
      elapsedMs = await progress.stop();
    }
    return { counts, elapsedMs };
  }

  async #segment(
    verb: 'restore' | 'verify',
    mark: RestoreProgress,
    summary: SegmentSummary,
    index: number,
    counts: Record<Outcome, number>,
  ): Promise<void> {
    const { body } = await readSegment(this.#directory, summary);
    const retry: RetryOptions = {
      world: this.#surroundings,
      limitMs: this.#options.retryFor * MS_PER_SECOND,
      signal: this.#signal,
    };
    const onOutcome = (entry: BackupEntry, outcome: Outcome): void => {
      counts[outcome] += 1;
      if ((outcome !== 'kept' && outcome !== 'missing') || this.samples.length === MOST_SAMPLES) return;
      this.samples.push(`${entry.bucket}/${Buffer.from(entry.key).toString()}`);
    };
    const { bucket } = this.#options;
    const restore = { quorate: this.#quorate, mark, retry, isCheck: verb === 'verify', bucket, onOutcome };
    // Dots count from 1.
    await restoreSegment(restore, body, index * DOTS_PER_SEGMENT + 1, this.#signal);
  }
}

export function shownCounts(counts: Counts): string {
  const texts = OUTCOMES.filter((outcome) => counts[outcome] > 0).map((outcome) => `${counts[outcome]} ${outcome}`);
  return texts.length === 0 ? 'nothing' : texts.join(', ');
}
