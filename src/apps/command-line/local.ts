import type { Command } from 'commander';
import { Option } from 'commander';
import type { LocalLayout } from '../configuration/index.ts';
import { wholeNumber } from './options.ts';
import type { LocalOptions } from './run-local.ts';
import type { Running } from './running.ts';
import { LOG_LEVELS } from './start.ts';

const DEFAULTS = { nodes: 3, data: './data', port: 7401, httpPort: 7501 } as const;
const MOST_NODES = 64;
const MOST_PORT = 65_535;

export function addLocal(parent: Command, { surroundings, finish }: Running): void {
  const command = parent
    .command('local')
    .description('run a cluster of several processes on this machine, to try it and to develop against')
    .option('--nodes <count>', 'how many', wholeNumber(1, MOST_NODES), DEFAULTS.nodes)
    .option('--data <directory>', 'where the configuration and the data are', DEFAULTS.data)
    .option('--port <port>', 'of the first node; the others follow', wholeNumber(1, MOST_PORT), DEFAULTS.port)
    .option(
      '--http-port <port>',
      "of the first node's HTTP gateway; the others follow",
      wholeNumber(1, MOST_PORT),
      DEFAULTS.httpPort,
    )
    .addOption(
      new Option('--log-level <level>', "least important of the nodes' log lines to show").choices(LOG_LEVELS).default('error'),
    );
  command.action(async (options: LocalOptions) => {
    const isGiven = (name: keyof LocalLayout): boolean => command.getOptionValueSource(name) === 'cli';
    const { runLocal } = await import('./run-local.ts');
    finish(await runLocal(options, isGiven, surroundings));
  });
}
