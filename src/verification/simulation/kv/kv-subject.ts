import { Violation } from '../../histories/index.ts';
import type { Failure, Subject } from '../subject.ts';
import { drawKvPlan, KV_PLAN_FORM, KV_REDUCTIONS, type KvOperation, type KvPlanOptions, type KvSetup } from './kv-plan.ts';
import { runKvPlan } from './run-kv-plan.ts';
import type { StageOptions } from './stage.ts';

/** The kv store under faults; a test may break the store by `options`. */
export function kvSubject(options: Omit<StageOptions, 'trace'> = {}): Subject<KvSetup, KvOperation, KvPlanOptions> {
  return {
    form: KV_PLAN_FORM,
    reductions: KV_REDUCTIONS,
    draw: drawKvPlan,
    run(plan, { trace } = {}) {
      const run = runKvPlan(plan, { ...options, ...(trace === undefined ? {} : { trace }) });
      const { digest, simulatedMs, events, violation, writes, acknowledged, reads, faults, crashes, siblings } = run;
      return {
        digest,
        simulatedMs,
        events,
        failure: violation === undefined ? undefined : failureOf(violation),
        figures: { writes, acknowledged, reads, faults, crashes, siblings },
      };
    },
  };
}

/** A defect's message has times and numbers in it, which change as the plan shrinks; its kind does not. */
function failureOf(error: Error): Failure {
  const cause = error.cause instanceof Error ? error.cause : error;
  const rule = cause instanceof Violation ? cause.rule : `${cause.name}: ${cause.message.replace(/\d+/g, '#')}`;
  return { rule, message: cause instanceof Violation ? cause.message : error.message };
}
