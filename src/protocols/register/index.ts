/** An atomic register for many readers and writers on a majority of a group: ABD. */
export {
  type Coordination,
  type CoordinationEffects,
  countOf,
  onAnswer,
  onDeadline,
  onFailed,
  onReconfigured,
  onRecorded,
  onResend,
  queryAll,
  startCoordination,
} from './coordination.ts';
export type { OperationId, RegisterMessage } from './message.ts';
export { majority, type Operation } from './operation.ts';
export type { StoredReplica } from './replica.ts';
export {
  mayBegin,
  type RegisterOptions,
  type RegisterServer,
  type RegisterServerState,
  type RegisterTimer,
  registerServer,
} from './server.ts';
export { compareTimestamps, type Timestamp, type Version } from './timestamp.ts';
