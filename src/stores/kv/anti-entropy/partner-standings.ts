/** How this node stands with each of those that it shares partitions with: for whoever asks why a repair is not done. */
import type { Instant } from '../../../runtime/world/index.ts';

export interface Standing {
  /** When its answer to a comparison came last; `undefined`: never. */
  readonly comparedAt: Instant | undefined;
  /** Since when a comparison has been waiting for its answer; `undefined`: none is. */
  readonly askedAt: Instant | undefined;
  /** Comparisons and exchanges that failed since then. */
  readonly failures: number;
  /** Trees of the last comparison that differ and have not been exchanged yet. */
  readonly differing: number;
  /** Records that have travelled for those of them that have. */
  readonly moved: number;
}

const UNKNOWN: Standing = { comparedAt: undefined, askedAt: undefined, failures: 0, differing: 0, moved: 0 };

export class PartnerStandings {
  readonly #standings = new Map<string, Standing>();

  of(partner: string): Standing {
    return this.#standings.get(partner) ?? UNKNOWN;
  }

  asked(partner: string, at: Instant): void {
    this.#standings.set(partner, { ...this.of(partner), askedAt: at });
  }

  /** It has answered, and so many of its trees differ. */
  compared(partner: string, differing: number, at: Instant): void {
    this.#standings.set(partner, { comparedAt: at, askedAt: undefined, failures: 0, differing, moved: 0 });
  }

  /** One of the trees has been exchanged. */
  exchanged(partner: string, records: number): void {
    const { differing, moved } = this.of(partner);
    this.#standings.set(partner, { ...this.of(partner), differing: Math.max(0, differing - 1), moved: moved + records });
  }

  failed(partner: string): void {
    this.#standings.set(partner, { ...this.of(partner), askedAt: undefined, failures: this.of(partner).failures + 1 });
  }
}
