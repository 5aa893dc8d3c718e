/** Why tombstones could not be collected when that was tried last: of some of them, for people. */
const MOST = 1_000;

export class Reasons {
  readonly #reasons = new Map<string, string>();

  note(name: string, reason: string): void {
    this.#reasons.delete(name);
    this.#reasons.set(name, reason);
    if (this.#reasons.size <= MOST) return;
    const [oldest] = this.#reasons.keys();
    if (oldest !== undefined) this.#reasons.delete(oldest);
  }

  forget(name: string): void {
    this.#reasons.delete(name);
  }

  of(name: string): string | undefined {
    return this.#reasons.get(name);
  }

  /** How many wait for what. */
  get counts(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const reason of this.#reasons.values()) counts[reason] = (counts[reason] ?? 0) + 1;
    return counts;
  }
}
