export {
  askFirst,
  onHedge,
  onReadDeadline,
  onReadFailed,
  onRecord,
  type ReadEffects,
  type ReadState,
  type Record,
  startRead,
} from './read.ts';
export {
  bitCount,
  onStored,
  onStoreFailed,
  onWriteDeadline,
  type ReplicaIndex,
  startWrite,
  type WriteEffects,
  type WriteState,
} from './write.ts';
