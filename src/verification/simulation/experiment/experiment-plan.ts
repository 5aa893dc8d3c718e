/** The plan of an experiment. Its operations are the user's own code, so the plan only says which of them take part. */
import { SeededRandom } from '../../../runtime/simulated/index.ts';
import { nodeName } from '../cluster.ts';
import { fieldsOf, listOf, malformed, whole } from '../decoding.ts';
import { drawFaults, milderFaults, USUAL_FAULTS, withoutProcesses } from '../faults/index.ts';
import { type Plan, type PlanForm, shortened } from '../plan.ts';
import type { Reductions } from '../shrink.ts';
import type { Experiment, Services } from './experiment.ts';

export interface ExperimentSetup {
  readonly nodes: number;
  /** Names of the services, which the experiment must have. */
  readonly services: readonly string[];
  /** Every operation takes part; else those that the plan lists. */
  readonly allOperations: boolean;
}

export interface PlannedOperation {
  readonly index: number;
  readonly atMs: number;
}

export type ExperimentPlan = Plan<ExperimentSetup, PlannedOperation>;

const DURATION_MS = 8_000;
const DEFAULT_NODES = 3;
const MOST_NODES = 1_000;
const MOST_OPERATIONS = 1_000_000;

export function drawExperimentPlan<Available extends Services>(seed: bigint, experiment: Experiment<Available>): ExperimentPlan {
  const { nodes = DEFAULT_NODES, durationMs = DURATION_MS, faults: kinds = USUAL_FAULTS } = experiment;
  const services = Object.keys(experiment.services ?? {});
  const names = Array.from({ length: nodes }, (_unused, index) => nodeName(index));
  const random = new SeededRandom(seed).fork('experiment plan');
  const faults = drawFaults(random.fork('faults'), { nodes: names, services, clients: [], durationMs, kinds });
  return { seed, durationMs, setup: { nodes, services, allOperations: true }, faults, operations: [] };
}

/** When an operation begins: the same whichever others take part. */
export function drawBeginning(random: SeededRandom, index: number, durationMs: number): number {
  return random.fork(`operation ${index} begins`).below(Math.max(1, durationMs));
}

export const EXPERIMENT_PLAN_FORM: PlanForm<ExperimentSetup, PlannedOperation> = {
  subject: 'experiment',
  setup(value, path) {
    const fields = fieldsOf(value, path);
    const { allOperations } = fields.value;
    if (typeof allOperations !== 'boolean') throw malformed(`${path}.allOperations`, allOperations, 'true or false');
    const services = listOf(fields.value['services'], `${path}.services`).map((name) => {
      if (typeof name === 'string') return name;
      throw malformed(`${path}.services`, name, 'a text');
    });
    return { nodes: whole(fields, 'nodes', 1, MOST_NODES), services, allOperations };
  },
  operation(value, path) {
    const fields = fieldsOf(value, path);
    return {
      index: whole(fields, 'index', 0, MOST_OPERATIONS),
      atMs: whole(fields, 'atMs', 0, Number.MAX_SAFE_INTEGER),
    };
  },
};

export const EXPERIMENT_REDUCTIONS: Reductions<ExperimentPlan> = {
  lists: [
    {
      items: ({ faults }) => faults,
      keep: (plan, places) => ({ ...plan, faults: plan.faults.filter((_fault, place) => places.has(place)) }),
    },
    {
      items: ({ operations }) => operations,
      keep: (plan, places) => ({ ...plan, operations: plan.operations.filter((_operation, place) => places.has(place)) }),
    },
  ],
  *simpler(plan) {
    const { setup } = plan;
    for (let nodes = 1; nodes < setup.nodes; nodes++) {
      const gone = new Set(Array.from({ length: setup.nodes - nodes }, (_unused, index) => nodeName(nodes + index)));
      const faults = plan.faults.map((fault) => withoutProcesses(fault, gone)).filter((fault) => fault !== undefined);
      yield { ...plan, setup: { ...setup, nodes }, faults };
    }
    const last = Math.max(1, ...plan.operations.map(({ atMs }) => atMs + 1), ...plan.faults.map(({ atMs }) => atMs + 1));
    if (last < plan.durationMs) yield shortened(plan, last);
    for (const [place, fault] of plan.faults.entries()) {
      for (const milder of milderFaults(fault)) yield { ...plan, faults: plan.faults.with(place, milder) };
    }
  },
};
