export { makePlan, type NodeLoad, type PlacementPlan, type PlanRequest } from './plan.ts';
