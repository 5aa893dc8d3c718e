export type {
  Experiment,
  Operation,
  Remote,
  Remotes,
  ScenarioWorld,
  Services,
  ServiceWorld,
  StartService,
} from './experiment.ts';
export type { ExperimentRun } from './experiment-run.ts';
export { type Exploration, type ExploreOptions, explore, type SimulateOptions, simulate } from './explore.ts';
export { SimulationFailed } from './simulation-failed.ts';
