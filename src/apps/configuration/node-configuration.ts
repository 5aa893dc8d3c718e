/** From the cluster's file to what one node needs to know. */
import type { Address } from '../../runtime/world/index.ts';
import type { NodeConfiguration } from '../../stores/kv/index.ts';
import type { ClusterConfiguration, NodeEntry } from './cluster-configuration.ts';
import { badConfiguration } from './decoder.ts';

/** @throws QuorateError `bad-configuration` if there is no node of that name. `source` is the file's name. */
export function nodeEntry(source: string, configuration: ClusterConfiguration, name: string): NodeEntry {
  const entry = configuration.nodes.find((node) => node.name === name);
  if (entry !== undefined) return entry;
  const names = configuration.nodes.map((node) => node.name).join(', ');
  throw badConfiguration(source, `there is no node '${name}'; the nodes are ${names}`);
}

export interface Start {
  /** The node is new: it is not a member until an administrator decides so, whatever `nodes` says. */
  readonly join?: boolean;
  /** What the configuration's `seeds` have come to. */
  readonly seeds?: readonly Address[] | undefined;
}

export function nodeConfiguration(
  configuration: ClusterConfiguration,
  name: string,
  { join, seeds }: Start = {},
): NodeConfiguration {
  const nodes = configuration.nodes.map((node) => ({
    name: node.name,
    address: node.address,
    host: node.host,
    zone: node.zone,
    weight: node.weight,
  }));
  const newcomer = join === true ? nodes.find((node) => node.name === name) : undefined;
  const others = nodes.filter((node) => node !== newcomer).map(({ address }) => address);
  return {
    clusterName: configuration.cluster,
    nodeName: name,
    partitions: configuration.partitions,
    members: newcomer === undefined ? nodes : [],
    ...(newcomer === undefined ? {} : { newcomer }),
    ...(newcomer === undefined && seeds === undefined ? {} : { seeds: seeds ?? others }),
    defaults: configuration.defaults,
    buckets: configuration.buckets,
    limits: configuration.limits,
    maxInFlight: configuration.maxInFlight,
    ...(configuration.target === undefined ? {} : { target: configuration.target }),
  };
}
