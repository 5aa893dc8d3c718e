/** A drill from its beginning to the last read: load, faults by plan, peace, and the final word on every key. */
import { invariant, QuorateError } from '../../runtime/errors/index.ts';
import type { Clock, Random, Timers } from '../../runtime/world/index.ts';
import type { Bucket, Quorate } from '../../stores/kv/index.ts';
import { type History, HistoryRecorder } from '../../verification/histories/index.ts';
import type { PlannedFault } from './fault.ts';
import type { HappenedFault } from './measure.ts';
import type { DrillPlan } from './plan.ts';
import type { Stage } from './stage.ts';
import { idsIn, Workload } from './workload.ts';

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

export interface DrillResult {
  readonly history: History;
  readonly faults: readonly HappenedFault[];
  /** Whether its quorums overlap: if not, a read may miss what was acknowledged. */
  readonly overlapping: boolean;
  /** How long clients were at work. */
  readonly lengthMs: number;
  /** Keys that could not be read in the end, with why. */
  readonly unread: readonly string[];
  readonly keys: number;
  readonly wallTimeAtStart: number;
}

const OPERATION_TIMEOUT_MS = 2_000;
const FINAL_TIMEOUT_MS = 5_000;
/** So long after the end of the last fault a cluster must answer again for every key. */
const HEALED_WITHIN_MS = 30_000;
const RETRY_MS = 250;
const FINAL_READERS = 16;
/** A first read repairs; a second one must find the same. */
const FINAL_READS = 2;
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
  readonly #connections: Quorate[] = [];
  readonly #faults: HappenedFault[] = [];
  readonly #unread: string[] = [];
  #healedByMs = 0;
  #ballast = 0;
  #isWaiting = false;
  /** How much longer than planned faults have taken, starting nodes for instance: what follows comes later by this. */
  #lateMs = 0;

  constructor(options: DrillOptions) {
    const { clock, timers, random, keys, plan } = options;
    this.#options = options;
    this.#startMs = clock.now();
    this.#recorder = new HistoryRecorder(() => this.#nowMs());
    this.#workload = new Workload({
      bucket: `quorate-drill-${plan.seed.toString(16)}-${clock.wallTime().toString(36)}`,
      recorder: this.#recorder,
      random,
      timers,
      keys,
      timeoutMs: OPERATION_TIMEOUT_MS,
    });
  }

  async run(): Promise<DrillResult> {
    const { clients, stage, clock, plan } = this.#options;
    const wallTimeAtStart = clock.wallTime();
    try {
      for (let client = 0; client <= clients; client++) this.#connections.push(await this.#options.connect(stage.addresses));
      const [reader, ...writers] = this.#connections;
      invariant(reader !== undefined, 'there is a connection');
      const { n, r, w } = await this.#settings(reader);
      const running = Promise.all(writers.map((quorate, client) => this.#workload.run(client, quorate)));
      // Should a client fail while faults happen, it is heard of below.
      running.catch(() => {});
      try {
        for (const planned of plan.faults) await this.#inflict(planned);
        await this.#until(plan.durationMs + this.#lateMs);
      } finally {
        this.#workload.stop();
        await running;
      }
      const lengthMs = this.#nowMs();
      if (!this.#interrupted) await this.#readEverything(reader, n);
      return {
        history: this.#recorder.history('kv'),
        overlapping: r + w > n,
        faults: this.#faults,
        lengthMs,
        unread: this.#unread,
        keys: this.#workload.keys.length,
        wallTimeAtStart,
      };
    } finally {
      await Promise.all(this.#connections.map((quorate) => quorate.close()));
    }
  }

  /** @throws QuorateError `drill-impossible` where a write may vanish by the bucket's rules. */
  async #settings(reader: Quorate): Promise<{ readonly n: number; readonly r: number; readonly w: number }> {
    const settings = (await reader.status({ timeoutMs: FINAL_TIMEOUT_MS })).buckets['*'];
    if (settings?.conflict === 'siblings') return settings;
    throw new QuorateError({
      code: 'drill-impossible',
      message: `the cluster's buckets resolve conflicts as '${settings?.conflict ?? 'unknown'}' by default: only of siblings it can be said what must be there`,
      outcome: 'not-applied',
      next: "Run the drill on a cluster with 'siblings' in its defaults.",
    });
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
    this.#options.onPhase(`reading ${this.#workload.keys.length} keys from all replicas`);
    this.#healedByMs = this.#nowMs() + HEALED_WITHIN_MS;
    const bucket = reader.kv.bucket(this.#workload.options.bucket);
    const keys = [...this.#workload.keys];
    const read = async (process: number): Promise<void> => {
      for (let key = keys.pop(); key !== undefined && !this.#interrupted; key = keys.pop()) {
        for (let count = 0; count < FINAL_READS; count++) await this.#readAll(bucket, key, replicas, `reader ${process}`);
      }
    };
    await Promise.all(Array.from({ length: FINAL_READERS }, (_unused, process) => read(process)));
    if (this.#options.cleanUp) await this.#deleteAll(bucket);
  }

  async #deleteAll(bucket: Bucket): Promise<void> {
    for (const key of this.#workload.keys) await bucket.delete(key).catch(onlyQuorateErrors);
  }

  async #readAll(bucket: Bucket, key: string, replicas: number, process: string): Promise<void> {
    const open = this.#recorder.invoke({ process, kind: 'get-all', key });
    try {
      const found = await this.#patiently(key, () => bucket.get(key, { r: replicas, timeoutMs: FINAL_TIMEOUT_MS }));
      open.ok(idsIn(found));
    } catch (error) {
      open.fail();
      this.#unread.push(`${key}: ${reasonOf(error)}`);
    }
  }

  /** Links are dialled anew after a fault, and nodes may be on their way up: again and again, for some time. */
  async #patiently<Result>(what: string, attempt: () => Promise<Result>): Promise<Result> {
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof QuorateError) || this.#nowMs() > this.#healedByMs || this.#interrupted) throw error;
        if (!this.#isWaiting) this.#options.onPhase(`waiting for the cluster to heal (${what}: ${error.message})`);
        this.#isWaiting = true;
      }
      await this.#until(this.#nowMs() + RETRY_MS);
    }
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
