export { runWholePlan, type WholeOptions, type WholeRun } from './run-whole-plan.ts';
export { drawWholePlan, type WholePlanOptions } from './whole-plan.ts';
export { wholeSubject } from './whole-subject.ts';
