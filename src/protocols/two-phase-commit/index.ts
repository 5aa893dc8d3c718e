/** A transaction over several resource managers: two-phase commit with presumed abort. */
export {
  abort,
  type Coordination,
  commit,
  type ManagerEffects,
  type ManagerState,
  type ManagerTimer,
  mayCommit,
  notePrepared,
  type StoredManager,
  type TransactionManager,
  transactionManager,
} from './manager.ts';
export type { TransactionMessage } from './message.ts';
export {
  abortUnilaterally,
  onAbort,
  onCommit,
  type Participation,
  prepare,
  type ResourceManager,
  type ResourceManagerEffects,
  type ResourceManagerOptions,
  type ResourceManagerState,
  type ResourceManagerTimer,
  resourceManager,
  type StoredResourceManager,
} from './resource-manager.ts';
