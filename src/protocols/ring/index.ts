export {
  type Assignment,
  BALANCED_REPLICAS,
  DEFAULT_PARTITIONS,
  emptyAssignment,
  isPartitionCount,
  MAXIMUM_PARTITIONS,
  reassign,
} from './assignment.ts';
export { fingerprint, hashText, mix32, mixPair, randomSequence } from './hash.ts';
export { describe, type Move, moves, type NodeShare } from './moves.ts';
export {
  compareText,
  DEFAULT_WEIGHT,
  isNodeName,
  isWeight,
  MAXIMUM_WEIGHT,
  type NodeName,
  nodeName,
  type RingNode,
} from './node.ts';
export { createRing, type Partition, type Ring } from './ring.ts';
export {
  CIRCLE,
  loadBalancingEfficiency,
  type Placement,
  strategy1,
  strategy2,
  strategy3,
  type TokenOptions,
} from './strategies.ts';
