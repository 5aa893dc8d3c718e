import { QuorateError } from '../../runtime/errors/index.ts';
import type { OpenOperation } from '../../verification/histories/index.ts';

/**
 * What the store says is an outcome; a defect of the client is none, and is thrown.
 * @returns nothing if it failed: the history has been told then.
 */
export async function attempt<Result>(
  call: Promise<Result>,
  open: OpenOperation,
  what: 'read' | 'change',
): Promise<Result | undefined> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof QuorateError)) throw error;
    // A read that failed has done nothing, whatever became of it.
    if (what === 'read' || error.outcome === 'not-applied') open.fail();
    else open.unknown();
    return undefined;
  }
}
