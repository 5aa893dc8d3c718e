import { Violation } from '../../histories/index.ts';
import { USUAL_FAULTS } from '../faults/index.ts';
import {
  drawKvPlan,
  KV_PLAN_FORM,
  KV_REDUCTIONS,
  type KvOperation,
  type KvPlan,
  type KvPlanOptions,
  type KvSetup,
} from '../kv/index.ts';
import type { Subject } from '../subject.ts';
import { runAtomicPlan } from './run-atomic-plan.ts';

/** Bits do not flip: a register on a majority relies on what its replicas acknowledged, see docs/atomic.md. */
export function drawAtomicPlan(seed: bigint, options: KvPlanOptions = {}): KvPlan {
  const plan = drawKvPlan(seed, { faults: USUAL_FAULTS, ...options });
  // Histories of one key are hard to judge when they are long: the same operations on three times as many keys.
  const keys = 3 * plan.setup.keys;
  const operations = plan.operations.map((operation, index) => ({
    ...operation,
    key: operation.key + plan.setup.keys * (index % 3),
  }));
  return { ...plan, setup: { ...plan.setup, keys }, operations };
}

/** An atomic bucket under faults. */
export function atomicSubject(): Subject<KvSetup, KvOperation, KvPlanOptions> {
  return {
    form: { ...KV_PLAN_FORM, subject: 'atomic' },
    reductions: KV_REDUCTIONS,
    draw: drawAtomicPlan,
    run(plan, { trace } = {}) {
      const run = runAtomicPlan(plan, trace === undefined ? {} : { trace });
      const { digest, simulatedMs, events, violation, reads, writes, answered, faults, crashes, isJudged } = run;
      const failure =
        violation === undefined
          ? undefined
          : { rule: violation instanceof Violation ? violation.rule : violation.name, message: violation.message };
      return {
        digest,
        simulatedMs,
        events,
        failure,
        figures: { writes, reads, answered, faults, crashes, undecided: isJudged ? 0 : 1 },
      };
    },
  };
}
