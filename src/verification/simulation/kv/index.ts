export {
  clientName,
  drawKvPlan,
  KV_PLAN_FORM,
  KV_REDUCTIONS,
  type KvOperation,
  type KvPlan,
  type KvPlanOptions,
  type KvSetup,
  kvReductions,
} from './kv-plan.ts';
export { kvSubject } from './kv-subject.ts';
export { ActingClient, changeRequest, judge } from './acting-client.ts';
export { complete, finalReads, type KvRun, runKvPlan } from './run-kv-plan.ts';
export { PLAIN, Stage, type StageOptions } from './stage.ts';
