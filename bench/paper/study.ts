/** One figure, table or section of the paper's evaluation, made again. */
import type { TopLevelSpec } from 'vega-lite';

/** A statement of the paper with what it comes to here. */
export interface Comparison {
  readonly what: string;
  readonly paper: string;
  readonly ours: string;
  readonly agrees: boolean;
  /** Needed where it does not agree. */
  readonly why?: string;
}

export interface Table {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Plot {
  /** Of its files, without what comes behind the dot. */
  readonly name: string;
  /** For whoever cannot see it. */
  readonly caption: string;
  readonly spec: TopLevelSpec;
}

export interface Outcome {
  readonly comparisons: readonly Comparison[];
  readonly tables: readonly Table[];
  readonly plots: readonly Plot[];
  /** What one must know to read the figures: what is simulated, what is left out. */
  readonly notes: readonly string[];
}

/** How the figures come about: `computed` and `simulated` are the same on each machine, `measured` are not. */
export type Source = 'computed' | 'measured' | 'simulated';

export interface Study {
  /** As given to `npm run paper -- --only`. */
  readonly name: string;
  readonly title: string;
  readonly source: Source;
  run(): Outcome | Promise<Outcome>;
}
