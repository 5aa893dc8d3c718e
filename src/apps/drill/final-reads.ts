/** The final word on every key: read from all replicas, twice, as soon as the cluster answers again. */
import { QuorateError } from '../../runtime/errors/index.ts';
import type { Bucket } from '../../stores/kv/index.ts';
import type { HistoryRecorder } from '../../verification/histories/index.ts';
import { idsIn } from './workload.ts';

export interface FinalReadsOptions {
  readonly bucket: Bucket;
  readonly replicas: number;
  recorderOf(key: string): HistoryRecorder;
  nowMs(): number;
  /** Between two attempts. */
  pause(): Promise<void>;
  isInterrupted(): boolean;
  onPhase(phase: string): void;
}

const FINAL_TIMEOUT_MS = 5_000;
/** So long after the end of the last fault a cluster must answer again for every key. */
const HEALED_WITHIN_MS = 30_000;
const FINAL_READERS = 16;
/** A first read repairs; a second one must find the same. */
const FINAL_READS = 2;

export class FinalReads {
  readonly #options: FinalReadsOptions;
  readonly #healedByMs: number;
  readonly #unread: string[] = [];
  #isWaiting = false;

  constructor(options: FinalReadsOptions) {
    this.#options = options;
    this.#healedByMs = options.nowMs() + HEALED_WITHIN_MS;
  }

  /** @returns the keys that could not be read, with why. */
  async run(all: readonly string[]): Promise<readonly string[]> {
    const keys = [...all];
    const read = async (process: number): Promise<void> => {
      for (let key = keys.pop(); key !== undefined && !this.#options.isInterrupted(); key = keys.pop()) {
        for (let count = 0; count < FINAL_READS; count++) await this.#readAll(key, `reader ${process}`);
      }
    };
    await Promise.all(Array.from({ length: FINAL_READERS }, (_unused, process) => read(process)));
    return this.#unread;
  }

  async #readAll(key: string, process: string): Promise<void> {
    const { bucket, replicas: r, recorderOf } = this.#options;
    const open = recorderOf(key).invoke({ process, kind: 'get-all', key });
    try {
      open.ok(idsIn(await this.#patiently(key, () => bucket.get(key, { r, timeoutMs: FINAL_TIMEOUT_MS }))));
    } catch (error) {
      open.fail();
      this.#unread.push(`${key}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Links are dialled anew after a fault, and nodes may be on their way up: again and again, for some time. */
  async #patiently<Result>(what: string, attempt: () => Promise<Result>): Promise<Result> {
    const { nowMs, pause, isInterrupted, onPhase } = this.#options;
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof QuorateError) || nowMs() > this.#healedByMs || isInterrupted()) throw error;
        if (!this.#isWaiting) onPhase(`waiting for the cluster to heal (${what}: ${error.message})`);
        this.#isWaiting = true;
      }
      await pause();
    }
  }
}
