/** The work of `quorate drill`: where it takes place, and the namespaces around it. */
import { dirname } from 'node:path';
import process from 'node:process';
import { QuorateError } from '../../runtime/errors/index.ts';
import { programArguments, readTextFile, runInPlace } from '../../runtime/real/index.ts';
import { parseConfiguration } from '../configuration/index.ts';
import {
  CHANGE_KINDS,
  type DrillPlan,
  drawPlan,
  ExistingCluster,
  FAULT_KINDS,
  NamespaceNetwork,
  Namespaces,
  newcomersOf,
  OwnCluster,
  ProxyNetwork,
  parseCommands,
  removeLeftovers,
  whyNoNamespaces,
} from '../drill/index.ts';
import { type DrillCommandOptions, DrillSession } from './drill-session.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { usageError } from './failure.ts';
import type { Surroundings } from './surroundings.ts';

const PREFIX = 'quorate-drill-';
const DEFAULT_NODES = 3;
/** The nodes of a cluster of its own stand in so many zones, by turns. */
const ZONES = 3;

export async function runDrillCommand(given: DrillCommandOptions, surroundings: Surroundings): Promise<ExitCode> {
  const { random } = surroundings;
  const seed = given.seed ?? (BigInt(random.uint32()) << 32n) | BigInt(random.uint32());
  const options = { ...given, seed };
  try {
    if (options.config !== undefined) return await drillExisting(options.config, options, surroundings);
    if (options.commands !== undefined) throw usageError('--commands is for a cluster that runs already: it needs --config.');
    return await drillOwn(options, given.seed === undefined, surroundings);
  } catch (error) {
    // That it could not run must not look like a violation.
    if (error instanceof QuorateError && error.code !== 'usage') throw usageError(error.message, error.next);
    throw error;
  }
}

type Options = DrillCommandOptions & { readonly seed: bigint };

async function drillExisting(config: string, options: Options, surroundings: Surroundings): Promise<ExitCode> {
  if (options.nodes !== undefined)
    throw usageError('--nodes is for a cluster of its own; with --config the file says which there are.');
  if ((options.changes ?? []).length > 0)
    throw usageError(
      '--changes is for a cluster of its own; the ring of one that runs already is changed by its administrators.',
    );
  const { nodes } = parseConfiguration(config, await readTextFile(config));
  const { commands: file } = options;
  const commands = file === undefined ? new Map() : parseCommands(file, await readTextFile(file));
  const kinds = kindsOf(options).filter((kind) => commands.has(kind));
  const zones = new Map(nodes.map(({ name, zone }) => [name, zone]));
  const plan = drawPlan(options.seed, {
    nodes: [...zones.keys()],
    seconds: options.seconds,
    kinds: kinds.filter((kind) => kind !== 'zone' || new Set(zones.values()).size > 1),
    zoneOf: (node) => zones.get(node) ?? '',
  });
  const session = new DrillSession({ options, plan, surroundings });
  return await session.run(new ExistingCluster({ nodes, commands }));
}

async function drillOwn(options: Options, isNewSeed: boolean, surroundings: Surroundings): Promise<ExitCode> {
  const names = Array.from({ length: options.nodes ?? DEFAULT_NODES }, (_unused, index) => `n${index + 1}`);
  if (options.inside !== undefined) return await drillWithin(options, names, surroundings);
  if (options.network !== 'proxy') {
    const why = await whyNoNamespaces(process.pid);
    if (why === undefined) return await drillInNamespaces(options, names, { isNewSeed, surroundings });
    if (options.network === 'namespaces')
      throw usageError(`--network namespaces: ${why}.`, 'Run it as root, or with --network proxy.');
    return await drillWithin(options, names, surroundings, `since ${why}`);
  }
  return await drillWithin(options, names, surroundings, 'as told');
}

/** Make the namespaces, run this command again within, and remove them whatever happened. */
async function drillInNamespaces(
  options: Options,
  names: readonly string[],
  { isNewSeed, surroundings }: { readonly isNewSeed: boolean; readonly surroundings: Surroundings },
): Promise<ExitCode> {
  await removeLeftovers(isAlive);
  const prefix = `${PREFIX}${process.pid}`;
  const namespaces = new Namespaces(prefix, [...names, ...newcomersOf(ownPlan(options, names).changes)]);
  let stop = (): void => {};
  let interrupted = false;
  const stopListening = surroundings.onInterrupt(() => {
    interrupted = true;
    stop();
  });
  try {
    await namespaces.create();
    if (interrupted) return EXIT.interrupted;
    const { code } = await runInPlace(
      [...programArguments(), ...(isNewSeed ? ['--seed', `${options.seed}`] : []), '--inside', prefix],
      {
        launcher: ['ip', 'netns', 'exec', namespaces.hub],
        onStarted: (child) => {
          stop = () => child.kill('SIGTERM');
        },
      },
    );
    return Object.values(EXIT).find((known) => known === code) ?? EXIT.usage;
  } finally {
    await namespaces.remove();
    stopListening();
  }
}

async function drillWithin(options: Options, nodes: readonly string[], surroundings: Surroundings, why = ''): Promise<ExitCode> {
  const { inside } = options;
  const plan = ownPlan(options, nodes);
  const newcomers = newcomersOf(plan.changes);
  const all = [...nodes, ...newcomers];
  const session = new DrillSession({ options, plan, surroundings });
  const directory = dirname(session.report);
  const network = inside === undefined ? await ProxyNetwork.open(all) : await NamespaceNetwork.open(inside, all);
  const smallDisks = plan.faults.flatMap(({ fault }) => (fault.kind === 'disk' ? fault.nodes : []));
  const means =
    inside === undefined ? `lines through a proxy between the nodes, ${why}` : 'each node in a network namespace of its own';
  const more = { means, directory, zoneOf, smallDisks: [...new Set(smallDisks)] };
  return await session.run(new OwnCluster({ nodes, newcomers, network, ...more }));
}

function ownPlan(options: Options, nodes: readonly string[]): DrillPlan {
  const { seed, seconds, faults, changes } = options;
  return drawPlan(seed, {
    ...{ nodes, seconds, zoneOf },
    // Zones of one node each are what partitions cut off anyway.
    kinds: kindsOf(options).filter((kind) => kind !== 'zone' || faults !== undefined || nodes.length > ZONES),
    changes: CHANGE_KINDS.filter((kind) => changes?.includes(kind) ?? kind !== 'weight'),
  });
}

/** By the number in the name. */
function zoneOf(node: string): string {
  return `z${((Number(node.slice(1)) - 1) % ZONES) + 1}`;
}

function kindsOf({ faults }: Options): readonly (typeof FAULT_KINDS)[number][] {
  return FAULT_KINDS.filter((kind) => faults?.includes(kind) ?? true);
}

function isAlive(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch (error) {
    // It may be another user's, and is alive then.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
