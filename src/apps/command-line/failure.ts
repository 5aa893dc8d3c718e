/** Errors as a person reads them: one line what happened, one line what to do. */
import { type ErrorDescription, QuorateError } from '../../runtime/errors/index.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Output } from './surroundings.ts';

/** A mistake in the command itself. */
export function usageError(message: string, next = 'See quorate --help.'): QuorateError {
  return new QuorateError({ code: 'usage', message, outcome: 'not-applied', next });
}

/** Say what went wrong on standard error, as one JSON object if asked for. @returns the exit code. */
export async function reportFailure(error: unknown, stderr: Output, json: boolean): Promise<ExitCode> {
  const description = describe(error);
  const { code, message, next, outcome } = description;
  if (json) await stderr.write(`${JSON.stringify({ error: description })}\n`);
  else {
    const may = outcome === 'unknown' && !/may still/.test(message) ? ' It may have happened all the same.' : '';
    await stderr.write(`error: ${oneLine(message)}${may}\nnext: ${oneLine(next)}\n`);
  }
  return code === 'usage' ? EXIT.usage : EXIT.error;
}

function describe(error: unknown): ErrorDescription {
  if (error instanceof QuorateError) return error.describe();
  return {
    code: 'internal',
    message: `a defect in quorate: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    outcome: 'unknown',
    next: 'Please report this.',
  };
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' | ');
}
