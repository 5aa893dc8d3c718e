/**
 * How far apart processes are: a delay that every frame between two of them has on top of whatever the network does to it, and that no
 * weather changes. Light takes as long on a bad day as on a good one.
 */

/** Which zone (data centre) a process is in; `undefined` for one that is as near to all as any. */
export type ZoneOf = (process: string) => string | undefined;

export class Distances {
  readonly #zoneOf: ZoneOf;
  /** Milliseconds one way, by zone from and zone to. */
  readonly #delaysMs: Readonly<Record<string, Readonly<Record<string, number>>>>;

  /**
   * @param delaysMs milliseconds one way by zone from and zone to, also within a zone; what is not named is no distance
   * @throws RangeError naming the delay that is no time
   */
  constructor(zoneOf: ZoneOf, delaysMs: Readonly<Record<string, Readonly<Record<string, number>>>>) {
    for (const [from, row] of Object.entries(delaysMs)) {
      for (const [to, delayMs] of Object.entries(row)) {
        if (!Number.isFinite(delayMs) || delayMs < 0) throw new RangeError(`${delayMs} ms from zone ${from} to ${to} is no time`);
      }
    }
    this.#zoneOf = zoneOf;
    this.#delaysMs = delaysMs;
  }

  /** As far from each other zone as from the next, and no distance within one. */
  static equal(zoneOf: ZoneOf, zones: readonly string[], delayMs: number): Distances {
    const row = (from: string): Record<string, number> =>
      Object.fromEntries(zones.filter((to) => to !== from).map((to) => [to, delayMs]));
    return new Distances(zoneOf, Object.fromEntries(zones.map((from) => [from, row(from)])));
  }

  /** Milliseconds one way. */
  between(from: string, to: string): number {
    const [here, there] = [this.#zoneOf(from), this.#zoneOf(to)];
    return here === undefined || there === undefined ? 0 : (this.#delaysMs[here]?.[there] ?? 0);
  }
}
