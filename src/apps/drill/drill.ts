/** A drill from its beginning to the last read: load, faults by plan, peace, and the final word on every key. */
import { QuorateError } from '../../runtime/errors/index.ts';
import type { Clock, Random, Timers } from '../../runtime/world/index.ts';
import type { Quorate } from '../../stores/kv/index.ts';
import { type History, HistoryRecorder } from '../../verification/histories/index.ts';
import type { DrillResult } from './drill-result.ts';
import { drillSettings, REGISTER_BUCKET } from './drill-settings.ts';
import type { PlannedFault } from './fault.ts';
import { FinalReads } from './final-reads.ts';
import type { HappenedFault } from './measure.ts';
import type { DrillPlan } from './plan.ts';
import {
  compareRings,
  type InStep,
  judgeLoneWrites,
  LoneWriters,
  type NodeClients,
  RegisterWorkload,
  untilInStep,
} from './proofs/index.ts';
import type { Stage } from './stage.ts';
import { Workload } from './workload.ts';

export interface DrillOptions {
  readonly plan: DrillPlan;
  readonly stage: Stage;
  readonly clients: number;
  readonly keys: number;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  connect(addresses: readonly string[]): Promise<Quorate>;
  /** Whether the keys are deleted when all has been read. */
  readonly cleanUp: boolean;
  /** Heard when the drill is to end early: what is under way is broken off. */
  readonly interrupted: AbortSignal;
  /** A fault begins now. */
  onFault(planned: PlannedFault, beganMs: number): void;
  /** It is over, or could not be; with the operations per second that ended well meanwhile. */
  onFaultOver(happened: HappenedFault, throughput: number): void;
  onPhase(phase: string): void;
}

const OPERATION_TIMEOUT_MS = 2_000;

/** A link to a node that stands still looks open for a while. */
const LONE_TIMEOUT_MS = 5_000;
const RETRY_MS = 250;
/** From the healing until no hints remain and replicas are equal; without reads, which would repair. */
const IN_STEP_WITHIN_MS = 60_000;
/** Each register is read so often in the end. */
const REGISTER_READS = 2;
const REGISTER_CLIENTS = 3;
/** Twice what a log reserves (12 MiB), in values that go through everything quickly. */
const BALLAST_BYTES = 256 * 1024;
const BALLAST_VALUES = 96;

export async function runDrill(options: DrillOptions): Promise<DrillResult> {
  return await new Drill(options).run();
}

class Drill {
  readonly #options: DrillOptions;
  readonly #startMs: number;
  readonly #recorder: HistoryRecorder;
  readonly #workload: Workload;
  readonly #loneRecorder: HistoryRecorder;
  readonly #lone: LoneWriters;
  readonly #registerRecorder: HistoryRecorder;
  readonly #registers: RegisterWorkload;
  readonly #connections: Quorate[] = [];
  readonly #faults: HappenedFault[] = [];
  readonly #unread: string[] = [];
  #ballast = 0;
  /** How much longer than planned faults have taken, starting nodes for instance: what follows comes later by this. */
  #lateMs = 0;

  constructor(options: DrillOptions) {
    const { clock, timers, random, keys, plan } = options;
    this.#options = options;
    this.#startMs = clock.now();
    this.#recorder = new HistoryRecorder(() => this.#nowMs());
    const bucket = `quorate-drill-${plan.seed.toString(16)}-${clock.wallTime().toString(36)}`;
    const nowMs = (): number => this.#nowMs();
    this.#workload = new Workload({ bucket, recorder: this.#recorder, random, timers, keys, timeoutMs: OPERATION_TIMEOUT_MS });
    this.#loneRecorder = new HistoryRecorder(nowMs);
    this.#lone = new LoneWriters({ bucket, recorder: this.#loneRecorder, timers, timeoutMs: LONE_TIMEOUT_MS, nowMs });
    this.#registerRecorder = new HistoryRecorder(nowMs);
    this.#registers = new RegisterWorkload({
      ...{ bucket: REGISTER_BUCKET, recorder: this.#registerRecorder, random, timers, timeoutMs: OPERATION_TIMEOUT_MS },
      prefix: `${bucket}-`,
    });
  }

  async run(): Promise<DrillResult> {
    const { clients, stage, clock } = this.#options;
    const wallTimeAtStart = clock.wallTime();
    const connect = async (addresses: readonly string[]): Promise<Quorate> => {
      const connection = await this.#options.connect(addresses);
      this.#connections.push(connection);
      return connection;
    };
    try {
      const reader = await connect(stage.addresses);
      const writers: Quorate[] = [];
      for (let client = 0; client < clients; client++) writers.push(await connect(stage.addresses));
      const nodes = new Map<string, Quorate>();
      for (const [index, name] of stage.nodes.entries()) {
        const address = stage.addresses[index];
        nodes.set(name, address === undefined ? reader : await connect([address]));
      }
      const { n, r, w, hasRegisters } = await drillSettings(reader);
      const lengthMs = await this.#work(reader, writers, { nodes, hasRegisters });
      const inStep = await this.#waitUntilInStep(nodes);
      const rings = this.#interrupted ? undefined : await compareRings(nodes);
      if (!this.#interrupted) {
        await this.#readEverything(reader, n);
        if (hasRegisters) await this.#readRegisters(reader);
      }
      const shared = this.#recorder.history('kv');
      return {
        shared,
        history: together(shared, this.#loneRecorder.history('kv')),
        registers: hasRegisters ? this.#registerRecorder.history('map') : undefined,
        loneWrites: judgeLoneWrites(this.#lone.attempts, this.#faults),
        inStep,
        rings,
        overlapping: r + w > n,
        faults: this.#faults,
        lengthMs,
        unread: this.#unread,
        keys: this.#keys.length,
        wallTimeAtStart,
      };
    } finally {
      await Promise.all(this.#connections.map((quorate) => quorate.close()));
    }
  }

  /** Load and faults, for as long as the plan says. @returns how long that was. */
  async #work(
    reader: Quorate,
    writers: readonly Quorate[],
    { nodes, hasRegisters }: { readonly nodes: NodeClients; readonly hasRegisters: boolean },
  ): Promise<number> {
    const { plan } = this.#options;
    const running = Promise.all([
      ...writers.map((quorate, client) => this.#workload.run(client, quorate)),
      ...[...nodes].map(([name, quorate]) => this.#lone.run(name, quorate)),
      ...Array.from({ length: hasRegisters ? REGISTER_CLIENTS : 0 }, () => this.#registers.run(reader)),
    ]);
    // Should a client fail while faults happen, it is heard of below.
    running.catch(() => {});
    try {
      for (const planned of plan.faults) await this.#inflict(planned);
      await this.#until(plan.durationMs + this.#lateMs);
    } finally {
      this.#workload.stop();
      this.#lone.stop();
      this.#registers.stop();
      await running;
    }
    return this.#nowMs();
  }

  /** Every key that was ever written. */
  get #keys(): readonly string[] {
    return [...this.#workload.keys, ...this.#lone.keys];
  }

  async #waitUntilInStep(nodes: NodeClients): Promise<InStep | undefined> {
    if (this.#interrupted) return undefined;
    this.#options.onPhase('waiting until no hints remain and replicas are equal');
    return await untilInStep(nodes, {
      limitMs: IN_STEP_WITHIN_MS,
      nowMs: () => this.#nowMs(),
      pause: () => this.#until(this.#nowMs() + RETRY_MS),
      isInterrupted: () => this.#interrupted,
    });
  }

  async #readRegisters(reader: Quorate): Promise<void> {
    const bucket = reader.kv.bucket(REGISTER_BUCKET);
    for (const key of this.#registers.keys) {
      for (let count = 0; count < REGISTER_READS; count++) await this.#registers.read(bucket, key);
      if (this.#options.cleanUp) await bucket.delete(key).catch(onlyQuorateErrors);
    }
  }

  /** A disk without room is noticed when the room that the store has reserved is used up: large values do that. */
  async #writeBallast(untilMs: number): Promise<void> {
    const [reader] = this.#connections;
    const bucket = reader?.kv.bucket(`${this.#workload.options.bucket}-ballast`);
    const ballast = new Uint8Array(BALLAST_BYTES);
    for (let written = 0; written < BALLAST_VALUES && this.#nowMs() < untilMs && !this.#interrupted; written++) {
      const key = `ballast${this.#ballast++}`;
      await bucket?.put(key, ballast, { timeoutMs: OPERATION_TIMEOUT_MS }).catch(onlyQuorateErrors);
    }
  }

  async #inflict(planned: PlannedFault): Promise<void> {
    const { stage, onFault, onFaultOver } = this.#options;
    await this.#until(planned.atMs + this.#lateMs);
    if (this.#interrupted) return;
    const beganMs = this.#nowMs();
    const acknowledged = this.#workload.acknowledged;
    onFault(planned, beganMs);
    let failure: string | undefined;
    let remark: string | undefined;
    try {
      remark = await stage.begin(planned.fault);
      if (planned.fault.kind === 'disk') await this.#writeBallast(beganMs + planned.durationMs);
      await this.#until(beganMs + planned.durationMs);
    } catch (error) {
      failure = reasonOf(error);
    }
    try {
      await stage.end(planned.fault);
    } catch (error) {
      failure ??= reasonOf(error);
    }
    const happened: HappenedFault = {
      ...planned,
      beganMs,
      endedMs: this.#nowMs(),
      ...(failure === undefined ? {} : { failure }),
      ...(remark === undefined ? {} : { remark }),
    };
    this.#lateMs = Math.max(this.#lateMs, happened.endedMs - planned.atMs - planned.durationMs);
    this.#faults.push(happened);
    const seconds = (happened.endedMs - beganMs) / 1_000;
    onFaultOver(happened, (this.#workload.acknowledged - acknowledged) / seconds);
  }

  async #readEverything(reader: Quorate, replicas: number): Promise<void> {
    const { onPhase, cleanUp } = this.#options;
    onPhase(`reading ${this.#keys.length} keys from all replicas`);
    const bucket = reader.kv.bucket(this.#workload.options.bucket);
    const reads = new FinalReads({
      ...{ bucket, replicas, onPhase, nowMs: () => this.#nowMs(), isInterrupted: () => this.#interrupted },
      // Of a key that a client had to itself, that client's history tells.
      recorderOf: (key) => (this.#lone.keys.has(key) ? this.#loneRecorder : this.#recorder),
      pause: () => this.#until(this.#nowMs() + RETRY_MS),
    });
    this.#unread.push(...(await reads.run(this.#keys)));
    if (cleanUp) for (const key of this.#keys) await bucket.delete(key).catch(onlyQuorateErrors);
  }

  get #interrupted(): boolean {
    return this.#options.interrupted.aborted;
  }

  #nowMs(): number {
    return this.#options.clock.now() - this.#startMs;
  }

  #until(atMs: number): Promise<void> {
    const { timers, interrupted } = this.#options;
    return new Promise((resolve) => {
      if (interrupted.aborted) return resolve();
      const finish = (): void => {
        timer.cancel();
        interrupted.removeEventListener('abort', finish);
        resolve();
      };
      const timer = timers.after(Math.max(0, atMs - this.#nowMs()), finish);
      interrupted.addEventListener('abort', finish);
    });
  }
}

/** What the store refuses is to be expected here. */
function onlyQuorateErrors(error: unknown): void {
  if (!(error instanceof QuorateError)) throw error;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function together(one: History, other: History): History {
  const operations = [...one.operations, ...other.operations].sort((a, b) => a.invocationMs - b.invocationMs);
  return { ...one, operations };
}
