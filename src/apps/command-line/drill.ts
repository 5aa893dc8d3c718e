/** `quorate drill`: real processes under real faults; the work is loaded when it runs. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { DrillCommandOptions } from './drill-session.ts';
import { jsonOption, wholeNumber } from './options.ts';
import type { Running } from './running.ts';
import { seedOption } from './seed.ts';

const LEAST_NODES = 3;
const MOST_NODES = 9;
const LEAST_SECONDS = 5;
const MOST_SECONDS = 86_400;
const MOST_CLIENTS = 256;
const MOST_KEYS = 10_000;

/** As in src/apps/drill, which is not loaded for a description. */
const KINDS = ['kill', 'pause', 'partition', 'zone', 'slow', 'disk'] as const;
const CHANGES = ['join', 'replace', 'leave', 'weight'] as const;

export function addDrill(parent: Command, { surroundings, finish }: Running): void {
  jsonOption(parent.command('drill'))
    .description('run a cluster of real processes under real faults, judge what its clients saw, and write a report')
    .option('--nodes <count>', 'nodes of the cluster (default 3)', wholeNumber(LEAST_NODES, MOST_NODES))
    .option('--seconds <seconds>', 'how long clients and faults are at work', wholeNumber(LEAST_SECONDS, MOST_SECONDS), 30)
    .option(
      '--faults <kinds>',
      `some of ${KINDS.join(',')}, or none (default: all that the machine allows)`,
      someOf('fault', KINDS),
    )
    .option(
      '--changes <kinds>',
      `changes of the ring meanwhile: some of ${CHANGES.join(',')}, or none (default: all but weight)`,
      someOf('change of the ring', CHANGES),
    )
    .option('--seed <seed>', 'repeat the plan of this seed, decimal or hexadecimal behind 0x (default: a new one)', seedOption)
    .option('--clients <count>', 'clients at work at a time', wholeNumber(1, MOST_CLIENTS), 8)
    .option('--keys <count>', 'keys in use at a time', wholeNumber(1, MOST_KEYS), 10)
    .addOption(
      new Option(
        '--network <means>',
        'how lines are cut and slowed: network namespaces (needs root), or a proxy between the nodes',
      )
        .choices(['auto', 'namespaces', 'proxy'])
        .default('auto'),
    )
    .option(
      '--report <file>',
      'where the report goes, with history.jsonl beside it (default: ./quorate-drill-<seed>/report.html)',
    )
    .option(
      '--config <file>',
      'drill the cluster that this configuration describes, which runs already, instead of one of its own',
    )
    .option('--commands <file>', 'with --config: the commands by which faults are done there (see docs/verification.md)')
    // The drill runs itself again within the network namespace of that name.
    .addOption(new Option('--inside <prefix>').hideHelp())
    .action(async (options: DrillCommandOptions) => {
      const { runDrillCommand } = await import('./run-drill.ts');
      finish(await runDrillCommand(options, surroundings));
    });
}

function someOf(what: string, kinds: readonly string[]): (text: string) => readonly string[] {
  return (text) => {
    if (text === 'none') return [];
    const given = text.split(',').map((kind) => kind.trim());
    const unknown = given.find((kind) => !kinds.includes(kind));
    if (unknown === undefined) return [...new Set(given)];
    throw new InvalidArgumentError(`'${unknown}' is no ${what}; those are ${kinds.join(', ')}, or none at all: none.`);
  };
}
