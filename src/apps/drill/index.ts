/** Real clusters under real faults: `quorate drill`. */
export { type DrillOptions, runDrill } from './drill.ts';
export type { DrillResult } from './drill-result.ts';
export { type ClusterCommands, ExistingCluster, parseCommands } from './existing-cluster.ts';
export { describeFault, FAULT_KINDS, type FaultKind } from './fault.ts';
export {
  type DrillNetwork,
  NamespaceNetwork,
  Namespaces,
  ProxyNetwork,
  removeLeftovers,
  whyNoNamespaces,
} from './network/index.ts';
export { OwnCluster } from './own-cluster.ts';
export { type DrillPlan, drawPlan } from './plan.ts';
export { drawReport } from './report/index.ts';
export { CHANGE_KINDS, type ChangeKind, describeChange, newcomersOf } from './ring-changes/index.ts';
export type { Stage } from './stage.ts';
export { judgeDrill, type Verdict } from './verdict.ts';
