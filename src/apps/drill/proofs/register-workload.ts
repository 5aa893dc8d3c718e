/**
 * Proof 6: clients that read, write and delete a few registers of an atomic bucket. Keys are given up after some operations, for
 * histories of one key are hard to judge when they are long.
 */
import type { Random, Timers } from '../../../runtime/world/index.ts';
import type { Bucket, Quorate } from '../../../stores/kv/index.ts';
import type { HistoryRecorder } from '../../../verification/histories/index.ts';
import { attempt } from '../attempt.ts';
import { KeysInUse } from '../keys-in-use.ts';

export interface RegisterWorkloadOptions {
  /** Of consistency `atomic`. */
  readonly bucket: string;
  readonly recorder: HistoryRecorder;
  readonly random: Random;
  readonly timers: Timers;
  readonly timeoutMs: number;
  /** Begins the names of its keys. */
  readonly prefix: string;
}

const KEYS = 3;
const OPERATIONS_PER_KEY = 80;
const PERCENT = 100;
const READS = 55;
const DELETES = 5;
const PAUSE_MS = 25;

export class RegisterWorkload {
  readonly #options: RegisterWorkloadOptions;
  readonly #keys: KeysInUse;
  #serial = 0;
  #stopped = false;

  constructor(options: RegisterWorkloadOptions) {
    this.#options = options;
    const nameOf = (serial: number): string => `${options.prefix}register${serial}`;
    this.#keys = new KeysInUse({ count: KEYS, usesPerKey: OPERATIONS_PER_KEY, nameOf });
  }

  /** Every key that was ever in use. */
  get keys(): readonly string[] {
    return this.#keys.all;
  }

  stop(): void {
    this.#stopped = true;
  }

  async run(quorate: Quorate): Promise<void> {
    const { random, timers, bucket: name } = this.#options;
    const bucket = quorate.kv.bucket(name);
    while (!this.#stopped) {
      const dice = random.below(PERCENT);
      const key = this.#keys.pick(random);
      this.#keys.used(key);
      if (dice < READS) await this.read(bucket, key);
      else await this.#change(bucket, key, dice < READS + DELETES);
      await new Promise<void>((resolve) => void timers.after(PAUSE_MS, resolve));
    }
  }

  /** @returns whether it was answered. */
  async read(bucket: Bucket, key: string): Promise<boolean> {
    const { recorder, timeoutMs } = this.#options;
    // Each operation is a process of its own: after one of unknown outcome a process may not go on.
    const open = recorder.invoke({ process: this.#serial++, kind: 'read', key });
    const found = await attempt(bucket.get(key, { timeoutMs }), open, 'read');
    if (found === undefined) return false;
    open.ok(found.values[0]?.text() ?? null);
    return true;
  }

  async #change(bucket: Bucket, key: string, deletes: boolean): Promise<void> {
    const { recorder, timeoutMs } = this.#options;
    const process = this.#serial++;
    const value = `w${process}`;
    const open = deletes
      ? recorder.invoke({ process, kind: 'delete', key })
      : recorder.invoke({ process, kind: 'write', key, input: value });
    const change = deletes ? bucket.delete(key, { timeoutMs }) : bucket.put(key, value, { timeoutMs });
    if ((await attempt(change, open, 'change')) !== undefined) open.ok();
  }
}
