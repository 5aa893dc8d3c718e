/** The ring as requests should see it while partitions move: the wanted one, but of each partition whoever answers for it. */
import type { NodeName, Partition, Ring, RingNode } from '../../../protocols/ring/index.ts';

export interface Answering {
  readonly wanted: Ring;
  readonly version: string;
  readonly nodes: readonly RingNode[];
  /** Per N, who answers for each partition. */
  readonly holders: ReadonlyMap<number, readonly (readonly NodeName[])[]>;
  /** Of most buckets. */
  readonly defaultN: number;
}

type Lists = (readonly NodeName[] | undefined)[];

/** With the whole lists that were made for it, for the next one. */
export interface AnsweringRing {
  readonly ring: Ring;
  readonly answering: Answering;
  readonly lists: Lists;
}

/** @param before - whose whole lists are taken over where they are the same. */
export function answeringRing(answering: Answering, before: AnsweringRing | undefined): AnsweringRing {
  const { wanted, version, nodes, holders, defaultN } = answering;
  const heads = holders.get(defaultN) ?? [];
  const lists = takenOver(answering, before);
  const listOf = (partition: Partition): readonly NodeName[] => {
    const known = lists[partition];
    if (known !== undefined) return known;
    const head = heads[partition] ?? [];
    const list = [...head, ...wanted.preferenceList(partition).filter((name) => !head.includes(name))];
    lists[partition] = list;
    return list;
  };
  const beginning = (partition: Partition, n: number): readonly NodeName[] => {
    const head = heads[partition] ?? [];
    return n <= head.length ? head.slice(0, n) : listOf(partition).slice(0, n);
  };
  const ring = {
    partitions: wanted.partitions,
    version,
    nodes,
    partitionOf: (position: Uint8Array) => wanted.partitionOf(position),
    preferenceList: listOf,
    replicas: (partition: Partition, n: number) => holders.get(n)?.[partition] ?? beginning(partition, n),
  };
  return { ring, answering, lists };
}

function takenOver({ wanted, holders, defaultN }: Answering, before: AnsweringRing | undefined): Lists {
  if (before?.answering.wanted !== wanted) return [];
  const [heads, former] = [holders.get(defaultN) ?? [], before.answering.holders.get(defaultN) ?? []];
  return before.lists.map((list, partition) => (heads[partition] === former[partition] ? list : undefined));
}
