export { drawKvPlan, type KvPlan, type KvPlanOptions } from './kv-plan.ts';
export { kvSubject } from './kv-subject.ts';
export { type KvRun, runKvPlan } from './run-kv-plan.ts';
export type { StageOptions } from './stage.ts';
