/** Nodes in the simulated world, asked directly. */
import { QuorateError } from '../../runtime/errors/index.ts';
import type { Simulation } from '../../runtime/simulated/index.ts';
import type { NodeWorld } from '../../runtime/world/index.ts';
import type { MemberConfiguration, NodeConfiguration } from './configuration.ts';
import type { KvNode } from './node.ts';
import type { KvRequest, ReplyOf } from './requests.ts';
import { DEFAULT_LIMITS, DEFAULT_SETTINGS } from './settings.ts';

/** Longer than any test lets a request take. */
const ANSWER_LIMIT_MS = 60_000;

/** Each on a host of its own, all in one zone. */
export function memberOf(name: string) {
  return { name, address: `${name}:1`, host: name, zone: 'z', weight: 1 } satisfies MemberConfiguration;
}

/** Of a node in a cluster of these. */
export function configurationOf(
  nodeName: string,
  names: readonly string[],
  overrides: Partial<NodeConfiguration> = {},
): NodeConfiguration {
  return {
    clusterName: 'test',
    nodeName,
    partitions: 8,
    members: names.map(memberOf),
    defaults: DEFAULT_SETTINGS,
    buckets: new Map(),
    limits: DEFAULT_LIMITS,
    maxInFlight: 100,
    ...overrides,
  };
}

/** Start a node of each name. What is returned finds them: by a restart `create` makes a new one, which takes the place of the old. */
export function startNodes(
  simulation: Simulation,
  names: readonly string[],
  create: (world: NodeWorld, nodeName: string) => KvNode,
): (name: string) => KvNode {
  const nodes = new Map<string, KvNode>();
  for (const nodeName of names) {
    simulation.start(nodeName, (world) => {
      const node = create(world, nodeName);
      nodes.set(nodeName, node);
      node.begin((error) => {
        if (error !== undefined) throw error;
      });
    });
  }
  return (name) => {
    const node = nodes.get(name);
    if (node === undefined) throw new Error(`no node ${name}`);
    return node;
  };
}

/** Ask a node, and let time pass until it has answered or refused. */
export function outcomeOf<Request extends KvRequest>(
  simulation: Simulation,
  node: KvNode,
  request: Request,
): ReplyOf<Request> | QuorateError {
  let outcome: ReplyOf<Request> | QuorateError | undefined;
  const settle = (found: ReplyOf<Request> | QuorateError): void => {
    outcome = found;
  };
  node.execute(request, { reply: settle, fail: settle });
  simulation.run(() => outcome !== undefined, ANSWER_LIMIT_MS);
  if (outcome === undefined) throw new Error(`${node.name} has not answered`);
  return outcome;
}

/** As {@link outcomeOf}. @throws QuorateError the refusal */
export function answerOf<Request extends KvRequest>(simulation: Simulation, node: KvNode, request: Request): ReplyOf<Request> {
  const outcome = outcomeOf(simulation, node, request);
  if (outcome instanceof QuorateError) throw outcome;
  return outcome;
}
