/**
 * Which tree a record belongs to, and where trees and what goes with them lie in the engine.
 *
 * | key | value |
 * |---|---|
 * | 0x40, N 1, partition 2 | the sums of all leaves, 8 bytes each, as they were when the node stopped |
 * | 0x42 | for which buckets' N the trees were made, as text; only between a stop and the next start |
 *
 * The replicas of a partition are its first N nodes, and N is the bucket's: so records of buckets with different N have different
 * homes, and a tree of their own for each N.
 */
import type { TreeName } from '../../../protocols/anti-entropy/index.ts';
import { leafOfArc, PARTITION_GEOMETRY } from '../../../protocols/merkle/index.ts';
import { Writer } from '../../../runtime/bytes/index.ts';
import type { Range } from '../../../runtime/world/index.ts';
import type { NodeConfiguration } from '../configuration.ts';
import { arcOf, partitionOfStorageKey } from '../storage-key.ts';

const TREE_SPACE = 0x40;
export const LAYOUT_KEY = Uint8Array.of(0x42);
/** Where the length of the bucket's name is in a storage key, and behind it the name. */
const BUCKET_AT = 3;

/** A tree's name as one number: N times 2^16 plus the partition. */
export type TreeId = number;

export function treeId({ n, partition }: TreeName): TreeId {
  return n * 0x1_0000 + partition;
}

export class TreeLayout {
  /** Of buckets whose N is not the default: the name's bytes behind their length. */
  readonly #exceptions: readonly { readonly name: Uint8Array; readonly n: number }[];
  readonly #defaultN: number;
  readonly #configuration: NodeConfiguration;

  constructor(configuration: NodeConfiguration) {
    const { defaults, buckets } = configuration;
    this.#configuration = configuration;
    this.#defaultN = defaults.n;
    this.#exceptions = [...buckets]
      .filter(([, { n }]) => n !== defaults.n)
      .map(([name, { n }]) => ({ name: new Writer().ascii(name).copy(), n }));
  }

  /** Each N that some bucket has. */
  get replicaCounts(): readonly number[] {
    return [...new Set([this.#defaultN, ...this.#exceptions.map(({ n }) => n)])];
  }

  nOf(bucket: string): number {
    return (this.#configuration.buckets.get(bucket) ?? this.#configuration.defaults).n;
  }

  /** On the path of every write. */
  treeOf(storageKey: Uint8Array): TreeId {
    let n = this.#defaultN;
    for (const exception of this.#exceptions) if (isAt(storageKey, exception.name)) n = exception.n;
    return n * 0x1_0000 + partitionOfStorageKey(storageKey);
  }

  leafOf(storageKey: Uint8Array): number {
    return leafOfArc(PARTITION_GEOMETRY, arcOf(storageKey));
  }

  /** Trees made for other buckets are of no use. */
  get description(): string {
    const exceptions = this.#exceptions.map(({ name, n }) => `${Buffer.from(name.subarray(1)).toString('latin1')}=${n}`);
    return [`n=${this.#defaultN}`, ...exceptions.sort()].join(' ');
  }
}

function isAt(storageKey: Uint8Array, name: Uint8Array): boolean {
  for (let index = 0; index < name.length; index++) if (storageKey[BUCKET_AT + index] !== name[index]) return false;
  return true;
}

/** Where all leaves of a tree lie. */
export function treeKey(tree: TreeId): Uint8Array {
  return new Writer()
    .u8(TREE_SPACE)
    .u8(tree >>> 16)
    .u16(tree & 0xffff)
    .copy();
}

export const ALL_TREES: Range = { from: Uint8Array.of(TREE_SPACE), to: Uint8Array.of(TREE_SPACE + 1) };
