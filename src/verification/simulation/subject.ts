/** Something that can be run from a seed and judged: the store under faults, or whatever else is put on the list of subjects. */
import type { TraceSink } from '../../runtime/simulated/index.ts';
import type { Plan, PlanForm } from './plan.ts';
import { type Reductions, type Shrunk, shrink } from './shrink.ts';

/** What went wrong. A smaller plan that breaks the same rule is the same failure. */
export interface Failure {
  readonly rule: string;
  readonly message: string;
}

export interface Run {
  /** Equal for two runs of one plan, on any machine. */
  readonly digest: string;
  readonly failure: Failure | undefined;
  readonly simulatedMs: number;
  /** Events that happened. */
  readonly events: number;
  /** What the summary adds up, by name. */
  readonly figures: Readonly<Record<string, number>>;
}

export interface RunOptions {
  /** Takes each line of the trace. */
  readonly trace?: TraceSink;
}

export interface Subject<Setup, Operation, DrawOptions> {
  readonly form: PlanForm<Setup, Operation>;
  readonly reductions: Reductions<Plan<Setup, Operation>>;
  draw(seed: bigint, options: DrawOptions): Plan<Setup, Operation>;
  run(plan: Plan<Setup, Operation>, options?: RunOptions): Run;
}

export interface ShrinkFailureOptions {
  /** Plans to try at most. */
  readonly budget?: number;
  /** Called before each try, so that whoever waits can be told. */
  readonly onTry?: () => void | Promise<void>;
  /** Stop with the smallest plan so far. */
  readonly isEnough?: () => boolean;
}

/** The smallest plan found that breaks the same rule. */
export function shrinkFailure<Setup, Operation, DrawOptions>(
  subject: Subject<Setup, Operation, DrawOptions>,
  plan: Plan<Setup, Operation>,
  { rule }: Failure,
  { budget, onTry, isEnough }: ShrinkFailureOptions = {},
): Promise<Shrunk<Plan<Setup, Operation>>> {
  return shrink(plan, {
    reductions: subject.reductions,
    ...(budget === undefined ? {} : { budget }),
    ...(isEnough === undefined ? {} : { isEnough }),
    fails: async (smaller) => {
      await onTry?.();
      return subject.run(smaller).failure?.rule === rule;
    },
  });
}
