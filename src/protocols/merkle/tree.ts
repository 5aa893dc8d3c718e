/**
 * One Merkle tree per partition, kept by each write in a step per level, without a look at other records.
 *
 * Intuition: the ring's positions within a partition are cut into equal arcs, the leaves. What a leaf holds is the sum of its records'
 * digests, modulo 2^64; what an inner node holds is the sum of its children. So a write adds the digest of what is new and takes
 * away that of what was there, on the way from the leaf to the root, and the order of writes leaves no trace: equal sets of
 * records have equal trees.
 *
 * Source: the Dynamo paper, section 4.7, after Merkle, "A Digital Signature Based on a Conventional Encryption Function" (1987).
 * Deviation: a Merkle tree hashes the concatenation of its children, which shows any change to someone who does not trust the other
 * side. Replicas trust each other and look for accidents: for those a sum is enough, and it can be kept without reading. Sums of
 * independent 64-bit numbers that differ are equal with odds 2^-64. Addition, not exclusive or: equal digests do not cancel.
 *
 * Invariants: an inner node is the sum of its children; the empty tree is all zeros.
 */
import { invariant } from '../../runtime/errors/index.ts';
import type { Sum } from './digest.ts';
import { firstLeaf, type Geometry, leafCount, nodeCount } from './geometry.ts';

/** Of one leaf as it lies on the disk. */
export const LEAF_BYTES = 8;

export interface MerkleTree {
  readonly geometry: Geometry;
  /** Two 32-bit halves per node. */
  readonly sums: Int32Array;
}

export function emptyTree(geometry: Geometry): MerkleTree {
  return { geometry, sums: new Int32Array(2 * nodeCount(geometry)) };
}

/** A record with this digest is in the leaf from now on. */
export function addDigest(tree: MerkleTree, leaf: number, digest: Sum): void {
  change(tree, leaf, digest[0] as number, digest[1] as number, 1);
}

/** A record with this digest is no longer in the leaf. */
export function removeDigest(tree: MerkleTree, leaf: number, digest: Sum): void {
  change(tree, leaf, digest[0] as number, digest[1] as number, -1);
}

/** The leaf holds what these digests add up to, whatever the tree said. @returns whether the tree said so. */
export function setLeaf(tree: MerkleTree, leaf: number, sum: Sum): boolean {
  const at = 2 * (firstLeaf(tree.geometry) + leaf);
  const [low, high] = [tree.sums[at] as number, tree.sums[at + 1] as number];
  if (low === sum[0] && high === sum[1]) return true;
  change(tree, leaf, low, high, -1);
  change(tree, leaf, sum[0] as number, sum[1] as number, 1);
  return false;
}

function change({ geometry, sums }: MerkleTree, leaf: number, low: number, high: number, sign: 1 | -1): void {
  invariant(leaf >= 0 && leaf < leafCount(geometry), `leaf ${leaf} is one of ${leafCount(geometry)}`);
  const { fanOut } = geometry;
  for (let node = firstLeaf(geometry) + leaf; ; node = (node - 1 - ((node - 1) % fanOut)) / fanOut) {
    if (sign === 1) addTo(sums, 2 * node, low, high);
    else subtractFrom(sums, 2 * node, low, high);
    if (node === 0) return;
  }
}

/** 64 bits in two halves, with the carry between them. */
function addTo(sums: Int32Array, at: number, low: number, high: number): void {
  const sum = ((sums[at] as number) >>> 0) + (low >>> 0);
  sums[at] = sum;
  sums[at + 1] = (sums[at + 1] as number) + high + (sum > 0xffff_ffff ? 1 : 0);
}

function subtractFrom(sums: Int32Array, at: number, low: number, high: number): void {
  const difference = ((sums[at] as number) >>> 0) - (low >>> 0);
  sums[at] = difference;
  sums[at + 1] = (sums[at + 1] as number) - high - (difference < 0 ? 1 : 0);
}

/** Add a digest to a sum that is not part of a tree. */
export function addToSum(sum: Sum, digest: Sum): void {
  addTo(sum, 0, digest[0] as number, digest[1] as number);
}

/** Of a node. A view: it changes with the tree. */
export function sumAt({ sums }: MerkleTree, node: number): Sum {
  return sums.subarray(2 * node, 2 * node + 2);
}

export function isSum(tree: MerkleTree, node: number, sum: Sum): boolean {
  return tree.sums[2 * node] === sum[0] && tree.sums[2 * node + 1] === sum[1];
}

/** What is stored of a tree: its leaves, all zeros for an empty one. */
export function encodeLeaves({ geometry, sums }: MerkleTree): Uint8Array {
  const from = 2 * firstLeaf(geometry);
  const bytes = new Uint8Array(LEAF_BYTES * leafCount(geometry));
  for (let half = 0; half < 2 * leafCount(geometry); half++) {
    const value = sums[from + half] as number;
    for (let byte = 0; byte < 4; byte++) bytes[4 * half + byte] = value >>> (24 - 8 * byte);
  }
  return bytes;
}

/** Take in the leaves of an empty tree. @param bytes - of {@link encodeLeaves} */
export function loadLeaves(tree: MerkleTree, bytes: Uint8Array): void {
  invariant(bytes.length === LEAF_BYTES * leafCount(tree.geometry), `leaves of ${bytes.length} bytes`);
  for (let leaf = 0; leaf < leafCount(tree.geometry); leaf++) {
    const [high, low] = [wordAt(bytes, LEAF_BYTES * leaf), wordAt(bytes, LEAF_BYTES * leaf + 4)];
    if (high !== 0 || low !== 0) change(tree, leaf, high, low, 1);
  }
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  );
}
