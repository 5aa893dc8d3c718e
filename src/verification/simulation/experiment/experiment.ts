/** What a user writes to test a service of their own in the simulated world. */
import type { SeededRandom } from '../../../runtime/simulated/index.ts';
import type { Clock, Log } from '../../../runtime/world/index.ts';
import type { BucketOptions, Kv, Quorate } from '../../../stores/kv/index.ts';
import type { FaultKind } from '../faults/index.ts';

/** What a service is started with, anew at each start: nothing of an earlier life is left but what Quorate keeps. */
export interface ServiceWorld {
  readonly kv: Kv;
  readonly quorate: Quorate;
  /** The clock of this process: it may drift, and its wall time may jump. */
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly log: Log;
  /** Wait, by this process's clock. A process that dies meanwhile never wakes up. */
  sleep(milliseconds: number): Promise<void>;
}

/** Makes a service; called at each start of its process. */
export type StartService = (world: ServiceWorld) => object | Promise<object>;
export type Services = Readonly<Record<string, StartService>>;

/**
 * A service as its callers see it: every method, over the boundary between two processes. Arguments and results are copied. A call
 * rejects with QuorateError `service-down` (nothing happened), `service-crashed` or `timeout` (it may have happened).
 */
export type Remote<Service> = {
  readonly [Name in keyof Service as Service[Name] extends (...given: never[]) => unknown ? Name : never]: Service[Name] extends (
    ...given: infer Given
  ) => infer Result
    ? (...given: Given) => Promise<Awaited<Result>>
    : never;
};

export type Remotes<Available extends Services> = {
  readonly [Name in keyof Available]: Remote<Awaited<ReturnType<Available[Name]>>>;
};

/** One of the operations that {@link ScenarioWorld.operations} runs. */
export interface Operation {
  readonly index: number;
  /** This operation's own: it draws the same whatever the other operations do, and whether they are there or not. */
  readonly random: SeededRandom;
}

/** What a scenario is given: a client that outlives everything, the services, and the means to judge. */
export interface ScenarioWorld<Available extends Services> {
  readonly services: Remotes<Available>;
  readonly kv: Kv;
  readonly quorate: Quorate;
  readonly random: SeededRandom;
  /** Milliseconds since the simulation began. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
  /**
   * Run so many operations, each begun at a time that the seed decides, while faults happen. They run concurrently. When the promise
   * resolves, all have ended and everything is well again: no fault any more, every process running, every link open.
   *
   * A QuorateError that an operation lets through is an operation that failed, as operations do under faults; any other error
   * fails the run. A scenario calls it once: before it prepares, after it judges.
   */
  operations(count: number, operate: (operation: Operation) => Promise<void>): Promise<void>;
  /** Write a line into the trace. */
  note(text: string): void;
  /** Fail the run unless the condition holds. `rule` is one sentence without varying parts; what varies goes into `detail`. */
  check(condition: boolean, rule: string, detail?: string): void;
}

export interface Experiment<Available extends Services = Services> {
  /** Processes of the user's own, by name. Each has a connection to Quorate, and crashes, pauses and is cut off like a node. */
  readonly services?: Available;
  readonly scenario: (world: ScenarioWorld<Available>) => Promise<void>;
  /** Nodes of the cluster, 1 .. 1,000. Default 3. */
  readonly nodes?: number;
  /** Settings of buckets by name; the others have the defaults. */
  readonly buckets?: Readonly<Record<string, BucketOptions>>;
  /** Kinds of faults that may occur. By default all but flipping bits; an empty list for none. */
  readonly faults?: readonly FaultKind[];
  /** How long operations begin and faults happen, in milliseconds of simulated time. Default 8,000. */
  readonly durationMs?: number;
}
