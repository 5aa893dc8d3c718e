/** Linearizability: every operation seems to happen at one instant between its invocation and its response. */
export {
  checkLinearizability,
  type LinearizabilityOptions,
  type LinearizabilityResult,
  type LinearizabilityViolation,
  type Linearization,
} from './check-linearizability.ts';
export type { SequentialModel } from './model.ts';
export { lockModel, logModel, mapModel, queueModel, registerModel } from './models/index.ts';
export type { PartialOrder } from './search.ts';
