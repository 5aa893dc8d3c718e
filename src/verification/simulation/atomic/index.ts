export { atomicSubject, drawAtomicPlan } from './atomic-subject.ts';
export { type AtomicRun, runAtomicPlan } from './run-atomic-plan.ts';
