/** What the command line asks for. */
import { parseArgs } from 'node:util';

export const USAGE = `Usage: npm run bench:trouble -- [options]

  --seconds 10           per measurement
  --missed 100000        puts that a node misses while it is down
  --directory .          where the data goes meanwhile: on a disk, not in memory`;

export interface TroubleOptions {
  readonly seconds: number;
  readonly missed: number;
  readonly directory: string;
}

/** @throws an error that names the option and the rule. */
export function readOptions(args: readonly string[]): TroubleOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '10' },
      missed: { type: 'string', default: '100000' },
      directory: { type: 'string', default: process.cwd() },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    seconds: numberFrom('--seconds', values.seconds, 1, 600),
    missed: numberFrom('--missed', values.missed, 1, 10_000_000),
    directory: values.directory,
  };
}

function numberFrom(option: string, text: string, min: number, max: number): number {
  const number = Number(text);
  if (!(number >= min && number <= max)) throw new Error(`${option} '${text}' is no number from ${min} to ${max}`);
  return number;
}
