/**
 * Writes that the policy `latest` has dropped although nobody who replaced them had seen them: two replicas had different ones and only the
 * later stayed, or a writer with a context had not seen what it replaced. Counted where it happens, so a write may count at several replicas. Writes
 * without a context say that they replace whatever there is; they are not counted.
 */

const SAMPLES = 16;

export class LossMeter {
  #count = 0;
  readonly #samples: Uint8Array[] = [];

  /** @param storageKey - copied */
  dropped(storageKey: Uint8Array): void {
    this.#count++;
    this.#samples.push(storageKey.slice());
    if (this.#samples.length > SAMPLES) this.#samples.shift();
  }

  get count(): number {
    return this.#count;
  }

  /** Storage keys of the last ones. */
  get samples(): readonly Uint8Array[] {
    return this.#samples;
  }
}
