export { type KvPlanOptions, kvSubject } from './kv/index.ts';
export { decodePlan, encodePlan, type Plan, seedText } from './plan.ts';
export { type Failure, type Run, type ShrinkFailureOptions, type Subject, shrinkFailure } from './subject.ts';
