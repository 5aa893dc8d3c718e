/** `quorate cluster ...`: who the members are, and an administrator's decisions about them. */
import type { Command } from 'commander';
import type { Json } from '../../../stores/kv/index.ts';
import { withCluster } from '../cluster.ts';
import { EXIT } from '../exit-codes.ts';
import { type ClusterOptions, callOptions, clusterOptions, wholeNumber } from '../options.ts';
import { paintFor } from '../paint.ts';
import type { Running } from '../running.ts';
import { membersAnswer } from './members-answer.ts';
import { membersText } from './shown.ts';

const MOST_WEIGHT = 65_535;

const FORCE = ['--force', 'even if replicas would share a host', false] as const;

interface OrderOptions extends ClusterOptions {
  readonly force: boolean;
}

interface JoinOptions extends OrderOptions {
  readonly at?: string;
  readonly host?: string;
  readonly zone?: string;
  readonly weight?: number;
}

/** @returns the group, for further commands in it. */
export function addCluster(parent: Command, running: Running): Command {
  const cluster = parent.command('cluster').description('see and change who belongs to the cluster');
  clusterOptions(cluster.command('members').description('show the members, who is alive, and who waits to be let in')).action(
    (options: ClusterOptions) =>
      show(running, options, (administration) => administration.ask('members', undefined, callOptions(options))),
  );
  clusterOptions(cluster.command('join <node>').description('let a node in, at once'))
    .option('--at <address>', 'where it listens (default: as it says itself, if it was started with --join)')
    .option('--host <host>', 'its machine (default: as it says, else the host of its address)')
    .option('--zone <zone>', 'its zone (default: as it says, else default)')
    .option('--weight <weight>', 'its share of the load (default: as it says, else 1)', wholeNumber(1, MOST_WEIGHT))
    .option(...FORCE)
    .action((node: string, { at, host, zone, weight, force, ...options }: JoinOptions) =>
      order(running, options, 'cluster-join', given({ node, address: at, host, zone, weight, force })),
    );
  clusterOptions(cluster.command('leave <node>').description('let a node go, at once'))
    .option(...FORCE)
    .action((node: string, { force, ...options }: OrderOptions) => order(running, options, 'cluster-leave', { node, force }));
  clusterOptions(cluster.command('remove <node>').description('take a dead node out'))
    .option('--force', 'even if it is alive, or replicas would share a host', false)
    .action((node: string, { force, ...options }: OrderOptions) => order(running, options, 'cluster-remove', { node, force }));
  clusterOptions(
    cluster
      .command('weight')
      .description('give a node another share of the load, at once')
      .argument('<node>')
      .argument('<weight>', 'relative to the others', wholeNumber(1, MOST_WEIGHT)),
  )
    .option(...FORCE)
    .action((node: string, weight: number, { force, ...options }: OrderOptions) =>
      order(running, options, 'cluster-weight', { node, weight, force }),
    );
  clusterOptions(
    cluster.command('address').description('say where a node is reached now').argument('<node>').argument('<address>'),
  ).action((node: string, address: string, options: ClusterOptions) =>
    order(running, options, 'cluster-address', { node, address }),
  );
  return cluster;
}

type Administration = Parameters<Parameters<typeof withCluster<Json>>[2]>[0]['administration'];

function order(running: Running, options: ClusterOptions, command: string, argument: Json): Promise<void> {
  return show(running, options, (administration) => administration.order(command, argument, callOptions(options)));
}

async function show(
  { surroundings, finish }: Running,
  options: ClusterOptions,
  ask: (administration: Administration) => Promise<Json>,
): Promise<void> {
  const json = await withCluster(options.address, surroundings, ({ administration }) => ask(administration));
  const answer = membersAnswer(json);
  const { stdout } = surroundings;
  await stdout.write(options.json ? `${JSON.stringify(answer)}\n` : membersText(answer, paintFor(stdout, surroundings)));
  finish(EXIT.ok);
}

/** What was not said is not there. */
function given(fields: Readonly<Record<string, string | number | boolean | undefined>>): Json {
  const said: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) said[name] = value;
  return said;
}
