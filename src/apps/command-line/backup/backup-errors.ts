import { QuorateError } from '../../../runtime/errors/index.ts';

export function backupDamaged(path: string, problem: string): QuorateError {
  return new QuorateError({
    code: 'backup-damaged',
    message: `'${path}' is not as it was written: ${problem}.`,
    outcome: 'not-applied',
    next: 'Take another copy of the backup, or another backup.',
    data: { path, problem },
  });
}

export function backupMismatch(directory: string, problem: string, next: string): QuorateError {
  return new QuorateError({
    code: 'backup-mismatch',
    message: `The backup in '${directory}' ${problem}.`,
    outcome: 'not-applied',
    next,
    data: { directory, problem },
  });
}
