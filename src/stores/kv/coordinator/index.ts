export { Coordinator } from './coordinator.ts';
export { Deadlines, type Expiring } from './deadlines.ts';
export type { AtomicKeys, CoordinatorParts } from './parts.ts';
export { readRecord } from './read-record.ts';
export { clusterStatus, ringDescription } from './status.ts';
export { isUp, type Target, Topology } from './topology.ts';
