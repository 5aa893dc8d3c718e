/** From the cluster's file to what one node needs to know. */
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

export function nodeConfiguration(configuration: ClusterConfiguration, name: string): NodeConfiguration {
  return {
    clusterName: configuration.cluster,
    nodeName: name,
    partitions: configuration.partitions,
    members: configuration.nodes.map(({ name, address, host, zone, weight }) => ({ name, address, host, zone, weight })),
    defaults: configuration.defaults,
    buckets: configuration.buckets,
    limits: configuration.limits,
    maxInFlight: configuration.maxInFlight,
    ...(configuration.target === undefined ? {} : { target: configuration.target }),
  };
}
