/** The typed errors of the engines, and how the failures of files and of LMDB map to them. */
import { type ErrorDescription, QuorateError } from '../errors/index.ts';

export type DirectoryErrorCode = 'directory-not-writable' | 'data-damaged' | 'disk-full' | 'disk-failed';

/** LMDB's own codes that mean that the file is not what was written: page not found, corrupted, version, invalid. */
const LMDB_DAMAGE: ReadonlySet<number> = new Set([-30797, -30796, -30794, -30793]);
const LMDB_MAP_FULL = -30792;

/** Linux: EPERM, EACCES, EEXIST, ENOTDIR, EROFS. A path that exists but is no directory ends in the two in the middle. */
const NOT_WRITABLE: ReadonlySet<number> = new Set([1, 13, 17, 20, 30]);
/** Linux: EFBIG, ENOSPC, EDQUOT. A limit on the size of files or a quota is a full disk to whoever runs into it. */
const FULL: ReadonlySet<number> = new Set([27, 28, 122]);

/** The number of a failure: LMDB has it in `code`, Node's file functions negated in `errno`. 0 if it has none. */
function failureNumber(failure: unknown): number {
  if (!(failure instanceof Error)) return 0;
  if ('code' in failure && typeof failure.code === 'number') return failure.code;
  if ('errno' in failure && typeof failure.errno === 'number') return Math.abs(failure.errno);
  return 0;
}

function classify(failure: unknown): DirectoryErrorCode {
  const number = failureNumber(failure);
  if (FULL.has(number) || number === LMDB_MAP_FULL) return 'disk-full';
  if (LMDB_DAMAGE.has(number)) return 'data-damaged';
  return NOT_WRITABLE.has(number) ? 'directory-not-writable' : 'disk-failed';
}

/** The first line of a failure's text. */
export function reasonOf(failure: unknown): string {
  const text = failure instanceof Error ? failure.message : String(failure);
  return text.split('\n', 1)[0] as string;
}

const ADVICE: Readonly<Record<DirectoryErrorCode, (directory: string) => Pick<ErrorDescription, 'message' | 'next'>>> = {
  'directory-not-writable': (directory) => ({
    message: `cannot write in the data directory '${directory}'`,
    next: 'Give this process the right to write there, remount the disk writable, or choose another directory.',
  }),
  'data-damaged': (directory) => ({
    message: `the data in '${directory}' is damaged or not Quorate's`,
    next: 'Choose another directory, or restore this one from a backup or from the other replicas; nothing was changed.',
  }),
  'disk-full': (directory) => ({
    message: `no space is left on the disk of the data directory '${directory}'`,
    next: 'Make room on the disk or raise the limit, then start the node again.',
  }),
  'disk-failed': (directory) => ({
    message: `the disk of the data directory '${directory}' failed`,
    next: 'Check the disk, then start the node again.',
  }),
};

function directoryError(
  code: DirectoryErrorCode,
  directory: string,
  reason: string,
  outcome: 'not-applied' | 'unknown',
  cause?: unknown,
): QuorateError {
  const { message, next } = ADVICE[code](directory);
  const description = { code, message: `${message}: ${reason}`, outcome, next, data: { directory, reason } };
  return new QuorateError(description, cause === undefined ? undefined : { cause });
}

/** Why a directory cannot be opened. What neither the system nor LMDB said, a typed error or a defect, passes through. */
export function openFailure(directory: string, failure: unknown): unknown {
  if (failure instanceof QuorateError || failureNumber(failure) === 0) return failure;
  return directoryError(classify(failure), directory, reasonOf(failure), 'not-applied', failure);
}

/** What a commit's failure means: a write may have reached the disk whatever the failure says, so the outcome is unknown. */
export function commitFailure(directory: string, failure: unknown): QuorateError {
  const code = classify(failure);
  return directoryError(
    code === 'directory-not-writable' ? 'disk-failed' : code,
    directory,
    reasonOf(failure),
    'unknown',
    failure,
  );
}

/** A read that LMDB could not answer. */
export function readFailure(directory: string, failure: unknown): QuorateError {
  const code = classify(failure);
  return directoryError(code === 'data-damaged' ? code : 'disk-failed', directory, reasonOf(failure), 'not-applied', failure);
}

/** The file or directory holds something else than what this program wrote. */
export function dataDamaged(directory: string, reason: string): QuorateError {
  return directoryError('data-damaged', directory, reason, 'not-applied');
}

/** The refusal of every write behind a failed one. */
export function engineFailed(first: QuorateError): QuorateError {
  return new QuorateError(
    {
      code: 'engine-failed',
      message: `storage takes no more writes since one failed: ${first.message}`,
      outcome: 'not-applied',
      next: first.next,
      data: { ...first.data, failure: first.code },
    },
    { cause: first },
  );
}

export function engineClosed(what: 'engine' | 'snapshot' = 'engine'): QuorateError {
  return new QuorateError({
    code: `${what}-closed`,
    message: `the storage ${what} is closed`,
    outcome: 'not-applied',
    next: 'Open it again.',
  });
}
