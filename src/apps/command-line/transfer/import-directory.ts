/** Stores every file below a directory as one object. */
import { QuorateError } from '../../../runtime/errors/index.ts';
import type { Bucket } from '../../../stores/kv/index.ts';
import { shownSize } from '../amounts.ts';
import { contentTypeOf } from '../content-type.ts';
import type { ExitCode } from '../exit-codes.ts';
import { changeOptions, readOptions } from '../options.ts';
import type { Surroundings } from '../surroundings.ts';
import { type Imported, importFile } from './import-file.ts';
import type { TransferOptions } from './options.ts';
import { reportTransfer } from './report.ts';
import { runTransfer, type Transfer } from './transfer.ts';

export interface ImportOptions extends TransferOptions {
  readonly w?: number;
}

/** No cluster takes more: a value travels in one frame of at most 16 MiB. */
const MOST_VALUE_BYTES = 16 * 1024 * 1024;

export async function importDirectory(
  bucket: Bucket,
  directory: string,
  options: ImportOptions,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const result = await runTransfer(bucket, importTransfer(directory, options), surroundings);
  const { written, 'already-there': alreadyThere } = result.counts;
  const summary = `acknowledged ${written + alreadyThere} (${written} written, ${alreadyThere} already there)`;
  const resume = 'run the same command again; it goes on where it stopped.';
  return reportTransfer(result, { json: options.json === true, summary, resume }, surroundings);
}

function importTransfer(directory: string, options: ImportOptions): Transfer<Imported> {
  const read = readOptions(options);
  const write = changeOptions(options);
  // Learnt from the first refusal, so that further files of that size are not even read.
  let limitBytes = MOST_VALUE_BYTES;
  return {
    verb: 'import',
    directory,
    options,
    kinds: ['written', 'already-there'],
    refuse: ({ sizeBytes }) => (sizeBytes > limitBytes ? fileTooLarge(sizeBytes, limitBytes) : undefined),
    one: async (bucket, file, bytes, retry) => {
      try {
        return await importFile(bucket, { key: file.path, bytes, contentType: contentTypeOf(file.path) }, { read, write, retry });
      } catch (error) {
        if (error instanceof QuorateError && error.code === 'too-large' && error.data['what'] === 'value') {
          const limit = error.data['limitBytes'];
          if (typeof limit === 'number') limitBytes = Math.min(limitBytes, limit);
        }
        throw error;
      }
    },
    problemOf: () => undefined,
  };
}

function fileTooLarge(sizeBytes: number, limitBytes: number): QuorateError {
  return new QuorateError({
    code: 'too-large',
    message: `The file has ${sizeBytes} bytes; the limit of a value is ${limitBytes} (${shownSize(limitBytes)}).`,
    outcome: 'not-applied',
    next: 'Raise the limit of the cluster, or leave the file out.',
    data: { what: 'value', sizeBytes, limitBytes },
  });
}
