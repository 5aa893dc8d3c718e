import { Violation } from '../../histories/index.ts';
import type { KvOperation } from '../kv/index.ts';
import type { Subject } from '../subject.ts';
import { ATOMIC_PLAN_FORM, ATOMIC_REDUCTIONS, type AtomicPlanOptions, type AtomicSetup, drawAtomicPlan } from './atomic-plan.ts';
import { runAtomicPlan } from './run-atomic-plan.ts';

/** An atomic bucket under faults. */
export function atomicSubject(): Subject<AtomicSetup, KvOperation, AtomicPlanOptions> {
  return {
    form: ATOMIC_PLAN_FORM,
    reductions: ATOMIC_REDUCTIONS,
    draw: drawAtomicPlan,
    run(plan, { trace } = {}) {
      const run = runAtomicPlan(plan, trace === undefined ? {} : { trace });
      const {
        digest,
        simulatedMs,
        events,
        violation,
        reads,
        writes,
        answered,
        answeredLast,
        faults,
        crashes,
        changes,
        isJudged,
      } = run;
      const failure =
        violation === undefined
          ? undefined
          : { rule: violation instanceof Violation ? violation.rule : violation.name, message: violation.message };
      const undecided = isJudged ? 0 : 1;
      return {
        digest,
        simulatedMs,
        events,
        failure,
        figures: { writes, reads, answered, answeredLast, faults, crashes, changes, undecided },
      };
    },
  };
}
