/** A move in stages: while the operations of one are asked for, those of the next are fetched. */
import type { KeyOrder } from './key-order.ts';
import { type LogOfGeneration, Staging, WINDOW_BYTES } from './staging.ts';

/** Of a stage. There are two at a time; each stage reads through the whole file once. */
const STAGE_BYTES = 8 * 1024 * 1024;

export interface Stage {
  /** All operations whose keys have one of these prefixes, in their order. */
  readonly prefixes: readonly number[];
  readonly staging: Staging;
}

export class Stages implements Iterable<Stage | undefined> {
  readonly #order: KeyOrder;
  readonly #prefixRuns: readonly (readonly number[])[];
  readonly #stagings: readonly [Staging, Staging];
  readonly #sizeBytes: number;
  readonly #entriesPerStage: number;
  /** Which stage is being fetched. */
  #ahead = 0;

  constructor(order: KeyOrder, entries: number, sizeBytes: number, log: LogOfGeneration) {
    this.#order = order;
    this.#sizeBytes = sizeBytes;
    this.#entriesPerStage = Math.max(1, Math.floor(entries * Math.min(1, STAGE_BYTES / Math.max(1, sizeBytes))));
    this.#prefixRuns = [...order.prefixRuns(this.#entriesPerStage)];
    const expectedBytes = Math.min(sizeBytes, STAGE_BYTES);
    const staging = (): Staging => new Staging(entries, expectedBytes, log);
    this.#stagings = [staging(), staging()];
  }

  /** `undefined`: the stage is not there yet; some of it was fetched. The one before must not be used any more. */
  *[Symbol.iterator](): Generator<Stage | undefined> {
    for (const [index, prefixes] of this.#prefixRuns.entries()) {
      if (index === 0) this.#begin(0);
      const staging = this.#staging(index);
      while (staging.fetch()) yield undefined;
      this.#ahead = index + 1;
      if (this.#ahead < this.#prefixRuns.length) this.#begin(this.#ahead);
      yield { prefixes, staging };
    }
  }

  /** So many operations of the present stage are asked for: fetch as much of the next, so that it is there in time. */
  fetchAhead(operations: number): void {
    if (this.#ahead >= this.#prefixRuns.length) return;
    const windows = Math.ceil((this.#sizeBytes / WINDOW_BYTES) * (operations / this.#entriesPerStage));
    const staging = this.#staging(this.#ahead);
    for (let window = 0; window < windows && staging.fetch(); window++);
  }

  #staging(stage: number): Staging {
    return this.#stagings[stage % 2 === 0 ? 0 : 1];
  }

  #begin(stage: number): void {
    this.#staging(stage).begin(this.#order.entriesOf(this.#prefixRuns[stage] as readonly number[]));
  }
}
