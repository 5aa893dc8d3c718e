/** A disk without room is noticed when the room that the store has reserved is used up: large values do that. */
import type { Quorate } from '../../stores/kv/index.ts';
import { onlyQuorateErrors } from './only-quorate-errors.ts';

/** Twice what a log reserves (12 MiB), in values that go through everything quickly. */
const VALUE_BYTES = 256 * 1024;
const VALUES = 96;

export class Ballast {
  readonly #bucket: string;
  readonly #timeoutMs: number;
  #serial = 0;

  constructor(bucket: string, timeoutMs: number) {
    this.#bucket = bucket;
    this.#timeoutMs = timeoutMs;
  }

  async write(quorate: Quorate | undefined, isOver: () => boolean): Promise<void> {
    const bucket = quorate?.kv.bucket(this.#bucket);
    const value = new Uint8Array(VALUE_BYTES);
    for (let written = 0; written < VALUES && !isOver(); written++) {
      await bucket?.put(`ballast${this.#serial++}`, value, { timeoutMs: this.#timeoutMs }).catch(onlyQuorateErrors);
    }
  }
}
