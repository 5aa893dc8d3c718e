export {
  type Experiment,
  type ExperimentRun,
  type Exploration,
  type ExploreOptions,
  explore,
  type Operation,
  type Remote,
  type Remotes,
  type ScenarioWorld,
  type Services,
  type ServiceWorld,
  type SimulateOptions,
  SimulationFailed,
  type StartService,
  simulate,
} from './experiment/index.ts';
export type { Fault, FaultKind } from './faults/index.ts';
export { type KvPlanOptions, kvSubject } from './kv/index.ts';
export { decodePlan, encodePlan, type Plan, seedText, subjectOfPlan } from './plan.ts';
export { isStory } from './story.ts';
export { type Failure, type Run, type ShrinkFailureOptions, type Subject, shrinkFailure } from './subject.ts';
export { type WholePlanOptions, wholeSubject } from './whole/index.ts';
