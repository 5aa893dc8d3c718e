/**
 * This node's Merkle trees: kept in memory, changed by every write, stored when the node stops. A mark that is there only between
 * a stop and the next start says that they are as the records are; after a crash it is missing, and they are counted anew.
 *
 * Why not with every write: docs/decisions/0031.
 */
import type { TreeName } from '../../../protocols/anti-entropy/index.ts';
import {
  addDigest,
  digestRecord,
  emptyTree,
  encodeLeaves,
  loadLeaves,
  type MerkleTree,
  newSum,
  PARTITION_GEOMETRY,
  removeDigest,
  type Sum,
  setLeaf,
} from '../../../protocols/merkle/index.ts';
import { clockSection } from '../../../protocols/versions/index.ts';
import type { Clock, Engine, Instant, Operation } from '../../../runtime/world/index.ts';
import { recordOf } from '../replica/index.ts';
import { ALL_TREES, LAYOUT_KEY, type TreeId, type TreeLayout, treeId, treeKey } from './tree-layout.ts';

/** Nobody will keep them: whoever does next has to count. */
export function forgetTrees(engine: Engine): void {
  if (engine.get(LAYOUT_KEY) !== undefined) engine.write([{ key: LAYOUT_KEY, value: undefined }], ignoreFailure);
}

/** Longer than a write takes to reach all replicas, as long as they keep up. */
const QUIET_MS = 500;

export class Trees {
  readonly #engine: Engine;
  readonly #layout: TreeLayout;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #trees = new Map<TreeId, MerkleTree>();
  /** When each was written to last. */
  readonly #written = new Map<TreeId, Instant>();
  #isKept = false;
  /** Used again for each write. */
  readonly #digest = newSum();

  constructor(engine: Engine, layout: TreeLayout, clock: Pick<Clock, 'now'>) {
    this.#engine = engine;
    this.#layout = layout;
    this.#clock = clock;
  }

  /**
   * Take up the trees of the last stop; without its mark, or if they were made for other buckets, there are none.
   * @returns whether what is here has to be counted.
   */
  prepare(): boolean {
    const stored = this.#engine.get(LAYOUT_KEY);
    const isKept = stored !== undefined && Buffer.from(this.#layout.description).equals(stored);
    const batch: Operation[] = [{ key: LAYOUT_KEY, value: undefined }];
    if (!isKept) for (const { key } of this.#engine.range(ALL_TREES)) batch.push({ key, value: undefined });
    this.#engine.write(batch, ignoreFailure);
    return !isKept;
  }

  /** The node stops. @param areRight - they have been counted since the last crash. */
  keep(areRight: boolean): void {
    if (!areRight) return;
    const batch: Operation[] = [{ key: LAYOUT_KEY, value: Buffer.from(this.#layout.description) }];
    for (const [id, tree] of this.#trees) batch.push({ key: treeKey(id), value: encodeLeaves(tree) });
    this.#engine.write(batch, ignoreFailure);
    this.#isKept = true;
  }

  tree(name: TreeName): MerkleTree {
    return this.#tree(treeId(name));
  }

  #tree(id: TreeId): MerkleTree {
    const known = this.#trees.get(id);
    if (known !== undefined) return known;
    const tree = emptyTree(PARTITION_GEOMETRY);
    const stored = this.#engine.get(treeKey(id));
    if (stored !== undefined) loadLeaves(tree, stored);
    this.#trees.set(id, tree);
    return tree;
  }

  /** A {@link WriteObserver}. */
  onWrite(storageKey: Uint8Array, before: Uint8Array | undefined, after: Uint8Array | undefined): void {
    if (this.#isKept) this.#forgetMark();
    const id = this.#layout.treeOf(storageKey);
    const leaf = this.#layout.leafOf(storageKey);
    this.#written.set(id, this.#clock.now());
    // First of all: a tree that has to be loaded takes `before` away.
    if (before !== undefined) digestRecord(storageKey, clockSection(recordOf(before)), this.#digest);
    const tree = this.#tree(id);
    if (before !== undefined) removeDigest(tree, leaf, this.#digest);
    if (after !== undefined) {
      digestRecord(storageKey, clockSection(recordOf(after)), this.#digest);
      addDigest(tree, leaf, this.#digest);
    }
  }

  /** Nothing was written to it a moment ago: where it differs from another replica's, nothing is on its way that would explain it. */
  isQuiet(name: TreeName): boolean {
    return this.#clock.now() - (this.#written.get(treeId(name)) ?? Number.NEGATIVE_INFINITY) > QUIET_MS;
  }

  /** A write that came in while the links were being closed. */
  #forgetMark(): void {
    this.#isKept = false;
    this.#engine.write([{ key: LAYOUT_KEY, value: undefined }], ignoreFailure);
  }

  /** The leaf's records were counted. @returns whether the tree had it right. */
  correct(name: TreeName, leaf: number, sum: Sum): boolean {
    return setLeaf(this.#tree(treeId(name)), leaf, sum);
  }
}

/** Without the mark, or the trees, everything is counted anew. */
function ignoreFailure(): void {}
