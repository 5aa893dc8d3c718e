/** `quorate backup` and `quorate restore`; their work is loaded when they run. */
import type { Command } from 'commander';
import { counted, shownDuration, shownSize } from '../amounts.ts';
import { withCluster } from '../cluster.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { type ClusterOptions, clusterOptions, wholeNumber } from '../options.ts';
import { paintFor } from '../paint.ts';
import type { Running } from '../running.ts';
import type { Surroundings } from '../surroundings.ts';
import type { BackupOptions, BackupResult } from './run-backup.ts';
import type { RestoreOptions, RestoreResult } from './run-restore.ts';

const DEFAULT_CONCURRENCY = 8;
const MOST_CONCURRENCY = 64;
const DEFAULT_RETRY_SECONDS = 120;
const MOST_RETRY_SECONDS = 86_400;

function backupOptions(command: Command): Command {
  return clusterOptions(command)
    .option('-b, --bucket <bucket>', 'only this bucket (default: all)')
    .option('-c, --concurrency <orders>', 'orders under way at once', wholeNumber(1, MOST_CONCURRENCY), DEFAULT_CONCURRENCY)
    .option(
      '--retry-for <seconds>',
      'go on trying while nodes are away',
      wholeNumber(0, MOST_RETRY_SECONDS),
      DEFAULT_RETRY_SECONDS,
    );
}

export function addBackup(parent: Command, { surroundings, finish }: Running): void {
  const command = parent
    .command('backup <directory>')
    .description('copy a running cluster, with all versions and what they supersede, into files')
    .option('--verify', 'read the files back, or those of a complete backup');
  backupOptions(command).action(async (directory: string, options: BackupOptions & ClusterOptions & { verify?: boolean }) => {
    const { readManifest } = await import('./manifest.ts');
    const before = await readManifest(directory);
    if (options.verify === true && before !== undefined && before.completedAt !== null) {
      finish(await verifyBackup(directory, options, surroundings));
      return;
    }
    const { runBackup } = await import('./run-backup.ts');
    const result = await withCluster(options.address, surroundings, (quorate) =>
      runBackup(quorate, directory, options, surroundings),
    );
    finish(await reportBackup(result, options, surroundings));
    if (options.verify === true && !result.interrupted) finish(await verifyBackup(directory, options, surroundings));
  });
}

export function addRestore(parent: Command, { surroundings, finish }: Running): void {
  const command = parent
    .command('restore <directory>')
    .description('bring a backup into a running cluster of any size')
    .option('--verify', 'read everything back afterwards')
    .addHelpText(
      'after',
      '\nGoes on where it was interrupted. What was written since the backup stays, as a sibling where buckets keep those.',
    );
  backupOptions(command).action(async (directory: string, options: RestoreOptions & ClusterOptions) => {
    const { runRestore } = await import('./run-restore.ts');
    const result = await withCluster(options.address, surroundings, (quorate) =>
      runRestore(quorate, directory, options, surroundings),
    );
    finish(await reportRestore(result, options, surroundings));
  });
}

async function reportBackup(
  { segments, elapsedMs, interrupted }: BackupResult,
  { json }: ClusterOptions,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { stdout, stderr } = surroundings;
  const keys = segments.reduce((sum, { entries }) => sum + entries, 0);
  const sizeBytes = segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);
  if (json === true)
    await stdout.write(`${JSON.stringify({ keys, files: segments.length, sizeBytes, elapsedMs, interrupted })}\n`);
  else {
    const paint = paintFor(stdout, surroundings);
    const summary = paint.bold(`backed up ${counted(keys, 'key')}`);
    await stdout.write(
      `${summary} in ${shownDuration(elapsedMs)}: ${counted(segments.length, 'file')}, ${shownSize(sizeBytes)}\n`,
    );
    if (interrupted) await stderr.write('interrupted. next: run the same command again; it goes on where it stopped.\n');
  }
  return interrupted ? EXIT.interrupted : EXIT.ok;
}

async function verifyBackup(directory: string, { json }: ClusterOptions, { stdout }: Surroundings): Promise<ExitCode> {
  const { completeManifest, readSegment } = await import('./run-restore.ts');
  const { segments } = await completeManifest(directory);
  let keys = 0;
  for (const summary of segments) keys += (await readSegment(directory, summary)).entries;
  const files = segments.length;
  await stdout.write(
    json === true
      ? `${JSON.stringify({ verified: true, keys, files })}\n`
      : `verified ${counted(keys, 'key')} in ${counted(files, 'file')}\n`,
  );
  return EXIT.ok;
}

async function reportRestore(result: RestoreResult, { json }: ClusterOptions, surroundings: Surroundings): Promise<ExitCode> {
  const { stdout, stderr } = surroundings;
  const { counts, verified, samples, elapsedMs, interrupted } = result;
  if (json === true) await stdout.write(`${JSON.stringify(result)}\n`);
  else {
    const { shownCounts } = await import('./run-restore.ts');
    await stdout.write(
      `${paintFor(stdout, surroundings).bold(`restored: ${shownCounts(counts)}`)} in ${shownDuration(elapsedMs)}\n`,
    );
    if (verified !== undefined) await stdout.write(`verified: ${shownCounts(verified)}\n`);
    if (samples.length > 0) await stderr.write(`kept or missing, among others: ${samples.join(', ')}\n`);
    if (interrupted) await stderr.write('interrupted. next: run the same command again; it goes on where it stopped.\n');
  }
  if (interrupted) return EXIT.interrupted;
  return counts.kept > 0 || (verified?.missing ?? 0) > 0 ? EXIT.error : EXIT.ok;
}
