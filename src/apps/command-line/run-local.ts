/** The work of `quorate local`: a configuration, a process per node, and what the user sees of them. */
import { join } from 'node:path';
import {
  exists,
  type LogLevel,
  makeDirectory,
  readTextFile,
  spawnChild,
  walk,
  writeFileAtomically,
} from '../../runtime/real/index.ts';
import {
  badConfiguration,
  type ClusterConfiguration,
  type LocalLayout,
  localConfigurationText,
  parseConfiguration,
  withLocalPorts,
} from '../configuration/index.ts';
import { shownDuration } from './amounts.ts';
import { LOCAL_CONFIGURATION } from './cluster.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { LocalCluster } from './local-cluster.ts';
import { type Paint, paintFor } from './paint.ts';
import type { Surroundings } from './surroundings.ts';
import { table } from './table.ts';

export interface LocalOptions {
  readonly nodes: number;
  readonly data: string;
  readonly port: number;
  readonly httpPort: number;
  readonly logLevel: LogLevel;
}

export async function runLocal(
  options: LocalOptions,
  isGiven: (name: keyof LocalLayout) => boolean,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { stdout, clock } = surroundings;
  const file = join(options.data, 'quorate.json');
  const configuration = await prepare(file, options, isGiven);
  const paint = paintFor(stdout, surroundings);
  const started = clock.now();
  const cluster = new LocalCluster({
    nodes: configuration.nodes.map((node) => node.name),
    start: (node, handlers) =>
      spawnChild(
        ['start', '--config', file, '--node', node, '--json', '--with-parent', '--log-level', options.logLevel],
        handlers,
      ),
    say: (line) => void stdout.write(`${line}\n`),
    paint,
    howToRestart: (node) => `npx quorate start --config ${file} --node ${node}`,
  });
  let asked = 0;
  const stopListening = surroundings.onInterrupt(() => {
    asked += 1;
    if (asked === 1) cluster.stop();
    else cluster.kill();
  });
  try {
    if (await cluster.ready)
      await stdout.write(welcome({ file, configuration, cluster, elapsedMs: clock.now() - started, data: options.data }, paint));
    await cluster.ended;
  } finally {
    stopListening();
  }
  if (cluster.failure !== undefined) throw cluster.failure;
  if (asked > 0) await stdout.write(`all nodes have stopped; the data are in ${options.data}\n`);
  return asked > 0 ? EXIT.ok : EXIT.error;
}

/** The configuration that is there, moved to other ports if asked for, or a new one. */
async function prepare(
  file: string,
  options: LocalOptions,
  isGiven: (name: keyof LocalLayout) => boolean,
): Promise<ClusterConfiguration> {
  if (!(await exists(file))) {
    if (await exists(options.data)) {
      const first = await walk(options.data).next();
      if (!first.done)
        throw badConfiguration(
          options.data,
          `it holds ${first.value.path} but no quorate.json: it is not the directory of a local cluster`,
        );
    }
    const text = localConfigurationText(options);
    await makeDirectory(options.data);
    await writeFileAtomically(file, text);
    return parseConfiguration(file, text);
  }
  const text = await readTextFile(file);
  const configuration = parseConfiguration(file, text);
  const count = configuration.nodes.length;
  if (isGiven('nodes') && options.nodes !== count) {
    throw badConfiguration(
      file,
      `the cluster has ${count} nodes, not --nodes ${options.nodes}; for another number take another --data directory`,
    );
  }
  if (!isGiven('port') && !isGiven('httpPort')) return configuration;
  const moved = withLocalPorts(file, text, {
    ...(isGiven('port') ? { port: options.port } : {}),
    ...(isGiven('httpPort') ? { httpPort: options.httpPort } : {}),
  });
  const result = parseConfiguration(file, moved);
  await writeFileAtomically(file, moved);
  return result;
}

interface Welcome {
  readonly file: string;
  readonly data: string;
  readonly configuration: ClusterConfiguration;
  readonly cluster: LocalCluster;
  readonly elapsedMs: number;
}

function welcome({ file, data, configuration, cluster, elapsedMs }: Welcome, paint: Paint): string {
  const { nodes } = configuration;
  const rows = nodes.map(({ name, address, http }) => [
    `  ${name}`,
    address,
    http === undefined ? '-' : `http://${http}`,
    `pid ${cluster.processId(name) ?? '-'}`,
  ]);
  const first = nodes[0];
  const told = file === LOCAL_CONFIGURATION || first === undefined ? '' : ` --address ${first.address}`;
  const http = nodes.find((node) => node.http !== undefined)?.http;
  const tries = [
    `npx quorate kv put carts alice '{"items":["milk"]}'${told}`,
    `npx quorate kv get carts alice${told}`,
    http === undefined ? `npx quorate status${told}` : `curl -i http://${http}/kv/carts/alice`,
  ];
  return (
    `${paint.bold(`cluster ${configuration.cluster} is ready`)} (${shownDuration(elapsedMs)}), data in ${data}\n\n` +
    `${table([['  node', 'address', 'http', 'process'], ...rows], paint)}\n` +
    `try, in another terminal:\n${tries.map((command) => `  ${paint.cyan(command)}\n`).join('')}\n` +
    'Ctrl-C stops all nodes.\n'
  );
}
