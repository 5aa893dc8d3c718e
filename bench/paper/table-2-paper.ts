/** The paper's table 2, in milliseconds, and how ours compares. */
import { type Mode, VERBS, type Verb } from './coordination.ts';
import type { Latency } from './percentiles.ts';
import type { Comparison } from './study.ts';

export const PAPER: Readonly<Record<Mode, Readonly<Record<Verb, Latency>>>> = {
  'server-driven': { read: { mean: 3.9, p999: 68.9 }, write: { mean: 4.02, p999: 68.5 } },
  'client-driven': { read: { mean: 1.55, p999: 30.4 }, write: { mean: 1.9, p999: 30.4 } },
};

/** A ratio within this of the paper's counts as the same. */
const TOLERANCE = 0.15;

/** @param why said where a ratio does not agree */
export function ratioComparisons(latency: (mode: Mode, verb: Verb) => Latency, why = 'see the notes'): Comparison[] {
  return (['p999', 'mean'] as const).flatMap((figure) =>
    VERBS.map((verb) => {
      const ratio = (of: (mode: Mode, verb: Verb) => Latency): number =>
        of('client-driven', verb)[figure] / of('server-driven', verb)[figure];
      const [paper, ours] = [ratio((mode, each) => PAPER[mode][each]), ratio(latency)];
      const agrees = Math.abs(ours - paper) <= TOLERANCE;
      const what = `client-driven over server-driven, ${figure === 'p999' ? '99.9th percentile' : 'mean'} of ${verb}s`;
      return { what, paper: paper.toFixed(2), ours: ours.toFixed(2), agrees, ...(agrees ? {} : { why }) };
    }),
  );
}
