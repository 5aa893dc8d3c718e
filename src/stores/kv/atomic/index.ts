export { AtomicRegisters } from './atomic-registers.ts';
export { AtomicReplica } from './atomic-replica.ts';
export { claimAtomicBuckets } from './claim-buckets.ts';
