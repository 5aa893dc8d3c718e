export { makePlan, type NodeLoad, type PlacementPlan, type PlanRequest, unsafePartitions } from './plan.ts';
