export { ActingClient } from './acting-client.ts';
export {
  clientName,
  drawKvPlan,
  KV_PLAN_FORM,
  type KvOperation,
  type KvPlan,
  type KvPlanOptions,
  type KvSetup,
  kvReductions,
} from './kv-plan.ts';
export { kvSubject } from './kv-subject.ts';
export {
  complete,
  everythingArrives,
  finalReads,
  hintsAreHandedOver,
  type KvRun,
  loneNodeTakesWrites,
  runKvPlan,
} from './run-kv-plan.ts';
export { Stage, type StageOptions } from './stage.ts';
