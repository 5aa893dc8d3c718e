/** What a checker found, in the form in which it is printed and drawn. */
import type { Operation } from './history.ts';

/** Something that cannot be, with the operations that show it. */
export interface Finding {
  /** The name the literature has for it. */
  readonly anomaly: string;
  readonly key?: string | number;
  /** Whole sentences. */
  readonly explanation: string;
  /** The operations it speaks of. */
  readonly operations: readonly Operation[];
  /** How they hang together. */
  readonly links?: readonly Link[];
  /** The longest order that explains part of the history, if the checker looked for one. */
  readonly order?: readonly Operation[];
}

/** That one operation came before another, and how that is known. */
export interface Link {
  readonly from: Operation;
  readonly to: Operation;
  readonly label: string;
}

export interface Judgement {
  readonly verdict: 'ok' | 'violation' | 'undecided';
  readonly findings: readonly Finding[];
  /** What was counted, by name. */
  readonly figures: Readonly<Record<string, number>>;
}

export function judgementOf(findings: readonly Finding[], figures: Readonly<Record<string, number>>): Judgement {
  return { verdict: findings.length === 0 ? 'ok' : 'violation', findings, figures };
}
