import { QuorateError } from '../../runtime/errors/index.ts';

export function badWalk(problem: string): QuorateError {
  return new QuorateError({
    code: 'bad-walk',
    message: `The run ${problem}.`,
    outcome: 'not-applied',
    next: 'Begin again, or take it with the model, the options and the version it was made with.',
  });
}
