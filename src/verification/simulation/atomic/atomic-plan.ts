/** The plan of a run of an atomic bucket: that of the kv store, on more keys, and with changes of the ring if they are asked for. */
import { SeededRandom } from '../../../runtime/simulated/index.ts';
import { fieldsOf } from '../decoding.ts';
import { USUAL_FAULTS } from '../faults/index.ts';
import { drawKvPlan, KV_PLAN_FORM, type KvOperation, type KvPlanOptions, type KvSetup, kvReductions } from '../kv/index.ts';
import type { Plan, PlanForm } from '../plan.ts';
import type { Reductions } from '../shrink.ts';
import { decodeRingEvents, drawRingEvents, NEWCOMERS, type RingEvent } from './ring-events.ts';

export interface AtomicSetup extends KvSetup {
  /** What becomes of the ring; without, it stays as it is. */
  readonly ring?: readonly RingEvent[];
}

export type AtomicPlan = Plan<AtomicSetup, KvOperation>;

export interface AtomicPlanOptions extends KvPlanOptions {
  /** Nodes join, leave, are removed or get another weight or an empty disk. */
  readonly ring?: boolean;
}

/** Histories of one key are hard to judge when they are long. */
const REGISTERS_PER_KEY = 3;

/** Bits do not flip: a register on a majority relies on what its replicas acknowledged, see docs/atomic.md. */
export function drawAtomicPlan(seed: bigint, options: AtomicPlanOptions = {}): AtomicPlan {
  const plan = drawKvPlan(seed, { faults: USUAL_FAULTS, ...options });
  const random = new SeededRandom(seed).fork('ring events');
  const ring = options.ring === true ? drawRingEvents(random, plan.setup.nodes, plan.durationMs) : undefined;
  const nodes = plan.setup.nodes + (ring === undefined ? 0 : NEWCOMERS);
  const keys = REGISTERS_PER_KEY * plan.setup.keys;
  const operations = plan.operations.map((operation, index) => ({
    ...operation,
    node: ring === undefined ? operation.node : (operation.node + index) % nodes,
    key: operation.key + plan.setup.keys * (index % REGISTERS_PER_KEY),
  }));
  return { ...plan, setup: { ...plan.setup, keys, ...(ring === undefined ? {} : { ring }) }, operations };
}

export const ATOMIC_PLAN_FORM: PlanForm<AtomicSetup, KvOperation> = {
  ...KV_PLAN_FORM,
  subject: 'atomic',
  setup(value, path) {
    const setup = KV_PLAN_FORM.setup(value, path);
    const ring = fieldsOf(value, path).value['ring'];
    return ring === undefined ? setup : { ...setup, ring: decodeRingEvents(ring, `${path}.ring`) };
  },
};

const USUAL = kvReductions<AtomicSetup, KvOperation>();

export const ATOMIC_REDUCTIONS: Reductions<AtomicPlan> = {
  lists: [
    ...USUAL.lists,
    {
      items: ({ setup }) => setup.ring ?? [],
      keep: (plan, places) => ({
        ...plan,
        setup: {
          ...plan.setup,
          ...(plan.setup.ring === undefined ? {} : { ring: plan.setup.ring.filter((_event, place) => places.has(place)) }),
        },
      }),
    },
  ],
  *simpler(plan) {
    // Which node an event means changes with the number of nodes.
    for (const simpler of USUAL.simpler(plan))
      if (plan.setup.ring === undefined || simpler.setup.nodes === plan.setup.nodes) yield simpler;
  },
};
