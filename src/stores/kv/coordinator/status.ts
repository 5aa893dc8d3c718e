/** What a node tells of itself and the cluster: questions of people and of clients that look for more addresses. */

import { VERSION } from '../../../runtime/version/index.ts';
import type { MemberConfiguration, NodeConfiguration } from '../configuration.ts';
import type { ClusterStatus, RingDescription } from '../interface.ts';
import { isUp, type Topology } from './topology.ts';

export function clusterStatus(
  configuration: NodeConfiguration,
  topology: Topology,
  members: readonly MemberConfiguration[],
): ClusterStatus {
  const { ring } = topology;
  const owned = new Map<string, number>();
  for (let partition = 0; partition < ring.partitions; partition++) {
    const [owner] = ring.replicas(partition, 1);
    if (owner !== undefined) owned.set(owner, (owned.get(owner) ?? 0) + 1);
  }
  return {
    cluster: configuration.clusterName,
    answeredBy: configuration.nodeName,
    version: VERSION,
    partitions: ring.partitions,
    nodes: members.map(({ name, address, host, zone, weight }) => {
      const target = topology.target(name);
      const up = target !== undefined && isUp(target);
      return { name, address: address ?? '', host, zone, weight, up, share: (owned.get(name) ?? 0) / ring.partitions };
    }),
    buckets: Object.fromEntries([['*', configuration.defaults], ...configuration.buckets]),
  };
}

/** @param changes - how many have led to the ring. @param known - the JSON of the version that the asker knows: of that one it is told no more than its name. */
export function ringDescription({ ring }: Topology, changes: number, known: string): RingDescription {
  if (known === JSON.stringify(ring.version))
    return { partitions: ring.partitions, version: ring.version, nodes: [], preferenceLists: [], changes };
  const nodes = ring.nodes.map((node) => node.name);
  const indexOf = new Map<string, number>(nodes.map((name, index) => [name, index]));
  const preferenceLists = Array.from({ length: ring.partitions }, (_unused, partition) =>
    ring.preferenceList(partition).map((name) => indexOf.get(name) ?? -1),
  );
  return { partitions: ring.partitions, version: String(ring.version), nodes, preferenceLists, changes };
}
