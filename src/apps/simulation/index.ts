/**
 * `quorate/simulation`: a service of one's own, and Quorate under it, in one thread, on virtual time, under faults, from a seed.
 * docs/simulation.md has a worked example.
 *
 * {@link explore} and {@link simulate} are for services that use Quorate; {@link Simulation} is the bare world under them.
 */
export type { ErrorDescription, Outcome } from '../../runtime/errors/index.ts';
export { QuorateError } from '../../runtime/errors/index.ts';
export {
  type Boot,
  CALM_NETWORK,
  type CrashOptions,
  DEFAULT_LIMITS,
  type DiskFaults,
  type Frame,
  type FrameCounts,
  type FrameFate,
  type NetworkLimits,
  type Path,
  type PathFaults,
  type Running,
  type Scheduler,
  SeededRandom,
  type SimulatedClock,
  SimulatedDefect,
  type SimulatedDisk,
  type SimulatedNetwork,
  type SimulatedProcess,
  Simulation,
  type SimulationOptions,
  SOUND_DISK,
  type StoredEntry,
  type TraceKind,
  type TraceSink,
  type Until,
  WALL_TIME_AT_START,
} from '../../runtime/simulated/index.ts';
export {
  type Experiment,
  type ExperimentRun,
  type Exploration,
  type ExploreOptions,
  explore,
  type Fault,
  type FaultKind,
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
} from '../../verification/simulation/index.ts';
