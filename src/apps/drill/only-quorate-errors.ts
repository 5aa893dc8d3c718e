import { QuorateError } from '../../runtime/errors/index.ts';

/** What the store refuses is to be expected in a drill; anything else is a defect of the drill. */
export function onlyQuorateErrors(error: unknown): void {
  if (!(error instanceof QuorateError)) throw error;
}
