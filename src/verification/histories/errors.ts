/** What is wrong with a history, in one line that names the place. */
import { QuorateError } from '../../runtime/errors/index.ts';

/** @param line counted from 1; without one the history did not come from a file. */
export function badHistory(problem: string, line?: number): QuorateError {
  return new QuorateError({
    code: 'bad-history',
    message: `The history ${line === undefined ? '' : `is wrong in line ${line}: it `}${problem}.`,
    outcome: 'not-applied',
    next: 'Correct the history; docs/verification.md describes its form.',
    ...(line === undefined ? {} : { data: { line } }),
  });
}
