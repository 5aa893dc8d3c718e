/**
 * The ring as the stores use it: which partition a position is in, and whose replicas it has, each in constant time.
 *
 * The ring is the circle of MD5 digests of keys; partition p is its p-th equal part, so the partition of a digest is its first
 * log2(Q) bits (the Dynamo paper, sections 4.2 and 6.2).
 */
import { invariant } from '../../runtime/errors/index.ts';
import type { Assignment } from './assignment.ts';
import { hashText, mixPair } from './hash.ts';
import type { NodeName, RingNode } from './node.ts';
import { ListInProgress, separation } from './separation.ts';

/** A partition's number, 0 .. Q - 1, clockwise. */
export type Partition = number;

export interface Ring {
  /** Q. */
  readonly partitions: number;
  /** Names the history that the ring comes from: two rings with the same version are the same. */
  readonly version: string;
  /** Sorted by name. */
  readonly nodes: readonly RingNode[];
  /** Of a position, the MD5 digest of bucket and key: at least its first 4 bytes. */
  partitionOf(position: Uint8Array): Partition;
  /** All nodes: the replicas in order, then those who stand in for them in order. Always the same array. */
  preferenceList(partition: Partition): readonly NodeName[];
  /** The first n of the preference list, or all when there are fewer. Always the same array. */
  replicas(partition: Partition, n: number): readonly NodeName[];
}

export function createRing(assignment: Assignment, version: string): Ring {
  const { partitions, nodes } = assignment;
  const lists = completeLists(assignment);
  const beginnings: (readonly (readonly NodeName[])[] | undefined)[] = [];
  const shift = Math.clz32(partitions);
  const at = <T>(table: readonly T[], partition: Partition): T => {
    const entry = table[partition];
    invariant(entry !== undefined, `partition ${partition} is one of ${partitions}`);
    return entry;
  };
  return {
    partitions,
    version,
    nodes,
    partitionOf(position) {
      invariant(position.length >= 4, 'a position has at least 4 bytes');
      const high = ((position[0] as number) << 8) | (position[1] as number);
      const low = ((position[2] as number) << 8) | (position[3] as number);
      // In two steps: with one partition all 32 bits go, and a shift by 32 would be a shift by 0.
      return (((high << 16) | low) >>> shift) >>> 1;
    },
    preferenceList: (partition) => at(lists, partition),
    replicas(partition, n) {
      if (n >= nodes.length) return at(lists, partition);
      let known = beginnings[n];
      if (known === undefined) {
        invariant(Number.isInteger(n) && n >= 0, `${n} counts replicas`);
        known = lists.map((list) => list.slice(0, n));
        beginnings[n] = known;
      }
      return at(known, partition);
    },
  };
}

/** The assigned replicas, then the other nodes, by the same separation of hosts and zones, in an order of each partition's own. */
function completeLists({ partitions, nodes, slots }: Assignment): readonly (readonly NodeName[])[] {
  const hashes = nodes.map((node) => hashText(node.name));
  const list = new ListInProgress(separation(nodes));
  return Array.from({ length: partitions }, (_, partition) => {
    const order = (node: number): number => mixPair(hashes[node] as number, partition);
    list.clear();
    for (const holders of slots) list.append(holders[partition] as number);
    while (list.list.length < nodes.length) {
      let next = -1;
      list.forEachPermitted((node) => {
        if (next === -1 || order(node) < order(next)) next = node;
      });
      list.append(next);
    }
    return list.list.map((node) => (nodes[node] as RingNode).name);
  });
}
