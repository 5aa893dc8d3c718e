/** What cannot be compared by its content. */
import { QuorateError } from '../../runtime/errors/index.ts';

export class NotPlainData extends QuorateError {
  /** @param path - where it stands in the state, as one would write it in a program. */
  constructor(what: string, path: string) {
    super({
      code: 'not-plain-data',
      message: `A state holds ${what}${path === '' ? '' : ` at ${path}`}: it has no content that could be compared.`,
      outcome: 'not-applied',
      next: 'Keep only numbers, strings, booleans, undefined, null, bigints, byte arrays, and arrays, plain objects, maps and sets of them in states and messages.',
      data: { path },
    });
  }
}
