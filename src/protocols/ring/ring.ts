/**
 * The ring as the stores use it: which partition a position is in, and whose replicas it has, each in constant time.
 *
 * The ring is the circle of MD5 digests of keys; partition p is its p-th equal part, so the partition of a digest is its first
 * log2(Q) bits (the Dynamo paper, sections 4.2 and 6.2).
 */
import { invariant } from '../../runtime/errors/index.ts';
import type { Assignment } from './assignment.ts';
import { completeList } from './complete-list.ts';
import { hashText, mixPair } from './hash.ts';
import type { NodeName, RingNode } from './node.ts';
import { separation } from './separation.ts';

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
  const { partitions, nodes, slots } = assignment;
  const listOf = completeLists(assignment);
  const beginnings: (readonly NodeName[] | undefined)[][] = [];
  const shift = Math.clz32(partitions);
  const check = (partition: Partition): void => {
    const isOne = Number.isInteger(partition) && partition >= 0 && partition < partitions;
    // Asked all the time: the sentence is only made when it is needed.
    if (!isOne) invariant(isOne, `partition ${partition} is one of ${partitions}`);
  };
  const preferenceList = (partition: Partition): readonly NodeName[] => {
    check(partition);
    return listOf(partition);
  };
  const names = nodes.map(({ name }) => name);
  const beginning = (partition: Partition, n: number): readonly NodeName[] => {
    if (n > slots.length) return listOf(partition).slice(0, n);
    const list: NodeName[] = [];
    for (let slot = 0; slot < n; slot++) list.push(names[(slots[slot] as Int32Array)[partition] as number] as NodeName);
    return list;
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
    preferenceList,
    replicas(partition, n) {
      if (n >= nodes.length) return preferenceList(partition);
      check(partition);
      let known = beginnings[n];
      if (known === undefined) {
        invariant(Number.isInteger(n) && n >= 0, `${n} counts replicas`);
        known = new Array<readonly NodeName[] | undefined>(partitions).fill(undefined);
        beginnings[n] = known;
      }
      const list = known[partition] ?? beginning(partition, n);
      known[partition] = list;
      return list;
    },
  };
}

/** Each partition's whole list, made when someone wants it: in a large cluster that is seldom, and all are Q times the nodes long. */
function completeLists({ partitions, nodes, slots }: Assignment): (partition: Partition) => readonly NodeName[] {
  const hashes = nodes.map((node) => hashText(node.name));
  const among = separation(nodes);
  const known = new Array<readonly NodeName[] | undefined>(partitions).fill(undefined);
  return (partition) => {
    const head = slots.map((holders) => holders[partition] as number);
    const make = (): NodeName[] =>
      completeList(head, among, (node) => mixPair(hashes[node] as number, partition)).map(
        (node) => (nodes[node] as RingNode).name,
      );
    const list = known[partition] ?? make();
    known[partition] = list;
    return list;
  };
}
