export { atomicSubject, drawAtomicPlan } from './atomic-subject.ts';
export { REGISTERS, RegisterClients } from './register-clients.ts';
export { type AtomicRun, runAtomicPlan } from './run-atomic-plan.ts';
