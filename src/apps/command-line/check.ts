import type { Command } from 'commander';
import { jsonOption, wholeNumber } from './options.ts';
import type { CheckOptions } from './run-check.ts';
import type { Running } from './running.ts';

const MOST_PROCESSES = 99;
const MOST_STEPS = 1_000_000;
const MOST_STATES = 1_000_000_000;
const MOST_SECONDS = 86_400;
const MOST_THREADS = 256;

export function addCheck(parent: Command, { surroundings, finish }: Running): void {
  jsonOption(parent.command('check'))
    .argument('[protocol]', 'one of --list, or a module of your own (./file.ts) that exports `model`')
    .description('search every state that a protocol can come to, in any order of messages, crashes and timers; judge each')
    .option('--list', 'the protocols, and what can be chosen of each', false)
    .option('--all', 'check all of them in the configurations of docs/verification.md, in both orders, reduced and not', false)
    .option('--table', 'with --all: answer as a table in Markdown', false)
    .option('--servers <count>', 'how many servers', wholeNumber(0, MOST_PROCESSES))
    .option('--clients <count>', 'how many clients', wholeNumber(0, MOST_PROCESSES))
    .option('--crashes <count>', 'how often a server may crash and come back, altogether', wholeNumber(0, MOST_PROCESSES))
    .option('--losses <count>', 'how many messages may be lost', wholeNumber(0, MOST_PROCESSES))
    .option('--duplicates <count>', 'how often a message may be doubled', wholeNumber(0, MOST_PROCESSES))
    .option('--depth-first', 'search depth first: less memory, and longer runs to a violation', false)
    .option('--no-reductions', 'without symmetry and partial-order reduction')
    .option('--states-only', 'judge states, no infinite runs: what must hold eventually holds the reductions back', false)
    .option('--depth <steps>', 'leave no state that is so far from the beginning', wholeNumber(0, MOST_STEPS))
    .option('--states <count>', 'stop after so many states', wholeNumber(1, MOST_STATES))
    .option('--seconds <seconds>', 'stop after so long', wholeNumber(1, MOST_SECONDS))
    .option(
      '--threads <count>',
      'how many threads search (default 1); the time that is told begins when they are there',
      wholeNumber(1, MOST_THREADS),
    )
    .option('--report <file>', 'draw the run to a violation, or else to the first `sometimes`, as a page')
    .option('--save <file>', 'keep the run to a violation')
    .option('--replay <file>', 'do the steps of such a file again, instead of a search')
    .option('--explore', 'a page on which you choose the next step yourself, from the beginning or from a violation', false)
    .option('--port <port>', 'of the page (default: any)', wholeNumber(0, 65_535))
    .action(async (protocol: string | undefined, options: CheckOptions) => {
      const { runCheck } = await import('./run-check.ts');
      finish(await runCheck(protocol, options, surroundings));
    });
}
