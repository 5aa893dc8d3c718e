/** Clusters of many hundreds of nodes need more memory than Node.js allows itself: the command runs again in a process that may have it. */
import { type Ending, environmentVariable, programArguments, spawnChild } from '../../runtime/real/index.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Surroundings } from './surroundings.ts';

const MARK = 'QUORATE_LARGER_PROCESS';
const HEAP_MEGABYTES = 16_384;

/** Whether this process is the larger one already. */
export function isLargerProcess(): boolean {
  return environmentVariable(MARK) !== undefined;
}

/** Run the very same command there, and pass on what it says. */
export async function runInLargerProcess({ stdout, stderr }: Surroundings): Promise<ExitCode> {
  const options = [environmentVariable('NODE_OPTIONS'), `--max-old-space-size=${HEAP_MEGABYTES}`];
  const written: Promise<void>[] = [];
  const ending = await new Promise<Ending>((resolve, reject) => {
    spawnChild(programArguments(), {
      environment: { [MARK]: '1', NODE_OPTIONS: options.filter((text) => text !== undefined).join(' ') },
      onOutputLine: (line) => written.push(stdout.write(`${line}\n`)),
      onErrorLine: (line) => written.push(stderr.write(`${line}\n`)),
      onEnd: (how, failure) => (failure === undefined ? resolve(how) : reject(failure)),
    });
  });
  await Promise.all(written);
  for (const code of Object.values(EXIT)) if (code === ending.code) return code;
  return EXIT.error;
}
