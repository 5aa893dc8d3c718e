/** What the command line asks for. */
import { parseArgs } from 'node:util';

export const SCENARIOS = ['down', 'hints', 'repair', 'join', 'join-at-rest', 'recovery-hints', 'recovery-repair'] as const;
export type Scenario = (typeof SCENARIOS)[number];

export const USAGE = `Usage: npm run bench:trouble -- [options]

  --only ${SCENARIOS.join(',')}
                         which of them; each has a cluster of its own
  --seconds 10           per measurement, at least
  --requests 20000       of each verb per measurement, at least: a tail of fewer says little
  --patience 300         seconds until a trouble that does not end is given up
  --missed 100000        writes that a node misses while it is down
  --puts N, --gets N     per second, both at once: the load under which tails are compared. By default an eighth
                         of the peak of each, which together is a quarter of what the cluster can do
  --target MS            of the 99.9th percentile, told to the nodes; the nodes' own default without it
  --timeline             also the 99.9th percentile of each second
  --directory .          where the data goes meanwhile: on a disk, not in memory`;

export interface TroubleOptions {
  readonly scenarios: readonly Scenario[];
  readonly seconds: number;
  readonly requests: number;
  /** Seconds. */
  readonly patience: number;
  readonly missed: number;
  readonly puts: number | undefined;
  readonly gets: number | undefined;
  readonly targetMs: number | undefined;
  readonly timeline: boolean;
  readonly directory: string;
}

/** @throws an error that names the option and the rule. */
export function readOptions(args: readonly string[]): TroubleOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', default: SCENARIOS.join(',') },
      seconds: { type: 'string', default: '10' },
      requests: { type: 'string', default: '20000' },
      patience: { type: 'string', default: '300' },
      missed: { type: 'string', default: '100000' },
      puts: { type: 'string' },
      gets: { type: 'string' },
      target: { type: 'string' },
      timeline: { type: 'boolean', default: false },
      directory: { type: 'string', default: process.cwd() },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    scenarios: values.only.split(',').map(scenarioFrom),
    seconds: numberFrom('--seconds', values.seconds, 1, 600),
    requests: numberFrom('--requests', values.requests, 1, 10_000_000),
    patience: numberFrom('--patience', values.patience, 1, 86_400),
    missed: numberFrom('--missed', values.missed, 1, 10_000_000),
    puts: values.puts === undefined ? undefined : numberFrom('--puts', values.puts, 1, 1_000_000),
    gets: values.gets === undefined ? undefined : numberFrom('--gets', values.gets, 1, 1_000_000),
    targetMs: values.target === undefined ? undefined : numberFrom('--target', values.target, 1, 60_000),
    timeline: values.timeline,
    directory: values.directory,
  };
}

function scenarioFrom(text: string): Scenario {
  const scenario = SCENARIOS.find((known) => known === text);
  if (scenario === undefined) throw new Error(`--only '${text}' is none of ${SCENARIOS.join(', ')}`);
  return scenario;
}

function numberFrom(option: string, text: string, min: number, max: number): number {
  const number = Number(text);
  if (!(number >= min && number <= max)) throw new Error(`${option} '${text}' is no number from ${min} to ${max}`);
  return number;
}
