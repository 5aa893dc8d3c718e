import type { Random } from '../world/index.ts';

/**
 * Growing, jittered pauses: the nth is uniform in [base / 2, base], base = min * 2^n up to max. Half of the pause is fixed so that
 * a dead address is not hammered, half is random so that many who lost the same node do not return in step.
 */
export class Backoff {
  readonly #random: Random;
  readonly #minMs: number;
  readonly #maxMs: number;
  #baseMs: number;

  constructor(random: Random, minMs: number, maxMs: number) {
    this.#random = random;
    this.#minMs = minMs;
    this.#maxMs = maxMs;
    this.#baseMs = minMs;
  }

  /** The pause to make now, in milliseconds. */
  next(): number {
    const half = Math.floor(this.#baseMs / 2);
    this.#baseMs = Math.min(this.#baseMs * 2, this.#maxMs);
    return half + this.#random.below(half + 1);
  }

  reset(): void {
    this.#baseMs = this.#minMs;
  }
}
