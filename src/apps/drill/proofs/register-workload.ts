/**
 * Proof 6: clients that read, write and delete a few registers of an atomic bucket. Keys are given up after some operations, for
 * histories of one key are hard to judge when they are long.
 */
import { QuorateError } from '../../../runtime/errors/index.ts';
import type { Random, Timers } from '../../../runtime/world/index.ts';
import type { Bucket, Quorate } from '../../../stores/kv/index.ts';
import type { HistoryRecorder } from '../../../verification/histories/index.ts';

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
  readonly #active: { readonly key: string; operations: number }[] = [];
  readonly #keys: string[] = [];
  #serial = 0;
  #stopped = false;

  constructor(options: RegisterWorkloadOptions) {
    this.#options = options;
    for (let place = 0; place < KEYS; place++) this.#renew(place);
  }

  /** Every key that was ever in use. */
  get keys(): readonly string[] {
    return this.#keys;
  }

  stop(): void {
    this.#stopped = true;
  }

  async run(quorate: Quorate): Promise<void> {
    const { random, timers, bucket: name } = this.#options;
    const bucket = quorate.kv.bucket(name);
    while (!this.#stopped) {
      const dice = random.below(PERCENT);
      const key = this.#someKey();
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
    try {
      const { values } = await bucket.get(key, { timeoutMs });
      open.ok(values[0]?.text() ?? null);
      return true;
    } catch (error) {
      if (!(error instanceof QuorateError)) throw error;
      open.fail();
      return false;
    }
  }

  async #change(bucket: Bucket, key: string, deletes: boolean): Promise<void> {
    const { recorder, timeoutMs } = this.#options;
    const process = this.#serial++;
    const value = `w${process}`;
    const open = deletes
      ? recorder.invoke({ process, kind: 'delete', key })
      : recorder.invoke({ process, kind: 'write', key, input: value });
    try {
      if (deletes) await bucket.delete(key, { timeoutMs });
      else await bucket.put(key, value, { timeoutMs });
      open.ok();
    } catch (error) {
      if (!(error instanceof QuorateError)) throw error;
      if (error.outcome === 'not-applied') open.fail();
      else open.unknown();
    }
  }

  #someKey(): string {
    const place = this.#options.random.below(KEYS);
    const chosen = this.#active[place];
    if (chosen !== undefined && chosen.operations++ < OPERATIONS_PER_KEY) return chosen.key;
    return this.#renew(place);
  }

  #renew(place: number): string {
    const key = `${this.#options.prefix}register${this.#keys.length}`;
    this.#keys.push(key);
    this.#active[place] = { key, operations: 0 };
    return key;
  }
}
