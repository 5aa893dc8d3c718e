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
  leafCount,
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
import { ALL_RECORDS } from '../storage-key.ts';
import { ALL_TREES, LAYOUT_KEY, type TreeId, type TreeLayout, treeId, treeKey } from './tree-layout.ts';

/** Nobody will keep them: whoever does next has to count. */
export function forgetTrees(engine: Engine): void {
  if (engine.get(LAYOUT_KEY) !== undefined) engine.write([{ key: LAYOUT_KEY, value: undefined }], ignoreFailure);
}

/** Longer than a write takes to reach all replicas, as long as they keep up. */
const QUIET_MS = 500;
/** Leaves know when they were written to in steps of so long, counted in a byte: one is taken for busy once more a minute later. */
const STEP_MS = 250;
const QUIET_STEPS = QUIET_MS / STEP_MS;

interface Kept {
  readonly tree: MerkleTree;
  /** When it was written to last. */
  writtenAt: Instant;
  /** And each of its leaves. */
  readonly leafSteps: Uint8Array;
}

export class Trees {
  readonly #engine: Engine;
  readonly #layout: TreeLayout;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #trees = new Map<TreeId, Kept>();
  #isKept = false;
  /** After a crash: those that are as the records are already; `undefined`: all are. */
  #counted: Set<TreeId> | undefined;
  /** Used again for each write. */
  readonly #digest = newSum();

  constructor(engine: Engine, layout: TreeLayout, clock: Pick<Clock, 'now'>) {
    this.#engine = engine;
    this.#layout = layout;
    this.#clock = clock;
  }

  /**
   * Take up the trees of the last stop; without its mark, or if they were made for other buckets, there are none.
   * @returns whether what is here has to be counted: where there is nothing, trees without anything are right.
   */
  prepare(): boolean {
    const stored = this.#engine.get(LAYOUT_KEY);
    const isKept = stored !== undefined && Buffer.from(this.#layout.description).equals(stored);
    const batch: Operation[] = [{ key: LAYOUT_KEY, value: undefined }];
    if (!isKept) for (const { key } of this.#engine.range(ALL_TREES)) batch.push({ key, value: undefined });
    this.#engine.write(batch, ignoreFailure);
    const mustCount = !isKept && this.#hasRecords();
    if (mustCount) this.#counted = new Set();
    return mustCount;
  }

  #hasRecords(): boolean {
    for (const _record of this.#engine.range({ ...ALL_RECORDS, limit: 1 })) return true;
    return false;
  }

  /** Whether it says what is here: to compare another one would be to read everything. */
  isCounted(name: TreeName): boolean {
    return this.#counted === undefined || this.#counted.has(treeId(name));
  }

  onCounted(name: TreeName): void {
    this.#counted?.add(treeId(name));
  }

  onAllCounted(): void {
    this.#counted = undefined;
  }

  /** The node stops. @param areRight - they have been counted since the last crash. */
  keep(areRight: boolean): void {
    if (!areRight) return;
    const batch: Operation[] = [{ key: LAYOUT_KEY, value: Buffer.from(this.#layout.description) }];
    for (const [id, { tree }] of this.#trees) batch.push({ key: treeKey(id), value: encodeLeaves(tree) });
    this.#engine.write(batch, ignoreFailure);
    this.#isKept = true;
  }

  tree(name: TreeName): MerkleTree {
    return this.#tree(treeId(name)).tree;
  }

  #tree(id: TreeId): Kept {
    const known = this.#trees.get(id);
    if (known !== undefined) return known;
    const tree = emptyTree(PARTITION_GEOMETRY);
    const stored = this.#engine.get(treeKey(id));
    if (stored !== undefined) loadLeaves(tree, stored);
    const leafSteps = new Uint8Array(leafCount(PARTITION_GEOMETRY));
    const kept = { tree, writtenAt: Number.NEGATIVE_INFINITY, leafSteps };
    this.#trees.set(id, kept);
    return kept;
  }

  /** A {@link WriteObserver}. */
  onWrite(storageKey: Uint8Array, before: Uint8Array | undefined, after: Uint8Array | undefined): void {
    if (this.#isKept) this.#forgetMark();
    const id = this.#layout.treeOf(storageKey);
    const leaf = this.#layout.leafOf(storageKey);
    const now = this.#clock.now();
    // First of all: a tree that has to be loaded takes `before` away.
    if (before !== undefined) digestRecord(storageKey, clockSection(recordOf(before)), this.#digest);
    const kept = this.#tree(id);
    const { tree } = kept;
    kept.writtenAt = now;
    kept.leafSteps[leaf] = now / STEP_MS;
    if (before !== undefined) removeDigest(tree, leaf, this.#digest);
    if (after !== undefined) {
      digestRecord(storageKey, clockSection(recordOf(after)), this.#digest);
      addDigest(tree, leaf, this.#digest);
    }
  }

  /** Nothing was written to it a moment ago: where it differs from another replica's, nothing is on its way that would explain it. */
  isQuiet(name: TreeName): boolean {
    return this.#clock.now() - this.#tree(treeId(name)).writtenAt > QUIET_MS;
  }

  /** The leaf was written to a moment ago. */
  isBusy(name: TreeName, leaf: number): boolean {
    const now = this.#clock.now();
    const { writtenAt, leafSteps } = this.#tree(treeId(name));
    return now - writtenAt <= QUIET_MS && ((now / STEP_MS - (leafSteps[leaf] as number)) & 0xff) <= QUIET_STEPS;
  }

  /** A write that came in while the links were being closed. */
  #forgetMark(): void {
    this.#isKept = false;
    this.#engine.write([{ key: LAYOUT_KEY, value: undefined }], ignoreFailure);
  }

  /** The leaf's records were counted. @returns whether the tree had it right. */
  correct(name: TreeName, leaf: number, sum: Sum): boolean {
    return setLeaf(this.#tree(treeId(name)).tree, leaf, sum);
  }
}

/** Without the mark, or the trees, everything is counted anew. */
function ignoreFailure(): void {}
