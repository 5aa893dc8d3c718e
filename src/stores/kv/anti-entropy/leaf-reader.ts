/** The records of leaves, read from the engine: what a tree says is checked against them, and what differs is taken from them. */
import type { TreeName } from '../../../protocols/anti-entropy/index.ts';
import {
  addToSum,
  arcsOfLeaf,
  digestRecord,
  newSum,
  PARTITION_GEOMETRY,
  type Sum,
  wholeOf,
} from '../../../protocols/merkle/index.ts';
import { clockSection } from '../../../protocols/versions/index.ts';
import type { Engine } from '../../../runtime/world/index.ts';
import { isIntact, type ReplicaStore, recordOf } from '../replica/index.ts';
import { arcRange, bucketRange, parseStorageKey, partitionRange } from '../storage-key.ts';
import type { TreeLayout } from './tree-layout.ts';

export interface LeafRecord {
  readonly leaf: number;
  readonly storageKey: Uint8Array;
  readonly checked: Uint8Array;
  readonly digest: bigint;
}

/** Leaves and what their intact records add up to; those without any are left out. */
export type LeafSums = ReadonlyMap<number, Sum>;

export interface Reading {
  readonly records: readonly LeafRecord[];
  readonly sums: LeafSums;
  /** Read from the engine. */
  readonly bytes: number;
}

export class LeafReader {
  readonly #engine: Engine;
  readonly #replica: ReplicaStore;
  readonly #layout: TreeLayout;

  constructor(engine: Engine, replica: ReplicaStore, layout: TreeLayout) {
    this.#engine = engine;
    this.#replica = replica;
    this.#layout = layout;
  }

  /** All records of these leaves, which ascend. Damaged ones are reported and left out, so that others hold what differs. */
  read(name: TreeName, leaves: readonly number[]): Reading {
    const records: LeafRecord[] = [];
    const sums = new Map<number, Sum>();
    const digest = newSum();
    const damaged: Uint8Array[] = [];
    let bytes = 0;
    for (const bucket of this.#buckets(name)) {
      for (const [first, last] of runs(leaves)) {
        const { from } = arcsOfLeaf(PARTITION_GEOMETRY, first);
        const { to } = arcsOfLeaf(PARTITION_GEOMETRY, last);
        for (const { key, value } of this.#engine.range(arcRange(name.partition, bucket, from, to))) {
          bytes += key.length + value.length;
          if (!isIntact(key, value)) {
            damaged.push(key);
            continue;
          }
          const leaf = this.#layout.leafOf(key);
          digestRecord(key, clockSection(recordOf(value)), digest);
          addToSum(sumOf(sums, leaf), digest);
          records.push({ leaf, storageKey: key, checked: value, digest: wholeOf(digest) });
        }
      }
    }
    for (const key of damaged) this.#replica.reportDamaged(key);
    return { records, sums, bytes };
  }

  /** Those of the partition with that many replicas that have records here. */
  *#buckets({ n, partition }: TreeName): Iterable<string> {
    const { from: first, to } = partitionRange(partition);
    for (let from = first; ; ) {
      const [entry] = this.#engine.range({ from, to, limit: 1 });
      if (entry === undefined) return;
      const { bucket } = parseStorageKey(entry.key);
      if (this.#layout.nOf(bucket) === n) yield bucket;
      from = bucketRange(partition, bucket).to;
    }
  }
}

function sumOf(sums: Map<number, Sum>, leaf: number): Sum {
  const known = sums.get(leaf);
  if (known !== undefined) return known;
  const sum = newSum();
  sums.set(leaf, sum);
  return sum;
}

/** Ascending numbers as runs without a gap: first and last. */
function* runs(numbers: readonly number[]): Iterable<readonly [number, number]> {
  let first = numbers[0];
  let last = first;
  for (const number of numbers.slice(1)) {
    if (number !== (last as number) + 1) {
      yield [first as number, last as number];
      first = number;
    }
    last = number;
  }
  if (first !== undefined && last !== undefined) yield [first, last];
}
