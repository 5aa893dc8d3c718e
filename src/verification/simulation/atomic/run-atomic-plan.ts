/**
 * One plan, one story: a cluster with an atomic bucket, clients that read, write and delete a few keys through any node, faults
 * of every kind. What they saw must be linearizable, each key by itself: invariant 6 of the store.
 */
import { Simulation, type TraceSink } from '../../../runtime/simulated/index.ts';
import { DirectClient } from '../../../stores/kv/client/index.ts';
import { bucketSettings, DEFAULT_SETTINGS, describeKvFrame } from '../../../stores/kv/index.ts';
import { Violation } from '../../histories/index.ts';
import { CLUSTER_NAME, SimulatedCluster } from '../cluster.ts';
import { FaultInjector } from '../faults/index.ts';
import { clientName, type KvPlan } from '../kv/index.ts';
import { REGISTERS, RegisterClients } from './register-clients.ts';

export interface AtomicOptions {
  readonly trace?: boolean | TraceSink;
}

export interface AtomicRun {
  readonly digest: string;
  readonly reads: number;
  readonly writes: number;
  /** Reads and writes that were answered. */
  readonly answered: number;
  readonly faults: number;
  readonly crashes: number;
  readonly events: number;
  readonly simulatedMs: number;
  /** Whether the history could be judged within the steps there are: with many writes of unknown outcome it may not be. */
  readonly isJudged: boolean;
  readonly violation: Error | undefined;
  readonly trace: readonly string[];
}

const BEGINNING_MS = 1_000;
/** Links are dialled anew within this time after a fault. */
const RECONNECT_MS = 12_000;
/** Each key is read so often in the end, by different nodes. */
const FINAL_READS = 4;

export function runAtomicPlan(plan: KvPlan, options: AtomicOptions = {}): AtomicRun {
  const stage = new AtomicStage(plan, options);
  const { simulation, injector } = stage;
  let violation: Error | undefined;
  let isJudged = true;
  try {
    stage.run();
    isJudged = stage.registers.judge();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    violation = error;
    simulation.note(`VIOLATION: ${error.message}`);
  }
  const { digest, now: simulatedMs, trace } = simulation;
  const { reads, writes, answered } = stage.registers;
  const events = simulation.scheduler.fired;
  return { digest, reads, writes, answered, ...injector.counts, events, simulatedMs, isJudged, violation, trace };
}

class AtomicStage {
  readonly simulation: Simulation;
  readonly injector: FaultInjector;
  readonly registers: RegisterClients;
  readonly #plan: KvPlan;
  readonly #cluster: SimulatedCluster;

  constructor(plan: KvPlan, { trace = false }: AtomicOptions) {
    this.#plan = plan;
    this.simulation = new Simulation(plan.seed, { trace, describeFrame: describeKvFrame });
    this.#cluster = new SimulatedCluster(this.simulation, {
      nodes: plan.setup.nodes,
      partitions: plan.setup.partitions,
      defaults: DEFAULT_SETTINGS,
      buckets: new Map([[REGISTERS, bucketSettings(REGISTERS, { consistency: 'atomic' })]]),
    });
    this.injector = new FaultInjector(this.simulation, { mayDecay: (key, name) => this.#cluster.mayDecay(key, name) });
    this.registers = new RegisterClients(this.simulation);
  }

  run(): void {
    const { simulation, injector, registers } = this;
    const { setup, faults, operations, durationMs } = this.#plan;
    this.#cluster.start();
    simulation.runFor(BEGINNING_MS);
    const clients = Array.from({ length: setup.clients }, (_unused, index) => this.#client(clientName(index)));
    injector.begin(faults);
    for (const operation of operations) {
      const client = clients[operation.client % clients.length];
      if (client !== undefined) simulation.after(operation.atMs, () => registers.act(client, operation));
    }
    simulation.runFor(durationMs);
    injector.end();
    simulation.run(() => registers.open === 0, 60_000);
    simulation.runFor(RECONNECT_MS);
    const reader = this.#client('reader');
    simulation.runFor(BEGINNING_MS);
    const before = registers.answered;
    for (let key = 0; key < setup.keys; key++) {
      for (let count = 0; count < FINAL_READS; count++) {
        registers.act(reader, { kind: 'read', node: count % setup.nodes, key });
        simulation.run(() => registers.open === 0, 60_000);
      }
    }
    // A link to a machine that lost its power looks open until something is sent over it: not every one need be answered.
    if (registers.answered === before)
      throw new Violation('a healed cluster does not answer', `none of ${setup.keys * FINAL_READS} reads`);
  }

  #client(name: string): DirectClient {
    const { world } = this.simulation.process(name).start();
    return new DirectClient(world, CLUSTER_NAME, this.#cluster.addresses);
  }
}
