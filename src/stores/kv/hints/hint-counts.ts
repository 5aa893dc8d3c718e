/**
 * How many hints there are for each target: to look is work, and whoever watches a cluster come back asks often. Of hints that were
 * there when the node started only the engine knows how many they are.
 */
export class HintCounts {
  /** `undefined`: there may be hints, and it is not known how many. */
  readonly #counts = new Map<string, number | undefined>();
  /** For whom there may be hints. */
  readonly targets: ReadonlyMap<string, unknown> = this.#counts;

  has(target: string): boolean {
    return this.#counts.has(target);
  }

  /** `undefined`: the engine knows. */
  of(target: string): number | undefined {
    return this.#counts.has(target) ? this.#counts.get(target) : 0;
  }

  /** There are hints from before. */
  found(target: string): void {
    this.#counts.set(target, undefined);
  }

  added(target: string): void {
    if (!this.#counts.has(target)) this.#counts.set(target, 1);
    else this.#change(target, 1);
  }

  removed(target: string): void {
    this.#change(target, -1);
  }

  /** There are none. */
  forget(target: string): void {
    this.#counts.delete(target);
  }

  #change(target: string, by: number): void {
    const count = this.#counts.get(target);
    if (count === undefined) return;
    // Not to be looked for again: until the engine has moved what was retired, that means to go past all of it.
    if (count + by === 0) this.#counts.delete(target);
    else this.#counts.set(target, count + by);
  }
}
