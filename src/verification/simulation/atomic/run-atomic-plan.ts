/**
 * One plan, one story: a cluster with an atomic bucket, clients that read, write and delete a few keys through any node, faults
 * of every kind, and a ring that changes if the plan says so. What they saw must be linearizable, each key by itself: invariant 6 of the store.
 */
import type { TraceSink } from '../../../runtime/simulated/index.ts';
import { Violation } from '../../histories/index.ts';
import { Stage } from '../kv/index.ts';
import type { AtomicPlan } from './atomic-plan.ts';
import { REGISTER_BUCKETS, RegisterClients, readRegisters } from './register-clients.ts';
import { RingDirector } from './ring-director.ts';
import { NEWCOMERS } from './ring-events.ts';

export interface AtomicOptions {
  readonly trace?: boolean | TraceSink;
}

export interface AtomicRun {
  readonly digest: string;
  readonly reads: number;
  readonly writes: number;
  /** Reads and writes that were answered. */
  readonly answered: number;
  /** Of the last reads, on a network that is whole again. */
  readonly answeredLast: number;
  readonly faults: number;
  readonly crashes: number;
  /** Changes of the ring, and disks that were lost. */
  readonly changes: number;
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

export function runAtomicPlan(plan: AtomicPlan, options: AtomicOptions = {}): AtomicRun {
  const story = new AtomicStory(plan, options);
  const { simulation, injector } = story.stage;
  let violation: Error | undefined;
  let isJudged = true;
  try {
    story.tell();
    isJudged = story.registers.judge();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    violation = error;
    simulation.note(`VIOLATION: ${error.message}`);
  }
  const { digest, now: simulatedMs, trace } = simulation;
  const { reads, writes, answered } = story.registers;
  return {
    digest,
    reads,
    writes,
    answered,
    answeredLast: story.answeredLast,
    ...injector.counts,
    changes: story.director?.done ?? 0,
    events: simulation.scheduler.fired,
    simulatedMs,
    isJudged,
    violation,
    trace,
  };
}

class AtomicStory {
  readonly stage: Stage;
  readonly registers: RegisterClients;
  readonly director: RingDirector | undefined;
  answeredLast = 0;
  readonly #plan: AtomicPlan;

  constructor(plan: AtomicPlan, { trace = false }: AtomicOptions) {
    this.#plan = plan;
    const { ring } = plan.setup;
    const newcomers = ring === undefined ? 0 : NEWCOMERS;
    this.stage = new Stage(plan.seed, plan.setup, { trace, buckets: REGISTER_BUCKETS, newcomers });
    this.registers = new RegisterClients(this.stage.simulation);
    this.director = ring === undefined ? undefined : new RingDirector(this.stage);
  }

  tell(): void {
    const { stage, registers } = this;
    const { simulation, injector, cluster } = stage;
    const { setup, faults, operations, durationMs } = this.#plan;
    cluster.start();
    simulation.runFor(BEGINNING_MS);
    const clients = Array.from({ length: setup.clients }, (_unused, index) => stage.clientAt(index));
    injector.begin(faults);
    this.director?.perform(setup.ring ?? []);
    for (const operation of operations) {
      const client = clients[operation.client % clients.length];
      if (client !== undefined) simulation.after(operation.atMs, () => registers.act(client, operation));
    }
    simulation.runFor(durationMs);
    injector.end();
    simulation.run(() => registers.open === 0, 60_000);
    simulation.runFor(RECONNECT_MS);
    const before = registers.answered;
    readRegisters(stage, registers, 'reader', {
      keys: [...Array(setup.keys).keys()],
      times: FINAL_READS,
      nodes: [...cluster.names.keys()],
    });
    this.answeredLast = registers.answered - before;
    // A link to a machine that lost its power looks open until something is sent over it: not every one need be answered. And who has lost
    // a majority of the seats of a partition rightly gives no answers.
    const losses = (setup.ring ?? []).filter(({ kind }) => kind === 'wipe' || kind === 'remove').length;
    if (this.answeredLast === 0 && losses < 2)
      throw new Violation('a healed cluster does not answer', `none of ${setup.keys * FINAL_READS} reads`);
  }
}
