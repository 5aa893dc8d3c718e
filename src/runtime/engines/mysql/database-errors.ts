/** The typed errors of a database server, and how the driver's failures map to them. */
import { QuorateError } from '../../errors/index.ts';
import { reasonOf } from '../engine-errors.ts';

const ADVICE = {
  'database-unreachable': 'See that the database server runs, and that its socket or host and port are right.',
  'database-refused': 'See that user, password and database are right, and that the user may create tables there.',
  'database-failed': 'Look at the log of the database server; then start the node again.',
} as const;

/** Of the driver and of the system: nobody is there. */
const UNREACHABLE: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOENT',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'EAI_AGAIN',
]);

export function connectFailure(place: string, failure: unknown): QuorateError {
  const code = UNREACHABLE.has(codeOf(failure)) ? 'database-unreachable' : 'database-refused';
  return databaseError(code, place, failure, 'not-applied');
}

/** A statement or a transaction that failed: whatever the failure says, it may have been committed. */
export function statementFailure(place: string, failure: unknown): QuorateError {
  return failure instanceof QuorateError ? failure : databaseError('database-failed', place, failure, 'unknown');
}

function databaseError(
  code: keyof typeof ADVICE,
  place: string,
  failure: unknown,
  outcome: 'not-applied' | 'unknown',
): QuorateError {
  const reason = reasonOf(failure);
  const message = `The database at ${place} failed: ${reason}.`;
  return new QuorateError({ code, message, outcome, next: ADVICE[code], data: { place, reason } }, { cause: failure });
}

/** The server would not keep what Quorate promises. */
export function databaseUnsuitable(place: string, setting: string, found: string, needed: string): QuorateError {
  return new QuorateError({
    code: 'database-unsuitable',
    message: `The database at ${place} has ${setting}=${found}, but it must be ${needed}.`,
    outcome: 'not-applied',
    next: `Set ${setting} in the server's configuration, and restart it.`,
    data: { place, setting, found },
  });
}

export function tableInUse(place: string, table: string): QuorateError {
  return new QuorateError({
    code: 'table-in-use',
    message: `Another process uses the table '${table}' of the database at ${place}.`,
    outcome: 'not-applied',
    next: 'Stop the other node, or give this one a database of its own.',
    data: { place, table },
  });
}

export function dataTooLarge(place: string, table: string, bytes: number, mostBytes: number): QuorateError {
  return new QuorateError({
    code: 'data-too-large',
    message: `The table '${table}' of the database at ${place} holds ${bytes} bytes, and at most ${mostBytes} are read into memory.`,
    outcome: 'not-applied',
    next: 'Raise the limit if there is the memory, or move the node to the engine lmdb.',
    data: { place, table, bytes, mostBytes },
  });
}

function codeOf(failure: unknown): string {
  return failure instanceof Error && 'code' in failure && typeof failure.code === 'string' ? failure.code : '';
}
