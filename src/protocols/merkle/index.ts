export { digestRecord, newSum, type Sum, wholeOf } from './digest.ts';
export {
  arcsOfLeaf,
  childrenOf,
  firstLeaf,
  type Geometry,
  leafCount,
  leafOfArc,
  nodeCount,
  PARTITION_GEOMETRY,
} from './geometry.ts';
export {
  addDigest,
  addToSum,
  emptyTree,
  encodeLeaves,
  isSum,
  LEAF_BYTES,
  loadLeaves,
  type MerkleTree,
  removeDigest,
  setLeaf,
  sumAt,
} from './tree.ts';
