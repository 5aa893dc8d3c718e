export { type AtomicPlan, type AtomicPlanOptions, type AtomicSetup, drawAtomicPlan } from './atomic-plan.ts';
export { atomicSubject } from './atomic-subject.ts';
export { REGISTER_BUCKETS, REGISTERS, RegisterClients, readRegisters } from './register-clients.ts';
export { type AtomicRun, runAtomicPlan } from './run-atomic-plan.ts';
