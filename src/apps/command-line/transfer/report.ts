/** The end of an import or a verification, for a person or in JSON. */
import { counted, shownDuration, shownSize } from '../amounts.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { paintFor } from '../paint.ts';
import type { Surroundings } from '../surroundings.ts';
import type { TransferResult } from './transfer.ts';

const MOST_LISTED = 20;

export interface Report {
  readonly json: boolean;
  /** The first line: what was achieved. */
  readonly summary: string;
  /** What to do after an interruption. */
  readonly resume: string;
}

export async function reportTransfer(
  result: TransferResult<string>,
  { json, summary, resume }: Report,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { stdout, stderr } = surroundings;
  const { scan, counts, problems, elapsedMs, interrupted } = result;
  if (json) {
    const { files, sizeBytes, links, specials } = scan;
    const skipped = { symbolicLinks: links, specialFiles: specials };
    await stdout.write(
      `${JSON.stringify({ files: files.length, sizeBytes, ...counts, problems, skipped, elapsedMs, interrupted })}\n`,
    );
    return exitCode(result);
  }
  const paint = paintFor(stdout, surroundings);
  await stdout.write(
    `${paint.bold(summary)} in ${shownDuration(elapsedMs)}: ${counted(scan.files.length, 'file')}, ${shownSize(scan.sizeBytes)}\n`,
  );
  if (scan.links > 0) await stdout.write(`skipped ${counted(scan.links, 'symbolic link')}\n`);
  if (scan.specials > 0) await stdout.write(`skipped ${counted(scan.specials, 'special file')}\n`);
  if (problems.length > 0) {
    const paintError = paintFor(stderr, surroundings);
    await stderr.write(`${paintError.red(counted(problems.length, 'problem'))}:\n`);
    for (const { path, kind, detail } of problems.slice(0, MOST_LISTED)) await stderr.write(`  ${kind}: ${path}: ${detail}\n`);
    if (problems.length > MOST_LISTED) await stderr.write(`  ... and ${problems.length - MOST_LISTED} more; --json lists all\n`);
  }
  if (interrupted) await stderr.write(`interrupted. next: ${resume}\n`);
  return exitCode(result);
}

function exitCode({ interrupted, problems }: TransferResult<string>): ExitCode {
  if (interrupted) return EXIT.interrupted;
  return problems.length > 0 ? EXIT.error : EXIT.ok;
}
