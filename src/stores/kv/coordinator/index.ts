export { Coordinator } from './coordinator.ts';
export { Deadlines } from './deadlines.ts';
export { clusterStatus, ringDescription } from './status.ts';
export { isUp, Topology } from './topology.ts';
