/** The simulated world: whole clusters in one thread, on virtual time, from one seed. */
export { type CurrentWorld, withAmbientWorld } from './ambient.ts';
export { type SimulatedClock, WALL_TIME_AT_START } from './clock.ts';
export { SimulatedDefect } from './defect.ts';
export { checkDiskFaults, type DiskFaults, type SimulatedDisk, SOUND_DISK } from './disk.ts';
export { Distances, type ZoneOf } from './distances.ts';
export type { Frame, FrameFate } from './link.ts';
export { DEFAULT_LIMITS, type FrameCounts, type NetworkLimits, type SimulatedNetwork } from './network.ts';
export { CALM_NETWORK, checkFaults, type Path, type PathFaults } from './path.ts';
export type { Boot, CrashOptions, Running, SimulatedProcess } from './process.ts';
export { SeededRandom } from './random.ts';
export { catchRejections } from './rejections.ts';
export type { Scheduler, Until } from './scheduler.ts';
export { parseSeed, Simulation, type SimulationOptions } from './simulation.ts';
export type { StoredEntry } from './sorted-entries.ts';
export type { TraceKind, TraceSink } from './trace.ts';
