import { Violation } from '../../histories/index.ts';
import { kvReductions } from '../kv/index.ts';
import type { Subject } from '../subject.ts';
import { runWholePlan, type WholeOptions } from './run-whole-plan.ts';
import { drawWholePlan, WHOLE_PLAN_FORM, type WholeOperation, type WholePlanOptions, type WholeSetup } from './whole-plan.ts';

/** Everything on at once, judged by all seven proofs; a test may break the store by `options`. */
export function wholeSubject(options: Omit<WholeOptions, 'trace'> = {}): Subject<WholeSetup, WholeOperation, WholePlanOptions> {
  return {
    form: WHOLE_PLAN_FORM,
    reductions: kvReductions<WholeSetup, WholeOperation>(),
    draw: drawWholePlan,
    run(plan, { trace } = {}) {
      const run = runWholePlan(plan, { ...options, ...(trace === undefined ? {} : { trace }) });
      const { digest, simulatedMs, events, violation, trace: _trace, ...figures } = run;
      const cause = violation?.cause instanceof Error ? violation.cause : violation;
      const rule = cause instanceof Violation ? cause.rule : `${cause?.name}: ${cause?.message.replace(/\d+/g, '#')}`;
      const failure = cause === undefined ? undefined : { rule, message: cause.message };
      return { digest, simulatedMs, events, failure, figures };
    },
  };
}
