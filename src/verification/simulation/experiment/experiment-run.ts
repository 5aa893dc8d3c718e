/** One run of an experiment: the cluster, the user's services and scenario, and the faults of the plan. */
import { QuorateError } from '../../../runtime/errors/index.ts';
import { catchRejections, type SeededRandom, Simulation, withAmbientWorld } from '../../../runtime/simulated/index.ts';
import type { World } from '../../../runtime/world/index.ts';
import { ClientExecutor } from '../../../stores/kv/client/index.ts';
import { bucketSettings, createQuorate, DEFAULT_SETTINGS, describeKvFrame, type Quorate } from '../../../stores/kv/index.ts';
import { CLUSTER_NAME, SimulatedCluster } from '../cluster.ts';
import { FaultInjector } from '../faults/index.ts';
import type { Failure, Run, RunOptions } from '../subject.ts';
import type { Experiment, Operation, Remotes, ScenarioWorld, Services, StartService } from './experiment.ts';
import { drawBeginning, type ExperimentPlan, type PlannedOperation } from './experiment-plan.ts';
import { remoteOf, type ServiceLife } from './remote.ts';
import { RuleBroken } from './rule-broken.ts';

export interface ExperimentRun extends Run {
  /** The operations that took part. */
  readonly operations: readonly PlannedOperation[];
  /** The error behind the failure, with its stack. */
  readonly error: Error | undefined;
}

const PARTITIONS = 16;
const CLIENT = 'client';
/** Nodes and services have found each other after this. */
const BEGINNING_MS = 1_000;
/** After this long without faults every dead link has been noticed (idle after 20 s) and dialled anew. */
const CALM_MS = 30_000;
/** A scenario that has not ended after this long never will. */
const LIMIT_MS = 3_600_000;

export async function runExperiment<Available extends Services>(
  experiment: Experiment<Available>,
  plan: ExperimentPlan,
  options: RunOptions = {},
): Promise<ExperimentRun> {
  const simulation = new Simulation(
    plan.seed,
    options.trace === undefined ? {} : { trace: options.trace, describeFrame: describeKvFrame },
  );
  const stage = new ExperimentStage(simulation, experiment, plan);
  const stopCatching = catchRejections((reason) => stage.fail(reason));
  try {
    await withAmbientWorld(
      () => stage.currentWorld,
      () => stage.run(),
    );
  } catch (error) {
    stage.fail(error);
  } finally {
    stopCatching();
  }
  const { error, failed, succeeded, injector } = stage;
  if (error !== undefined) simulation.note(`FAILED: ${error.message}`);
  return {
    digest: simulation.digest,
    failure: error === undefined ? undefined : failureOf(error),
    error,
    simulatedMs: simulation.now,
    events: simulation.scheduler.fired,
    operations: stage.planned,
    figures: { operations: succeeded, failed, ...injector.counts },
  };
}

class ExperimentStage<Available extends Services> {
  error: Error | undefined;
  failed = 0;
  succeeded = 0;
  planned: PlannedOperation[] = [];
  readonly injector: FaultInjector;
  readonly #simulation: Simulation;
  readonly #experiment: Experiment<Available>;
  readonly #plan: ExperimentPlan;
  readonly #cluster: SimulatedCluster;
  readonly #random: SeededRandom;
  #hasOperated = false;

  constructor(simulation: Simulation, experiment: Experiment<Available>, plan: ExperimentPlan) {
    this.#simulation = simulation;
    this.#experiment = experiment;
    this.#plan = plan;
    this.#random = simulation.random.fork('scenario');
    const buckets = Object.entries(experiment.buckets ?? {}).map(
      ([name, settings]) => [name, bucketSettings(name, settings)] as const,
    );
    this.#cluster = new SimulatedCluster(simulation, {
      nodes: plan.setup.nodes,
      partitions: PARTITIONS,
      defaults: DEFAULT_SETTINGS,
      buckets: new Map(buckets),
    });
    this.injector = new FaultInjector(simulation, { mayDecay: (key, name) => this.#cluster.mayDecay(key, name) });
  }

  /** The first error counts: later ones may follow from it. */
  fail(error: unknown): void {
    this.error ??= error instanceof Error ? error : new Error(String(error));
  }

  /** Of the process whose code runs now; the scenario's own is the client's. */
  get currentWorld(): World {
    const { scheduler } = this.#simulation;
    const owner = scheduler.current;
    const process = this.#simulation.process(owner?.alive === true ? owner.name : CLIENT);
    return process.world;
  }

  async run(): Promise<void> {
    const simulation = this.#simulation;
    this.#cluster.start();
    const services = this.#startServices();
    const process = simulation.process(CLIENT).start();
    const quorate = this.#connect(process.world);
    await simulation.runAsync(BEGINNING_MS);
    let isOver = false;
    const over = (): void => {
      isOver = true;
    };
    this.#experiment.scenario(this.#scenarioWorld(services, quorate, process.world)).then(over, (error: unknown) => {
      this.fail(error);
      over();
    });
    const ended = await simulation.runAsync(() => isOver || this.error !== undefined, LIMIT_MS);
    if (!ended) {
      throw new RuleBroken(
        'the scenario does not end',
        'it waits for something that never happens in the simulated world: a real timer, a file, a socket, or a promise that nobody settles',
      );
    }
  }

  #connect(world: World): Quorate {
    const executor = new ClientExecutor(world, { addresses: this.#cluster.addresses, clusterName: CLUSTER_NAME });
    return createQuorate(executor, () => new Promise((resolve) => executor.close(resolve)));
  }

  #startServices(): Remotes<Available> {
    const remotes = Object.entries(this.#experiment.services ?? {}).map(([name, start]) => [
      name,
      this.#startService(name, start),
    ]);
    return Object.fromEntries(remotes) as Remotes<Available>;
  }

  #startService(name: string, start: StartService): object {
    const simulation = this.#simulation;
    const process = simulation.process(name);
    const random = simulation.random.fork(`service ${name}`);
    let life: ServiceLife | undefined;
    let starts = 0;
    process.start((world) => {
      const quorate = this.#connect(world);
      const sleep = (milliseconds: number): Promise<void> =>
        new Promise((resolve) => void world.timers.after(milliseconds, resolve));
      const own = random.fork(`start ${starts++}`);
      const given = { kv: quorate.kv, quorate, clock: world.clock, random: own, log: world.log, sleep };
      const service = (async () => await start(given))();
      service.catch((error: unknown) => this.fail(error));
      const current = { world, service };
      life = current;
      process.onceEnded(() => {
        if (life === current) life = undefined;
      });
    });
    return remoteOf({ simulation, process, random: random.fork('calls'), life: () => life });
  }

  #scenarioWorld(services: Remotes<Available>, quorate: Quorate, world: World): ScenarioWorld<Available> {
    const simulation = this.#simulation;
    return {
      services,
      quorate,
      kv: quorate.kv,
      random: this.#random,
      now: () => simulation.now,
      sleep: (milliseconds) => new Promise((resolve) => void world.timers.after(milliseconds, resolve)),
      operations: (count, operate) => this.#operate(count, operate),
      note: (text) => simulation.note(text, 'scenario'),
      check(condition, rule, detail) {
        if (!condition) throw new RuleBroken(rule, detail);
      },
    };
  }

  async #operate(count: number, operate: (operation: Operation) => Promise<void>): Promise<void> {
    if (this.#hasOperated) throw new RangeError('a scenario may call operations once: before it prepares, after it judges');
    if (!Number.isInteger(count) || count < 1) throw new RangeError(`operations: ${count} is not a whole number from 1`);
    this.#hasOperated = true;
    const { durationMs, setup, operations, faults } = this.#plan;
    this.planned = setup.allOperations
      ? Array.from({ length: count }, (_unused, index) => ({ index, atMs: drawBeginning(this.#random, index, durationMs) }))
      : operations.filter(({ index }) => index < count);
    this.injector.begin(faults);
    const running = this.planned.map((planned) => this.#operateOnce(planned, operate));
    await Promise.all([this.#wait(durationMs), ...running]);
    this.injector.end();
    await this.#wait(CALM_MS);
  }

  async #operateOnce({ index, atMs }: PlannedOperation, operate: (operation: Operation) => Promise<void>): Promise<void> {
    await this.#wait(atMs);
    try {
      await operate({ index, random: this.#random.fork(`operation ${index}`) });
      this.succeeded++;
    } catch (error) {
      if (!(error instanceof QuorateError)) throw error;
      this.failed++;
      this.#simulation.note(`operation ${index} failed, ${error.code}: ${error.message}`, 'scenario');
    }
  }

  #wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.#simulation.after(milliseconds, resolve));
  }
}

function failureOf(error: Error): Failure {
  const cause = error.cause instanceof Error ? error.cause : error;
  if (cause instanceof RuleBroken) return { rule: cause.rule, message: cause.message };
  return { rule: `${cause.name}: ${cause.message.replace(/\d+/g, '#')}`, message: `${cause.name}: ${cause.message}` };
}
