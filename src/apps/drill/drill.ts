/** A drill from its beginning to the last read: load, faults by plan, peace, and the final word on every key. */
import type { Clock, Random, Timers } from '../../runtime/world/index.ts';
import type { ConnectOptions, Quorate } from '../../stores/kv/client/index.ts';
import { type History, HistoryRecorder } from '../../verification/histories/index.ts';
import { Ballast } from './ballast.ts';
import type { DrillResult } from './drill-result.ts';
import { drillSettings, REGISTER_BUCKET } from './drill-settings.ts';
import { DrillTime } from './drill-time.ts';
import type { PlannedFault } from './fault.ts';
import { FinalReads } from './final-reads.ts';
import type { HappenedFault } from './measure.ts';
import { Members } from './members.ts';
import { onlyQuorateErrors } from './only-quorate-errors.ts';
import type { DrillPlan } from './plan.ts';
import {
  compareRings,
  excuseLostMachines,
  type InStep,
  judgeLoneWrites,
  LoneWriters,
  RegisterWorkload,
  untilInStep,
} from './proofs/index.ts';
import type { HappenedChange } from './ring-changes/index.ts';
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
  connect(addresses: readonly string[], options?: ConnectOptions): Promise<Quorate>;
  /** Whether the keys are deleted when all has been read. */
  readonly cleanUp: boolean;
  /** Heard when the drill is to end early: what is under way is broken off. */
  readonly interrupted: AbortSignal;
  /** A fault begins now. */
  onFault(planned: PlannedFault, beganMs: number): void;
  /** It is over, or could not be; with the operations per second that ended well meanwhile. */
  onFaultOver(happened: HappenedFault, throughput: number): void;
  /** The ring has changed, or not. */
  onChange(happened: HappenedChange): void;
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
/** With more nodes than replicas, others stand in for those that are away. */
const LEAST_WITHOUT_STAND_INS = 3;
export async function runDrill(options: DrillOptions): Promise<DrillResult> {
  return await new Drill(options).run();
}

class Drill {
  readonly #options: DrillOptions;
  readonly #time: DrillTime;
  readonly #recorder: HistoryRecorder;
  readonly #workload: Workload;
  readonly #loneRecorder: HistoryRecorder;
  readonly #lone: LoneWriters;
  readonly #registerRecorder: HistoryRecorder;
  readonly #registers: RegisterWorkload;
  readonly #members: Members;
  readonly #connections: Quorate[] = [];
  readonly #faults: HappenedFault[] = [];
  readonly #changes: HappenedChange[] = [];
  readonly #unread: string[] = [];
  readonly #ballast: Ballast;
  /** How much longer than planned faults have taken, starting nodes for instance: what follows comes later by this. */
  #lateMs = 0;

  constructor(options: DrillOptions) {
    const { clock, timers, random, keys, plan, stage } = options;
    this.#options = options;
    this.#time = new DrillTime(clock, timers, options.interrupted);
    const nowMs = (): number => this.#time.nowMs();
    this.#recorder = new HistoryRecorder(nowMs);
    const bucket = `quorate-drill-${plan.seed.toString(16)}-${clock.wallTime().toString(36)}`;
    const standIns = stage.nodes.length > LEAST_WITHOUT_STAND_INS || plan.changes.length > 0;
    const common = { random, timers, timeoutMs: OPERATION_TIMEOUT_MS };
    this.#workload = new Workload({ ...common, bucket, recorder: this.#recorder, keys, standIns });
    this.#loneRecorder = new HistoryRecorder(nowMs);
    this.#lone = new LoneWriters({ bucket, recorder: this.#loneRecorder, timers, timeoutMs: LONE_TIMEOUT_MS, nowMs });
    this.#registerRecorder = new HistoryRecorder(nowMs);
    const registers = { ...common, bucket: REGISTER_BUCKET, recorder: this.#registerRecorder, prefix: `${bucket}-` };
    this.#registers = new RegisterWorkload(registers);
    this.#members = new Members({
      stage,
      lone: this.#lone,
      time: this.#time,
      connect: (addresses) => this.#connect(addresses, { discover: false }),
    });
    this.#ballast = new Ballast(`${bucket}-ballast`, OPERATION_TIMEOUT_MS);
  }

  async run(): Promise<DrillResult> {
    const { clients, stage, clock } = this.#options;
    const wallTimeAtStart = clock.wallTime();
    try {
      const reader = await this.#connect(stage.addresses);
      const writers: Quorate[] = [];
      for (let client = 0; client < clients; client++) writers.push(await this.#connect(stage.addresses));
      await this.#members.connect();
      const { n, r, w, hasRegisters } = await drillSettings(reader, this.#time);
      const lengthMs = await this.#work(reader, writers, hasRegisters);
      const inStep = await this.#waitUntilInStep();
      const rings = this.#time.isInterrupted ? undefined : await compareRings(this.#members.clients);
      if (!this.#time.isInterrupted) {
        await this.#readEverything(reader, n);
        if (hasRegisters) await this.#readRegisters(reader);
      }
      const shared = this.#recorder.history('kv');
      const [faults, changes] = [this.#faults, this.#changes];
      return {
        shared,
        history: together(shared, excuseLostMachines(this.#loneRecorder.history('kv'), faults, changes)),
        registers: hasRegisters ? this.#registerRecorder.history('map') : undefined,
        loneWrites: judgeLoneWrites(this.#lone.attempts, faults),
        inStep,
        rings,
        overlapping: r + w > n,
        faults,
        changes,
        lengthMs,
        unread: this.#unread,
        keys: this.#keys.length,
        wallTimeAtStart,
      };
    } finally {
      await Promise.all(this.#connections.map((quorate) => quorate.close()));
    }
  }

  async #connect(addresses: readonly string[], options?: ConnectOptions): Promise<Quorate> {
    const connection = await this.#options.connect(addresses, options);
    this.#connections.push(connection);
    return connection;
  }

  /** Load, faults and changes of the ring, for as long as the plan says, or until the last change has come to rest. @returns how long that was. */
  async #work(reader: Quorate, writers: readonly Quorate[], hasRegisters: boolean): Promise<number> {
    const { plan, onChange } = this.#options;
    const running = Promise.all([
      ...writers.map((quorate, client) => this.#workload.run(client, quorate)),
      ...Array.from({ length: hasRegisters ? REGISTER_CLIENTS : 0 }, () => this.#registers.run(reader)),
    ]);
    // Should a client fail while faults happen, it is heard of below.
    running.catch(() => {});
    this.#members.startWriting();
    const changing = this.#members.change(plan.changes, (happened) => {
      this.#changes.push(happened);
      onChange(happened);
    });
    changing.catch(() => {});
    try {
      for (const planned of plan.faults) await this.#inflict(planned);
      await this.#time.until(plan.durationMs + this.#lateMs);
    } finally {
      this.#workload.stop();
      this.#members.stopWriting();
      this.#registers.stop();
      await running;
      await this.#lone.ended();
    }
    const lengthMs = this.#time.nowMs();
    await changing;
    return lengthMs;
  }

  /** Every key that was ever written. */
  get #keys(): readonly string[] {
    return [...this.#workload.keys, ...this.#lone.keys];
  }

  async #waitUntilInStep(): Promise<InStep | undefined> {
    if (this.#time.isInterrupted) return undefined;
    this.#options.onPhase('waiting until no hints remain and replicas are equal');
    return await untilInStep(this.#members.clients, {
      limitMs: IN_STEP_WITHIN_MS,
      nowMs: () => this.#time.nowMs(),
      pause: () => this.#time.pause(RETRY_MS),
      isInterrupted: () => this.#time.isInterrupted,
    });
  }

  async #readRegisters(reader: Quorate): Promise<void> {
    const bucket = reader.kv.bucket(REGISTER_BUCKET);
    for (const key of this.#registers.keys) {
      for (let count = 0; count < REGISTER_READS; count++) await this.#registers.read(bucket, key);
      if (this.#options.cleanUp) await bucket.delete(key).catch(onlyQuorateErrors);
    }
  }

  async #inflict(planned: PlannedFault): Promise<void> {
    const { stage, onFault, onFaultOver } = this.#options;
    await this.#time.until(planned.atMs + this.#lateMs);
    if (this.#time.isInterrupted) return;
    const beganMs = this.#time.nowMs();
    const acknowledged = this.#workload.acknowledged;
    onFault(planned, beganMs);
    let failure: string | undefined;
    let remark: string | undefined;
    try {
      remark = await stage.begin(planned.fault);
      if (planned.fault.kind === 'disk') {
        const isOver = (): boolean => this.#time.nowMs() >= beganMs + planned.durationMs || this.#time.isInterrupted;
        await this.#ballast.write(this.#connections[0], isOver);
      }
      await this.#time.until(beganMs + planned.durationMs);
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
      endedMs: this.#time.nowMs(),
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
      ...{ bucket, replicas, onPhase, nowMs: () => this.#time.nowMs(), isInterrupted: () => this.#time.isInterrupted },
      // Of a key that a client had to itself, that client's history tells.
      recorderOf: (key) => (this.#lone.keys.has(key) ? this.#loneRecorder : this.#recorder),
      pause: () => this.#time.pause(RETRY_MS),
    });
    this.#unread.push(...(await reads.run(this.#keys)));
    if (cleanUp) for (const key of this.#keys) await bucket.delete(key).catch(onlyQuorateErrors);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function together(one: History, other: History): History {
  const operations = [...one.operations, ...other.operations].sort((a, b) => a.invocationMs - b.invocationMs);
  return { ...one, operations };
}
