/**
 * One plan, one story, all seven proofs: clients of a plain bucket, of counters and of atomic registers, faults of every kind and a
 * node that is away for long; one node alone with a client; then peace, and
 * 1. no acknowledged write is lost,
 * 2. nothing deleted returns,
 * 3. siblings are exactly the concurrent writes (what all replicas answer against what the writers had seen),
 * 4. the disks of all home replicas hold the same, and no hints remain, before anybody reads,
 *    then the tombstones of all deleted keys vanish from the disks,
 * 5. the lone node took a write with W=1,
 * 6. the registers were linearizable, and each answers again,
 * 7. all nodes tell the same ring.
 * Last, all lose their power at once and must tell the same again.
 */
import type { TraceSink } from '../../../runtime/simulated/index.ts';
import { Violation } from '../../histories/index.ts';
import { REGISTER_BUCKETS, REGISTERS, RegisterClients, readRegisters } from '../atomic/index.ts';
import { newcomerName } from '../cluster.ts';
import {
  ActingClient,
  clientName,
  everythingArrives,
  finalReads,
  hintsAreHandedOver,
  loneNodeTakesWrites,
  Stage,
  type StageOptions,
} from '../kv/index.ts';
import { Administrator } from './administrator.ts';
import { differenceOfHomes, patientAnswer, ringOfAll, tombstoneLeft } from './replicas.ts';
import { seatsMoved, settleRing } from './settle.ts';
import type { WholePlan } from './whole-plan.ts';

export interface WholeOptions extends Omit<StageOptions, 'buckets' | 'mayDecay'> {
  readonly trace?: boolean | TraceSink;
}

export interface WholeRun {
  readonly digest: string;
  readonly writes: number;
  readonly acknowledged: number;
  readonly deletions: number;
  readonly registerOperations: number;
  readonly registersAnswered: number;
  /** 0 if the history of the registers could be judged within the steps there are, else 1. */
  readonly undecided: number;
  readonly faults: number;
  readonly crashes: number;
  /** Keys that ended with more than one value. */
  readonly siblings: number;
  /** Decisions about the ring, pauses and the like that were acknowledged. */
  readonly ringChanges: number;
  /** Seats that have a new holder. */
  readonly seatsMoved: number;
  /** From the healing until the home replicas held the same; 0 where nothing brings them in step without reads. */
  readonly quietMs: number;
  /** From then until there was no tombstone left on any disk. */
  readonly vanishedMs: number;
  readonly events: number;
  readonly simulatedMs: number;
  readonly violation: Error | undefined;
  readonly trace: readonly string[];
}

const BEGINNING_MS = 1_000;
/** Links are dialled anew within this time after a fault. */
const RECONNECT_MS = 12_000;
const IN_STEP_WITHIN_MS = 600_000;
const LOOK_EVERY_MS = 5_000;
const VANISHED_WITHIN_MS = 120_000;
const DRAINED_WITHIN_MS = 60_000;
const REGISTER_READS = 3;
const REGISTER_ATTEMPTS = 5;
const LENGTH_AT = 3;

export function runWholePlan(plan: WholePlan, options: WholeOptions = {}): WholeRun {
  const run = new WholeStory(plan, options);
  const { stage, registers } = run;
  let violation: Error | undefined;
  try {
    run.tell();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    violation = error;
    stage.simulation.note(`VIOLATION: ${error.message}`);
  }
  const { writes } = stage.history;
  const { digest, now: simulatedMs, trace, scheduler } = stage.simulation;
  return {
    digest,
    writes: writes.length,
    acknowledged: writes.filter(({ fate }) => fate === 'acknowledged').length,
    deletions: writes.filter(({ deletes, fate }) => deletes && fate === 'acknowledged').length,
    registerOperations: registers.reads + registers.writes,
    registersAnswered: registers.answered,
    undecided: run.undecided,
    ...stage.injector.counts,
    siblings: run.siblings,
    quietMs: run.quietMs,
    ringChanges: run.administrator?.decided ?? 0,
    seatsMoved: run.seatsMoved,
    vanishedMs: run.vanishedMs,
    events: scheduler.fired,
    simulatedMs,
    violation,
    trace,
  };
}

class WholeStory {
  readonly stage: Stage;
  readonly registers: RegisterClients;
  undecided = 0;
  siblings = 0;
  quietMs = 0;
  seatsMoved = 0;
  /** Of a plan in which the ring changes. */
  administrator: Administrator | undefined;
  vanishedMs = 0;
  readonly #plan: WholePlan;

  constructor(plan: WholePlan, options: WholeOptions) {
    this.#plan = plan;
    this.stage = new Stage(plan.seed, plan.setup, {
      ...options,
      newcomers: plan.setup.newcomers ?? 0,
      nameOfNewcomer: newcomerName,
      buckets: REGISTER_BUCKETS,
      // A register on a majority relies on what its replicas acknowledged, see docs/atomic.md.
      mayDecay: (key) => !isOfRegister(key),
    });
    this.registers = new RegisterClients(this.stage.simulation);
  }

  tell(): void {
    const { stage } = this;
    const { simulation, injector, cluster } = stage;
    cluster.start();
    simulation.runFor(BEGINNING_MS);
    this.#act();
    injector.begin(this.#plan.faults);
    simulation.runFor(this.#plan.durationMs);
    injector.end();
    simulation.run(() => stage.open === 0 && this.registers.open === 0, DRAINED_WITHIN_MS);
    simulation.runFor(RECONNECT_MS);
    everythingArrives(stage);
    this.#settle();
    loneNodeTakesWrites(stage);
    hintsAreHandedOver(stage);
    if (this.#homesAreInStep()) this.#tombstonesVanish();
    this.siblings = finalReads(stage, 'reader');
    this.#readRegisters('reader of registers');
    this.#blackout();
    finalReads(stage, 'reader after the blackout');
    this.#readRegisters('reader of registers after the blackout');
    this.undecided = this.registers.judge() ? 0 : 1;
  }

  #act(): void {
    const { stage, registers } = this;
    const clients = Array.from({ length: this.#plan.setup.clients }, (_unused, index) => {
      const direct = stage.clientAt(index);
      return { direct, acting: new ActingClient(stage, clientName(index), direct) };
    });
    if (this.#plan.setup.newcomers !== undefined) this.administrator = new Administrator(stage);
    for (const operation of this.#plan.operations) {
      if (operation.bucket === 'ring') {
        stage.simulation.after(operation.atMs, () => this.administrator?.act(operation));
        continue;
      }
      const client = clients[operation.client % clients.length];
      if (client === undefined) continue;
      stage.simulation.after(operation.atMs, () => {
        if (operation.bucket === 'registers') registers.act(client.direct, operation);
        else client.acting.act(operation);
      });
    }
  }

  #settle(): void {
    if (this.administrator === undefined) return;
    settleRing(this.stage, this.stage.client('clerk of the ring'), this.administrator);
    this.seatsMoved = seatsMoved(this.stage);
  }

  /** @returns whether anything brings them in step without reads. */
  #homesAreInStep(): boolean {
    const { stage } = this;
    const { simulation } = stage;
    const client = stage.client('auditor');
    simulation.runFor(BEGINNING_MS);
    const ring = ringOfAll(stage, client);
    if (patientAnswer(stage, client, stage.inService[0] ?? 0, 'anti-entropy') === undefined) return false;
    const healedMs = simulation.now;
    for (;;) {
      const difference = differenceOfHomes(simulation, ring);
      this.quietMs = simulation.now - healedMs;
      if (difference === undefined) return true;
      if (this.quietMs > IN_STEP_WITHIN_MS) throw new Violation('home replicas differ after healing and quiet', difference);
      simulation.runFor(LOOK_EVERY_MS);
    }
  }

  #tombstonesVanish(): void {
    const { simulation, cluster, inService } = this.stage;
    const names = inService.map((node) => cluster.names[node] ?? '');
    const fromMs = simulation.now;
    for (;;) {
      const left = tombstoneLeft(simulation, names, isOfRegister);
      this.vanishedMs = simulation.now - fromMs;
      if (left === undefined) return;
      if (this.vanishedMs > VANISHED_WITHIN_MS) throw new Violation('a tombstone remains after healing and quiet', left);
      simulation.runFor(LOOK_EVERY_MS);
    }
  }

  /** A seat whose holder is lost is made whole first; a link to a machine that lost its power looks open until something is sent over it. */
  #readRegisters(name: string): void {
    const { stage, registers } = this;
    let keys: readonly number[] = [...Array(this.#plan.setup.keys).keys()];
    for (let attempt = 1; attempt <= REGISTER_ATTEMPTS; attempt++) {
      keys = readRegisters(stage, registers, `${name} ${attempt}`, { keys, times: REGISTER_READS, nodes: stage.inService });
      if (keys.length === 0) return;
      stage.simulation.runFor(RECONNECT_MS);
    }
    throw new Violation('a healed cluster does not answer for a register', `keys ${keys.join(' ')}`);
  }

  #blackout(): void {
    const { simulation, cluster } = this.stage;
    const nodes = cluster.names.filter((name) => !this.stage.destroyed.has(name)).map((name) => simulation.process(name));
    for (const node of nodes) if (node.isRunning) node.crash({ powerLoss: true });
    simulation.runFor(BEGINNING_MS);
    for (const node of nodes) if (!node.isRunning) node.restart();
    simulation.runFor(RECONNECT_MS);
  }
}

function isOfRegister(key: Uint8Array): boolean {
  const length = key[LENGTH_AT];
  return length === REGISTERS.length && Buffer.from(key.subarray(LENGTH_AT + 1, LENGTH_AT + 1 + length)).toString() === REGISTERS;
}
