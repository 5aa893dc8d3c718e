/** Where `bin/quorate.js` enters. */
import { EXIT } from './exit-codes.ts';
import { reportFailure } from './failure.ts';
import { runProgram } from './program.ts';
import { OutputClosed, realSurroundings, type Surroundings } from './surroundings.ts';

/** Run a command line, given without the program's name. @returns the exit code; never throws. */
export async function main(argv: readonly string[], given?: Surroundings): Promise<number> {
  const surroundings = given ?? (await realSurroundings());
  try {
    return await runProgram(argv, surroundings);
  } catch (error) {
    if (error instanceof OutputClosed) return EXIT.ok;
    return await reportFailure(error, surroundings.stderr, wantsJson(argv));
  }
}

function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return (end < 0 ? argv : argv.slice(0, end)).includes('--json');
}
