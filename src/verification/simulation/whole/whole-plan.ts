/**
 * The plan of a run of everything at once: the plan of a run of the kv store, with a node that is away for most of the time, and
 * with operations on an atomic bucket among the others.
 */
import { SeededRandom } from '../../../runtime/simulated/index.ts';
import { choice, fieldsOf } from '../decoding.ts';
import { type Fault, USUAL_FAULTS } from '../faults/index.ts';
import { drawKvPlan, KV_PLAN_FORM, type KvOperation, type KvPlanOptions, type KvSetup } from '../kv/index.ts';
import type { Plan, PlanForm } from '../plan.ts';

const BUCKETS = ['plain', 'registers'] as const;

export interface WholeOperation extends KvOperation {
  readonly bucket: (typeof BUCKETS)[number];
}

export type WholePlan = Plan<KvSetup, WholeOperation>;

const LEAST_NODES = 3;
const MOST_NODES = 6;
const PERCENT = 100;
const ABSENCE_SHARE_PERCENT = 60;
const LATE_PERCENT = 60;
/** Of operations, one in so many goes to the atomic bucket. */
const REGISTER_SHARE = 4;
/** Histories of one key are hard to judge when they are long. */
const REGISTERS_PER_KEY = 3;

export function drawWholePlan(seed: bigint, options: KvPlanOptions = {}): WholePlan {
  const random = new SeededRandom(seed).fork('whole plan');
  const { zones = 1, nodes = Math.max(zones, random.between(LEAST_NODES, MOST_NODES)) } = options;
  const plan = drawKvPlan(seed, { faults: [...USUAL_FAULTS, 'bit-flips'], ...options, nodes });
  const absence = random.below(2) === 0 ? [] : [drawAbsence(random.fork('absence'), nodes, plan.durationMs)];
  const buckets = random.fork('buckets');
  const operations = plan.operations.map((operation): WholeOperation => {
    if (buckets.below(REGISTER_SHARE) > 0) return { ...withoutLatePuts(operation, plan.durationMs), bucket: 'plain' };
    return { ...operation, bucket: 'registers', key: operation.key * REGISTERS_PER_KEY + buckets.below(REGISTERS_PER_KEY) };
  });
  const setup = { ...plan.setup, keys: plan.setup.keys * REGISTERS_PER_KEY };
  return { ...plan, setup, faults: [...plan.faults, ...absence], operations };
}

/** Every second key is only deleted any more towards the end: what is deleted and written again cannot show that it returned. */
function withoutLatePuts(operation: KvOperation, durationMs: number): KvOperation {
  const isPut = operation.kind === 'put' || operation.kind === 'blind-put';
  if (!isPut || operation.key % 2 === 0 || operation.atMs * PERCENT < durationMs * LATE_PERCENT) return operation;
  return { ...operation, kind: 'delete' };
}

/** Away from early on until nearly the end, while the others write and delete; with or without what was not synced. */
function drawAbsence(random: SeededRandom, nodes: number, durationMs: number): Fault {
  const atMs = random.below(Math.floor(durationMs / 4));
  const forMs = Math.floor((durationMs * ABSENCE_SHARE_PERCENT) / PERCENT) + random.below(Math.floor(durationMs / 2));
  return { kind: 'crash', atMs, forMs, process: `n${1 + random.below(nodes)}`, powerLoss: random.below(2) === 0 };
}

export const WHOLE_PLAN_FORM: PlanForm<KvSetup, WholeOperation> = {
  subject: 'whole',
  setup: KV_PLAN_FORM.setup,
  operation(value, path) {
    return { ...KV_PLAN_FORM.operation(value, path), bucket: choice(fieldsOf(value, path), 'bucket', BUCKETS) };
  },
};
