export {
  clientName,
  drawKvPlan,
  KV_PLAN_FORM,
  KV_REDUCTIONS,
  type KvOperation,
  type KvPlan,
  type KvPlanOptions,
  type KvSetup,
} from './kv-plan.ts';
export { kvSubject } from './kv-subject.ts';
export { type KvRun, runKvPlan } from './run-kv-plan.ts';
export type { StageOptions } from './stage.ts';
