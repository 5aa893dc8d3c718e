import type { Command } from 'commander';
import { jsonOption, wholeNumber } from './options.ts';
import type { Running } from './running.ts';
import { seedOption } from './seed.ts';
import type { SimulateOptions } from './simulate-options.ts';

const MOST_RUNS = 1_000_000_000;
const MOST_NODES = 1_000;
const MOST_CLIENTS = 1_000;
const LEAST_NODES = 3;
const MOST_ZONES = 16;
const MOST_SECONDS = 86_400;
const MOST_MINUTES = 10_000;

export function addSimulate(parent: Command, { surroundings, finish }: Running): void {
  jsonOption(parent.command('simulate'))
    .description('run whole clusters under faults in one thread, on virtual time, each from a seed; judge what they did')
    .option('--runs <count>', 'how many seeds (default 200, with --nodes above 16: 1)', wholeNumber(1, MOST_RUNS))
    .option('--minutes <minutes>', 'go on for so long instead of so many runs', wholeNumber(1, MOST_MINUTES))
    .option('--first <seed>', 'the first seed of the runs; the others follow (default: a new one each time)', seedOption)
    .option('--seed <seed>', 'this seed alone, decimal or hexadecimal behind 0x', seedOption)
    .option('--replay <file>', 'the run that this file describes, as a failed run has left it')
    .option('--trace', 'show what happened, event by event', false)
    .option('--whole', 'everything at once: atomic buckets too, a node that is away for long; judged by all seven proofs')
    .option('--ring-changes', 'as --whole, while nodes join, leave, get another weight, are lost and replaced')
    .option('--nodes <count>', 'nodes of the cluster (default: 3 to 5, by the seed)', wholeNumber(LEAST_NODES, MOST_NODES))
    .option(
      '--clients <count>',
      'clients, each with a dozen requests a second (default: 2 to 4, by the seed)',
      wholeNumber(1, MOST_CLIENTS),
    )
    .option(
      '--zones <count>',
      'spread nodes and clients over so many zones, far apart; cut whole zones off and let them lose their power',
      wholeNumber(2, MOST_ZONES),
    )
    .option('--seconds <seconds>', 'simulated seconds of trouble in each run (default 8)', wholeNumber(1, MOST_SECONDS))
    .option('--save <directory>', 'where the shrunk plan of a failure is written', '.')
    .option('--no-shrink', 'leave a failing plan as it is')
    .action(async (options: SimulateOptions) => {
      const { runSimulate } = await import('./run-simulate.ts');
      finish(await runSimulate(options, surroundings));
    });
}
