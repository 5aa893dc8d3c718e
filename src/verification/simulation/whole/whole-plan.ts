/**
 * The plan of a run of everything at once: the plan of a run of the kv store, with a node that is away for most of the time, and
 * with operations on an atomic bucket among the others.
 */
import { SeededRandom } from '../../../runtime/simulated/index.ts';
import { newcomerName, nodeName } from '../cluster.ts';
import { choice, fieldsOf, whole } from '../decoding.ts';
import { drawFaults, type Fault, type FaultKind, USUAL_FAULTS } from '../faults/index.ts';
import { drawKvPlan, KV_PLAN_FORM, type KvOperation, type KvPlanOptions, type KvSetup } from '../kv/index.ts';
import type { Plan, PlanForm } from '../plan.ts';
import { decodeRingOperation, drawRingOperations, type RingOperation } from './ring-operation.ts';

const BUCKETS = ['plain', 'registers'] as const;

export interface KeyOperation extends KvOperation {
  readonly bucket: (typeof BUCKETS)[number];
}

export type WholeOperation = KeyOperation | RingOperation;

export interface WholeSetup extends KvSetup {
  /** Nodes that wait to be let in: of a plan in which the ring changes. */
  readonly newcomers?: number;
}

export interface WholePlanOptions extends KvPlanOptions {
  /** Nodes join, leave, are lost and replaced while clients are at work. */
  readonly ringChanges?: boolean;
  /** Whether some of the operations are on the atomic bucket while the ring changes; they are unless this is false. */
  readonly registers?: boolean;
}

export type WholePlan = Plan<WholeSetup, WholeOperation>;

const LEAST_NODES = 3;
const MOST_NODES = 6;
const PERCENT = 100;
const ABSENCE_SHARE_PERCENT = 60;
const LATE_PERCENT = 60;
/** Of operations, one in so many goes to the atomic bucket. */
const REGISTER_SHARE = 4;
/** Histories of one key are hard to judge when they are long. */
const REGISTERS_PER_KEY = 3;
const MOST_NEWCOMERS = 2;
/** What may befall whoever gives a partition and whoever gets it. */
const RING_FAULTS: readonly FaultKind[] = ['crash', 'pause', 'partition', 'one-way', 'break-links', 'bad-link'];

export function drawWholePlan(seed: bigint, { ringChanges = false, ...options }: WholePlanOptions = {}): WholePlan {
  return ringChanges ? drawPlanWithRingChanges(seed, options) : drawPlan(seed, options);
}

function drawPlanWithRingChanges(seed: bigint, { registers = true, ...options }: WholePlanOptions): WholePlan {
  const random = new SeededRandom(seed).fork('ring changes');
  const nodes = options.nodes ?? random.between(LEAST_NODES, MOST_NODES);
  const newcomers = random.between(1, MOST_NEWCOMERS);
  const mayDestroy = random.below(2) === 0;
  const faults = mayDestroy ? USUAL_FAULTS : [...USUAL_FAULTS, 'bit-flips' as const];
  const plan = drawPlan(seed, { faults, ...options, nodes });
  const { durationMs, setup } = plan;
  const names = [
    ...Array.from({ length: nodes }, (_unused, index) => nodeName(index)),
    ...Array.from({ length: newcomers }, (_unused, index) => newcomerName(index)),
  ];
  const mix = { nodes: names, clients: [], durationMs, kinds: options.faults ?? RING_FAULTS };
  const more = random.below(3) === 0 ? [] : drawFaults(random.fork('faults'), mix);
  const changes = drawRingOperations(random.fork('orders'), {
    nodes,
    newcomers,
    durationMs,
    mayDestroy: mayDestroy && setup.w >= 2,
  });
  const operations = plan.operations.map((operation): WholeOperation => {
    if (operation.bucket === 'ring') return operation;
    const bucket = registers ? operation.bucket : 'plain';
    return { ...operation, bucket, node: random.below(nodes + newcomers) };
  });
  return {
    ...plan,
    setup: { ...setup, newcomers },
    faults: [...plan.faults, ...more],
    operations: [...operations, ...changes].sort((a, b) => a.atMs - b.atMs),
  };
}

function drawPlan(seed: bigint, options: KvPlanOptions): WholePlan {
  const random = new SeededRandom(seed).fork('whole plan');
  const { zones = 1, nodes = Math.max(zones, random.between(LEAST_NODES, MOST_NODES)) } = options;
  const plan = drawKvPlan(seed, { faults: [...USUAL_FAULTS, 'bit-flips'], ...options, nodes });
  const absence = random.below(2) === 0 ? [] : [drawAbsence(random.fork('absence'), nodes, plan.durationMs)];
  const buckets = random.fork('buckets');
  const operations = plan.operations.map((operation): KeyOperation => {
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

export const WHOLE_PLAN_FORM: PlanForm<WholeSetup, WholeOperation> = {
  subject: 'whole',
  setup(value, path) {
    const fields = fieldsOf(value, path);
    const setup = KV_PLAN_FORM.setup(value, path);
    return fields.value['newcomers'] === undefined
      ? setup
      : { ...setup, newcomers: whole(fields, 'newcomers', 0, MOST_NEWCOMERS) };
  },
  operation(value, path) {
    const fields = fieldsOf(value, path);
    const bucket = choice(fields, 'bucket', [...BUCKETS, 'ring'] as const);
    return bucket === 'ring' ? decodeRingOperation(fields) : { ...KV_PLAN_FORM.operation(value, path), bucket };
  },
};
