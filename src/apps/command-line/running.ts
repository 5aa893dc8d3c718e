import type { ExitCode } from './exit-codes.ts';
import type { Surroundings } from './surroundings.ts';

/** What a command gets: the process around it, and where to say how it ended. */
export interface Running {
  readonly surroundings: Surroundings;
  finish(code: ExitCode): void;
}
