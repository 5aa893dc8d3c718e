/** What a ring puts where, and what a change of ring moves: the figures behind `status`, `ring` and `plan`. */
import { invariant } from '../../runtime/errors/index.ts';
import type { NodeName, RingNode } from './node.ts';
import type { Partition, Ring } from './ring.ts';

/** A partition whose replicas change. */
export interface Move {
  readonly partition: Partition;
  /** Nodes that become replicas and need the partition's data, in the order of the new list. */
  readonly gains: readonly NodeName[];
  /** Nodes that no longer are replicas, in the order of the old list. */
  readonly loses: readonly NodeName[];
}

/** The partitions of which the n replicas are not the same nodes, in ascending order. A mere change of order moves nothing. */
export function moves(before: Ring, after: Ring, n: number): Move[] {
  invariant(before.partitions === after.partitions, 'both rings have the same partitions');
  const changed: Move[] = [];
  for (let partition = 0; partition < before.partitions; partition++) {
    const old = before.replicas(partition, n);
    const now = after.replicas(partition, n);
    const gains = now.filter((name) => !old.includes(name));
    const loses = old.filter((name) => !now.includes(name));
    if (gains.length > 0 || loses.length > 0) changed.push({ partition, gains, loses });
  }
  return changed;
}

/** One node's part in a ring. */
export interface NodeShare extends RingNode {
  /** Partitions of which the node is the first replica. */
  readonly first: number;
  /** Partitions of which the node is one of the n replicas. */
  readonly replicas: number;
  /** What `replicas` would be if weight alone decided; not a whole number in general. */
  readonly fairReplicas: number;
}

/** Each node's part, in the order of `ring.nodes`. */
export function describe(ring: Ring, n: number): NodeShare[] {
  const first = new Map<NodeName, number>();
  const replicas = new Map<NodeName, number>();
  const count = (counts: Map<NodeName, number>, name: NodeName): void => void counts.set(name, (counts.get(name) ?? 0) + 1);
  for (let partition = 0; partition < ring.partitions; partition++) {
    for (const [index, name] of ring.replicas(partition, n).entries()) {
      if (index === 0) count(first, name);
      count(replicas, name);
    }
  }
  const weights = ring.nodes.reduce((sum, node) => sum + node.weight, 0);
  const places = ring.partitions * Math.min(n, ring.nodes.length);
  return ring.nodes.map((node) => ({
    ...node,
    first: first.get(node.name) ?? 0,
    replicas: replicas.get(node.name) ?? 0,
    fairReplicas: (places * node.weight) / weights,
  }));
}
