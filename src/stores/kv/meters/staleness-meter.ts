/**
 * How stale reads are, measured: of each choice of R, the share of reads that miss something, and how old it is by then.
 *
 * Now and then a read asks all replicas whatever its R is (a survey, see `coordinator/get.ts`), and so sees who was behind. Had it asked R of
 * the N that answered, all of them chosen alike, it would have missed the newest state with the probability that all R are among the S
 * that were behind: (S over R) / (N over R). (A lower bound where siblings were spread over several replicas.)
 */

export interface StalenessRow {
  readonly n: number;
  readonly r: number;
  readonly w: number;
  readonly surveys: number;
  /** Of reads with this R, 0 .. 1. */
  readonly staleShare: number;
  /** Of what a stale read missed: the time since it was written, by wall clocks. Median and greatest of the last ones, in milliseconds. */
  readonly medianAgeMs: number;
  readonly greatestAgeMs: number;
}

/** Of the ages, so many are kept. */
const AGES_KEPT = 256;

interface Tally {
  readonly n: number;
  readonly w: number;
  surveys: number;
  /** By R - 1: the probabilities, added up. */
  readonly stale: number[];
  readonly ages: number[];
}

export class StalenessMeter {
  readonly #tallies = new Map<number, Tally>();

  /** @param behind - how many of the `n` replicas that answered lacked something. @param ageMs - of the newest version, if any were */
  survey(n: number, w: number, behind: number, ageMs: number): void {
    const tally = this.#tallies.get(n * 32 + w) ?? { n, w, surveys: 0, stale: new Array<number>(n).fill(0), ages: [] };
    this.#tallies.set(n * 32 + w, tally);
    tally.surveys++;
    if (behind === 0) return;
    let probability = 1;
    for (let r = 1; r <= behind && r < n; r++) {
      probability *= (behind - r + 1) / (n - r + 1);
      tally.stale[r - 1] = (tally.stale[r - 1] ?? 0) + probability;
    }
    tally.ages.push(Math.max(0, ageMs));
    if (tally.ages.length > AGES_KEPT) tally.ages.shift();
  }

  get rows(): readonly StalenessRow[] {
    return [...this.#tallies.values()].flatMap(({ n, w, surveys, stale, ages }) => {
      const sorted = ages.toSorted((a, b) => a - b);
      const medianAgeMs = Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0);
      const greatestAgeMs = Math.round(sorted.at(-1) ?? 0);
      return stale.map((sum, index) => ({ n, r: index + 1, w, surveys, staleShare: sum / surveys, medianAgeMs, greatestAgeMs }));
    });
  }
}
