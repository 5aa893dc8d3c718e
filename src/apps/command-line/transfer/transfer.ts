/** What import and verify have in common: every file of a directory against the object of its path, many at once. */
import { QuorateError } from '../../../runtime/errors/index.ts';
import type { WalkedFile } from '../../../runtime/real/index.ts';
import type { Bucket } from '../../../stores/kv/index.ts';
import { counted } from '../amounts.ts';
import type { Surroundings } from '../surroundings.ts';
import type { TransferOptions } from './options.ts';
import { forEachConcurrently } from './pool.ts';
import { startProgress } from './progress.ts';
import { isPassing, type RetryOptions } from './retry.ts';
import { type Scan, scanDirectory } from './walk-directory.ts';

const MS_PER_SECOND = 1_000;

/** A file that could not be dealt with, and why. */
export interface Problem {
  readonly path: string;
  readonly kind: string;
  readonly detail: string;
}

export interface TransferResult<Kind extends string> {
  readonly scan: Scan;
  /** Files by what became of them. */
  readonly counts: Readonly<Record<Kind, number>>;
  readonly problems: readonly Problem[];
  readonly elapsedMs: number;
  /** By Ctrl-C. */
  readonly interrupted: boolean;
}

export interface Transfer<Kind extends string> {
  /** For the progress: 'import'. */
  readonly verb: string;
  readonly directory: string;
  readonly options: TransferOptions;
  readonly kinds: readonly Kind[];
  /** Before the file is read: whether it is already known to be impossible. */
  refuse?(file: WalkedFile): QuorateError | undefined;
  one(bucket: Bucket, file: WalkedFile, bytes: Uint8Array, retry: RetryOptions): Promise<Kind>;
  /** The kinds that are problems in themselves, with what to say of them. */
  problemOf(kind: Kind): string | undefined;
}

/** A mistake in the request, and not in one file, ends the whole transfer. */
const OF_ONE_FILE = new Set(['too-large', 'file-not-found', 'file-not-readable', 'empty-key', 'frame-too-large']);

export async function runTransfer<Kind extends string>(
  bucket: Bucket,
  transfer: Transfer<Kind>,
  surroundings: Surroundings,
): Promise<TransferResult<Kind>> {
  const { readBytes } = await import('../../../runtime/real/index.ts');
  const { directory, options } = transfer;
  const scan = await scanDirectory(directory);
  const counts = Object.fromEntries(transfer.kinds.map((kind) => [kind, 0])) as Record<Kind, number>;
  const problems: Problem[] = [];
  const interruption = new AbortController();
  const stopListening = surroundings.onInterrupt(() => interruption.abort());
  const progress = await startProgress(transfer.verb, { files: scan.files.length, sizeBytes: scan.sizeBytes }, surroundings);
  const waiting = new Set<string>();
  const note = (): void => progress.note(waiting.size === 0 ? '' : `${counted(waiting.size, 'file')} tried again`);
  const work = async (file: WalkedFile): Promise<void> => {
    const retry: RetryOptions = {
      world: surroundings,
      limitMs: options.retryFor * MS_PER_SECOND,
      signal: interruption.signal,
      onRetry: () => {
        waiting.add(file.path);
        note();
      },
    };
    try {
      const refusal = transfer.refuse?.(file);
      if (refusal !== undefined) throw refusal;
      const kind = await transfer.one(bucket, file, await readBytes(`${directory}/${file.path}`), retry);
      counts[kind] += 1;
      const detail = transfer.problemOf(kind);
      if (detail !== undefined) problems.push({ path: file.path, kind, detail });
    } catch (error) {
      if (!(error instanceof QuorateError) || !(OF_ONE_FILE.has(error.code) || isPassing(error))) throw error;
      if (interruption.signal.aborted && isPassing(error)) return;
      problems.push({ path: file.path, kind: error.code, detail: error.message });
    } finally {
      if (waiting.delete(file.path)) note();
    }
    progress.add(file.sizeBytes);
  };
  let elapsedMs = 0;
  try {
    await forEachConcurrently(scan.files, options.concurrency, interruption.signal, work);
  } finally {
    stopListening();
    elapsedMs = await progress.stop();
  }
  return { scan, counts, problems, elapsedMs, interrupted: interruption.signal.aborted };
}
