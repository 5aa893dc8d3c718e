/**
 * This node's Merkle trees: loaded when they are first wanted, changed by every write, and stored in the batch of that very write. So
 * after a restart, also after a crash, they are as the records are, and nothing is built anew.
 *
 * Why in the write's own batch and not in groups later, and what that costs: docs/decisions/0031.
 */
import type { TreeName } from '../../../protocols/anti-entropy/index.ts';
import {
  addDigest,
  digestRecord,
  emptyTree,
  encodeLeaf,
  loadLeaf,
  type MerkleTree,
  newSum,
  PARTITION_GEOMETRY,
  removeDigest,
  type Sum,
  setLeaf,
} from '../../../protocols/merkle/index.ts';
import { clockSection } from '../../../protocols/versions/index.ts';
import { copyBytes } from '../../../runtime/bytes/index.ts';
import type { Engine, Operation } from '../../../runtime/world/index.ts';
import { recordOf } from '../replica/index.ts';
import {
  ALL_LEAVES,
  LAYOUT_KEY,
  leafEntry,
  leafOfKey,
  leavesOf,
  type TreeId,
  type TreeLayout,
  treeId,
  writeLeafKey,
} from './tree-layout.ts';

/** Nobody will keep them: whoever does next has to count. */
export function forgetTrees(engine: Engine): void {
  if (engine.get(LAYOUT_KEY) !== undefined) engine.write([{ key: LAYOUT_KEY, value: undefined }], ignoreFailure);
}

export class Trees {
  readonly #engine: Engine;
  readonly #layout: TreeLayout;
  readonly #trees = new Map<TreeId, MerkleTree>();
  /** Used again for each write. */
  readonly #digest = newSum();
  readonly #entry = leafEntry();

  constructor(engine: Engine, layout: TreeLayout) {
    this.#engine = engine;
    this.#layout = layout;
  }

  /**
   * Drop all trees if they were made for other buckets, or never.
   * @returns whether what is here has to be counted.
   */
  prepare(): boolean {
    const description = Buffer.from(this.#layout.description);
    const stored = this.#engine.get(LAYOUT_KEY);
    if (stored !== undefined && description.equals(stored)) return false;
    const batch: Operation[] = [];
    for (const { key } of this.#engine.range(ALL_LEAVES)) batch.push({ key, value: undefined });
    batch.push({ key: LAYOUT_KEY, value: description });
    this.#engine.write(batch, ignoreFailure);
    return true;
  }

  tree(name: TreeName): MerkleTree {
    return this.#tree(treeId(name));
  }

  #tree(id: TreeId): MerkleTree {
    const known = this.#trees.get(id);
    if (known !== undefined) return known;
    const tree = emptyTree(PARTITION_GEOMETRY);
    for (const { key, value } of this.#engine.range(leavesOf(id))) loadLeaf(tree, leafOfKey(key), value);
    this.#trees.set(id, tree);
    return tree;
  }

  /** A {@link WriteObserver}. */
  onWrite(storageKey: Uint8Array, before: Uint8Array | undefined, after: Uint8Array | undefined, batch: Operation[]): void {
    const id = this.#layout.treeOf(storageKey);
    const leaf = this.#layout.leafOf(storageKey);
    // First of all: a tree that has to be loaded takes `before` away.
    if (before !== undefined) digestRecord(storageKey, clockSection(recordOf(before)), this.#digest);
    const tree = this.#tree(id);
    if (before !== undefined) removeDigest(tree, leaf, this.#digest);
    if (after !== undefined) {
      digestRecord(storageKey, clockSection(recordOf(after)), this.#digest);
      addDigest(tree, leaf, this.#digest);
    }
    const { key, value } = this.#entry;
    writeLeafKey(key, id, leaf);
    encodeLeaf(tree, leaf, value);
    batch.push({ key, value: isZero(value) ? undefined : value });
  }

  /** The leaf's records were counted. @returns whether the tree had it right. */
  correct(name: TreeName, leaf: number, sum: Sum): boolean {
    const id = treeId(name);
    const tree = this.#tree(id);
    if (setLeaf(tree, leaf, sum)) return true;
    const { key, value } = leafEntry();
    writeLeafKey(key, id, leaf);
    encodeLeaf(tree, leaf, value);
    this.#engine.write([{ key, value: isZero(value) ? undefined : copyBytes(value) }], ignoreFailure);
    return false;
  }

  /** The partition's records were removed as a whole: adds what removes its tree to the batch. */
  forget(name: TreeName, batch: Operation[]): void {
    const id = treeId(name);
    this.#trees.delete(id);
    for (const { key } of this.#engine.range(leavesOf(id))) batch.push({ key, value: undefined });
  }
}

function isZero(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte !== 0) return false;
  return true;
}

/** A leaf that is not stored is found wrong by the scrubber. */
function ignoreFailure(): void {}
