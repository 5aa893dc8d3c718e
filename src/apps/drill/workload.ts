/**
 * Clients that read and write under faults, with everything written down. Each writes with what it has read, so that its writes
 * supersede that, now and then without, so that there are siblings, and deletes.
 *
 * A key is given up after some writes and another takes its place: what a write had seen stays short enough to be judged, and
 * what is no longer written can be lost unnoticed, which the end finds out.
 */
import type { Random, Timers } from '../../runtime/world/index.ts';
import type { Bucket, Context, Found, Quorate, Written } from '../../stores/kv/index.ts';
import type { HistoryRecorder } from '../../verification/histories/index.ts';
import { attempt } from './attempt.ts';
import { KeysInUse } from './keys-in-use.ts';

export interface WorkloadOptions {
  readonly bucket: string;
  readonly recorder: HistoryRecorder;
  readonly random: Random;
  readonly timers: Timers;
  /** Keys in use at a time. */
  readonly keys: number;
  readonly timeoutMs: number;
  /**
   * Whether there are nodes that may stand in for others: then every second key is read and written strictly, and of the others
   * a read may miss what a stand-in holds.
   */
  readonly standIns: boolean;
}

const WRITES_PER_KEY = 40;
const PERCENT = 100;
const GETS = 45;
const DELETES = 5;
const BLIND_PUTS = 5;
const STRICT = '-strict';
/** After a failure, so that a cluster that is away is not asked a million times. */
const PAUSE_MS = 20;

interface Knowledge {
  readonly context: Context;
  readonly after: readonly string[];
}

/** The keys that all clients share. */
export class Workload {
  readonly options: WorkloadOptions;
  readonly #keys: KeysInUse;
  #serial = 0;
  #stopped = false;
  /** Operations that ended well. */
  acknowledged = 0;

  constructor(options: WorkloadOptions) {
    this.options = options;
    this.#keys = new KeysInUse({
      count: options.keys,
      usesPerKey: WRITES_PER_KEY,
      nameOf: (serial) => `key${serial}${options.standIns && serial % 2 === 0 ? STRICT : ''}`,
    });
  }

  /** Every key that was ever in use. */
  get keys(): readonly string[] {
    return this.#keys.all;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Clients begin nothing new. */
  stop(): void {
    this.#stopped = true;
  }

  /** One client, until {@link stop}; resolves when its last operation has ended. */
  async run(client: number, quorate: Quorate): Promise<void> {
    await new DrillClient(client, this, quorate.kv.bucket(this.options.bucket)).run();
  }

  someKey(): string {
    return this.#keys.pick(this.options.random);
  }

  /** The name of the next write to a key, and its value. */
  nextWrite(key: string): string {
    this.#keys.used(key);
    return `w${this.#serial++}`;
  }

  /** Whether the homes of the key alone answer. */
  isStrict(key: string): boolean {
    return this.options.standIns && key.endsWith(STRICT);
  }
}

class DrillClient {
  readonly #process: number;
  readonly #workload: Workload;
  readonly #bucket: Bucket;
  readonly #known = new Map<string, Knowledge>();

  constructor(process: number, workload: Workload, bucket: Bucket) {
    this.#process = process;
    this.#workload = workload;
    this.#bucket = bucket;
  }

  async run(): Promise<void> {
    const { random } = this.#workload.options;
    while (!this.#workload.stopped) {
      const key = this.#workload.someKey();
      const dice = random.below(PERCENT);
      let done: boolean;
      if (dice < GETS) done = await this.#get(key);
      else if (dice < GETS + DELETES) done = await this.#delete(key);
      else done = await this.#change(key, 'put', dice < GETS + DELETES + BLIND_PUTS ? undefined : this.#known.get(key));
      if (done) this.#workload.acknowledged++;
      else await this.#pause();
    }
  }

  #pause(): Promise<void> {
    const { timers } = this.#workload.options;
    return new Promise((resolve) => void timers.after(PAUSE_MS, resolve));
  }

  async #get(key: string): Promise<boolean> {
    const { recorder, timeoutMs } = this.#workload.options;
    const strict = this.#workload.isStrict(key);
    const input = this.#workload.options.standIns && !strict ? { input: { mayBeStale: true } } : {};
    const open = recorder.invoke({ process: this.#process, kind: 'get', key, ...input });
    const found = await attempt(this.#bucket.get(key, { timeoutMs, strict }), open, 'read');
    if (found === undefined) return false;
    const ids = idsIn(found);
    open.ok(ids);
    this.#known.set(key, { context: found.context, after: ids });
    return true;
  }

  /** A deletion without a context reads by itself what it deletes, and nobody would know what that was. */
  async #delete(key: string): Promise<boolean> {
    if (!this.#known.has(key) && !(await this.#get(key))) return false;
    return await this.#change(key, 'delete', this.#known.get(key));
  }

  async #change(key: string, kind: 'put' | 'delete', known: Knowledge | undefined): Promise<boolean> {
    const { recorder, timeoutMs } = this.#workload.options;
    const id = this.#workload.nextWrite(key);
    const after = known?.after ?? [];
    const open = recorder.invoke({ process: this.#process, kind, key, input: { id, after } });
    const options = {
      timeoutMs,
      strict: this.#workload.isStrict(key),
      ...(known === undefined ? {} : { context: known.context }),
    };
    const change = kind === 'put' ? this.#bucket.put(key, id, options) : this.#bucket.delete(key, options);
    const written: Written | undefined = await attempt(change, open, 'change');
    if (written === undefined) return false;
    open.ok();
    if (written.context === undefined) this.#known.delete(key);
    else this.#known.set(key, { context: written.context, after: [id] });
    return true;
  }
}

export function idsIn(found: Found): readonly string[] {
  return found.values.map((value) => value.text()).sort();
}
