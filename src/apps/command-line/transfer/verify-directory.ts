/** Reads back what import stored, and compares. */
import type { Bucket } from '../../../stores/kv/index.ts';
import type { ExitCode } from '../exit-codes.ts';
import { readOptions } from '../options.ts';
import type { Surroundings } from '../surroundings.ts';
import type { TransferOptions } from './options.ts';
import { reportTransfer } from './report.ts';
import { runTransfer } from './transfer.ts';
import { type Verified, verifyFile } from './verify-file.ts';

const PROBLEMS: Readonly<Record<Verified, string | undefined>> = {
  equal: undefined,
  missing: 'the store has no value',
  different: 'the stored bytes are others',
  siblings: 'the store has several values',
};

export async function verifyDirectory(
  bucket: Bucket,
  directory: string,
  options: TransferOptions,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const read = readOptions(options);
  const result = await runTransfer<Verified>(
    bucket,
    {
      verb: 'verify',
      directory,
      options,
      kinds: ['equal', 'missing', 'different', 'siblings'],
      one: (target, file, bytes, retry) => verifyFile(target, { key: file.path, bytes }, { read, retry }),
      problemOf: (kind) => PROBLEMS[kind],
    },
    surroundings,
  );
  const { equal, missing, different, siblings } = result.counts;
  const summary = [
    `verified ${equal} equal`,
    ...(missing > 0 ? [`${missing} missing`] : []),
    ...(different > 0 ? [`${different} different`] : []),
    ...(siblings > 0 ? [`${siblings} with siblings`] : []),
  ].join(', ');
  return reportTransfer(result, { json: options.json === true, summary, resume: 'run the same command again.' }, surroundings);
}
