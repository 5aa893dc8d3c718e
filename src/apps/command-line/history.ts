/** `quorate history`: what clients did and saw, judged and converted; the work is loaded when it runs. */
import { type Command, Option } from 'commander';
import { wholeNumber } from './options.ts';
import type { CheckHistoryOptions, ConvertHistoryOptions } from './run-history.ts';
import type { Running } from './running.ts';

const MOST_STEPS = 15_000_000;

export function addHistory(parent: Command, { surroundings, finish }: Running): void {
  const history = parent.command('history').description('judge the histories of what clients did and saw');
  history
    .command('check <file>')
    .description('judge a history; exit code 0: fine, 1: a violation (or undecided), 2: it cannot be judged')
    .option(
      '--model <model>',
      'what it is judged as (default: what the file says): register, map, lock, queue, log, ... (see docs/verification.md)',
    )
    .addOption(formatOption('--format <format>', 'what the file is (default: by its name, .edn or else json)'))
    .option('--keyed', 'in EDN: every value is a pair of key and value', false)
    .option('--isolation <level>', 'for transactions: from read-uncommitted to strict-serializable (default)')
    .option('--stale-allowed', 'for sets: stale reads are only counted', false)
    .option('--most-steps <count>', 'end a search after so many steps (default 5000000)', wholeNumber(1, MOST_STEPS))
    .option('--picture <file>', 'draw the violation as a page')
    .action(async (file: string, options: CheckHistoryOptions) => {
      const { checkHistory } = await import('./run-history.ts');
      finish(await checkHistory(file, options, surroundings));
    });
  history
    .command('convert <file>')
    .description('write a history in the other form to standard output')
    .addOption(formatOption('--to <format>', 'json or edn').makeOptionMandatory())
    .addOption(formatOption('--format <format>', 'what the file is (default: by its name, .edn or else json)'))
    .option('--keyed', 'in EDN: every value is a pair of key and value', false)
    .action(async (file: string, options: ConvertHistoryOptions) => {
      const { convertHistory } = await import('./run-history.ts');
      finish(await convertHistory(file, options, surroundings));
    });
}

function formatOption(flags: string, description: string): Option {
  return new Option(flags, description).choices(['json', 'edn']);
}
