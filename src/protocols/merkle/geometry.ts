/**
 * The shape of a tree: each inner node has `fanOut` children, and `depth` levels lie below the root. Nodes are numbered level by
 * level from the root, 0; the children of node i are fanOut * i + 1 to fanOut * i + fanOut, as in a heap.
 *
 *               0                    root
 *        1      2      3             fan-out 3, depth 2
 *      4 5 6  7 8 9  10 11 12        leaves 0 .. 8
 */

export interface Geometry {
  /** A power of two. */
  readonly fanOut: number;
  /** At least 1. */
  readonly depth: number;
}

/**
 * 1,024 leaves below 32 inner nodes, 8.25 KiB a tree. A node with a million records in 256 partitions has four of them in a leaf; with
 * a hundred million, four hundred, whose digests fit a frame of 3 KiB. Chosen by this arithmetic; other shapes were not measured.
 */
export const PARTITION_GEOMETRY: Geometry = { fanOut: 32, depth: 2 };

export function leafCount({ fanOut, depth }: Geometry): number {
  return fanOut ** depth;
}

/** The number of the node that is leaf 0. */
export function firstLeaf(geometry: Geometry): number {
  return (leafCount(geometry) - 1) / (geometry.fanOut - 1);
}

export function nodeCount(geometry: Geometry): number {
  return firstLeaf(geometry) + leafCount(geometry);
}

/** The leaf of a position, by its arc: the 32 bits of the position behind those that tell the partition. */
export function leafOfArc(geometry: Geometry, arc: number): number {
  return Math.floor(((arc >>> 0) / 2 ** 32) * leafCount(geometry));
}

/** The arcs of a leaf: from inclusive, to exclusive, up to 2^32. */
export function arcsOfLeaf(geometry: Geometry, leaf: number): { readonly from: number; readonly to: number } {
  const width = 2 ** 32 / leafCount(geometry);
  return { from: leaf * width, to: (leaf + 1) * width };
}

export function childrenOf({ fanOut }: Geometry, node: number): readonly number[] {
  return Array.from({ length: fanOut }, (_unused, child) => fanOut * node + 1 + child);
}
