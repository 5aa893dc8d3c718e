/** How often, how long, how many. The defaults are for nodes that answer one another within tens of milliseconds. */

export interface DetectorOptions {
  /** Between two probes of a healthy node. */
  readonly periodMs: number;
  /** How long a healthy node waits for the answer to a ping before it asks others to try; less than the period. */
  readonly answerMs: number;
  /** How many are asked to try. SWIM's k. */
  readonly helpers: number;
  /** A suspicion lasts at least this many periods for each factor of ten in the size of the cluster. Lifeguard's alpha. */
  readonly suspicionPeriods: number;
  /** A suspicion that nobody confirms lasts so many times longer. Lifeguard's beta. */
  readonly unconfirmedFactor: number;
  /** Whether a node doubts itself, suspicions wait for confirmation, and whoever is suspected hears of it first: Lifeguard. */
  readonly lifeguard: boolean;
}

export const DETECTOR_DEFAULTS: DetectorOptions = {
  periodMs: 1_000,
  answerMs: 500,
  helpers: 3,
  suspicionPeriods: 4,
  unconfirmedFactor: 6,
  lifeguard: true,
};

/** The worst state of a node's own health: its periods and its patience are then nine times as long. */
export const HEALTH_WORST = 8;
