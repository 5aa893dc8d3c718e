/** Models that cannot be checked, each with the run that shows it. */
import { QuorateError } from '../../runtime/errors/index.ts';
import type { Difference } from '../plain-data/index.ts';

export function nondeterministic(what: string, { path, one, other }: Difference): QuorateError {
  return new QuorateError({
    code: 'nondeterministic-model',
    message: `${what} came to two different states when run twice: ${path === '' ? 'the state' : path} is ${one} at first and ${other} then.`,
    outcome: 'not-applied',
    next: 'Take time, randomness and counters from the state or the message: the same state and event must give the same new state and effects.',
    data: { path, one, other },
  });
}

export function changedItsArgument(what: string, { path, one, other }: Difference): QuorateError {
  return new QuorateError({
    code: 'argument-changed',
    message: `${what} changed the state that it was given: ${path} was ${one} and is ${other}.`,
    outcome: 'not-applied',
    next: 'Copy what is to be changed; only the state of the process itself is for its handler to change.',
    data: { path, one, other },
  });
}

/** @param run - the actions before it, in words. */
export function propertyThrew(property: string, run: readonly string[], cause: unknown): QuorateError {
  return thrown('property-threw', `The property '${property}' threw`, run, cause);
}

export function stepThrew(action: string, run: readonly string[], cause: unknown): QuorateError {
  return thrown('step-threw', `The step '${action}' threw`, run, cause);
}

function thrown(code: string, what: string, run: readonly string[], cause: unknown): QuorateError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const after = run.length === 0 ? 'in an initial state' : `after ${run.length} steps: ${run.join('; ')}`;
  return new QuorateError(
    {
      code,
      message: `${what} (${reason}) ${after}.`,
      outcome: 'not-applied',
      next: 'It must be able to judge or leave every state that can be reached: correct it, or bound the states of the model.',
      data: { run },
    },
    { cause },
  );
}
