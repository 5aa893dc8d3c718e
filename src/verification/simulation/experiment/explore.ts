/** The two functions with which a user runs an experiment: once from a seed or a saved plan, or from many seeds. */
import { QuorateError } from '../../../runtime/errors/index.ts';
import { parseSeed, type TraceSink } from '../../../runtime/simulated/index.ts';
import { decodePlan, encodePlan, seedText } from '../plan.ts';
import { shrink } from '../shrink.ts';
import { isStory } from '../story.ts';
import type { Experiment, Services } from './experiment.ts';
import { drawExperimentPlan, EXPERIMENT_PLAN_FORM, EXPERIMENT_REDUCTIONS, type ExperimentPlan } from './experiment-plan.ts';
import { type ExperimentRun, runExperiment } from './experiment-run.ts';
import { SimulationFailed } from './simulation-failed.ts';

export interface SimulateOptions {
  /** Takes each line of the trace. */
  readonly trace?: TraceSink;
}

export interface ExploreOptions {
  /** Seeds to try. Default 200. */
  readonly runs?: number;
  /** The first seed; the others follow. Default 1, so that a test does the same each time. */
  readonly first?: bigint | string;
  /** Make the first failing run smaller before it is reported. Default true. */
  readonly shrink?: boolean;
  /** Go on behind the first failure, to learn how frequent it is. Default false. */
  readonly all?: boolean;
  /** Called after each run. */
  readonly onRun?: (runs: number, failures: number) => void;
}

/** What many runs came to. */
export interface Exploration {
  readonly runs: number;
  readonly simulatedMs: number;
  /** Operations that succeeded and that failed, faults, crashes: summed up over all runs. */
  readonly figures: Readonly<Record<string, number>>;
}

const DEFAULT_RUNS = 200;
const SHRINK_BUDGET = 1_000;
const SEED_LIMIT = 1n << 64n;

/**
 * Run an experiment once. The same seed, or the same plan, gives the same run, byte for byte.
 *
 * @param from a seed, 0 .. 2^64 - 1, as a number or as text, or the JSON of a plan ({@link SimulationFailed.plan})
 * @throws SimulationFailed when the scenario failed; QuorateError `not-deterministic`, `seed-invalid`, `plan-malformed`, `plan-version`
 */
export async function simulate<Available extends Services>(
  from: bigint | string,
  experiment: Experiment<Available>,
  options: SimulateOptions = {},
): Promise<ExperimentRun> {
  const isPlan = typeof from === 'string' && from.trimStart().startsWith('{');
  const plan = isPlan ? decodePlan(EXPERIMENT_PLAN_FORM, from) : drawExperimentPlan(parseSeed(from), experiment);
  const run = await runExperiment(experiment, plan, options);
  if (run.failure === undefined) return run;
  throw await failed(experiment, plan, run, { tried: 0, failures: [plan.seed], runs: 1 });
}

/**
 * Run an experiment from many seeds, one after the other.
 *
 * @throws SimulationFailed when a scenario failed, with the seed, a smaller plan that fails in the same way, and what happened in it;
 * QuorateError `not-deterministic` when two runs of a seed differ, `seed-invalid`
 */
export async function explore<Available extends Services>(
  experiment: Experiment<Available>,
  { runs = DEFAULT_RUNS, first = 1n, shrink: shrinks = true, all = false, onRun }: ExploreOptions = {},
): Promise<Exploration> {
  if (!Number.isInteger(runs) || runs < 1) throw new RangeError(`runs: ${runs} is not a whole number from 1`);
  const firstSeed = parseSeed(first);
  const figures: Record<string, number> = {};
  const failures: bigint[] = [];
  let simulatedMs = 0;
  let toReport: { readonly plan: ExperimentPlan; readonly run: ExperimentRun } | undefined;
  let done = 0;
  while (done < runs && (all || toReport === undefined)) {
    const plan = drawExperimentPlan((firstSeed + BigInt(done)) % SEED_LIMIT, experiment);
    const run = await runExperiment(experiment, plan);
    if (done === 0) await expectSameAgain(experiment, plan, run);
    done++;
    simulatedMs += run.simulatedMs;
    for (const [name, value] of Object.entries(run.figures)) figures[name] = (figures[name] ?? 0) + value;
    if (run.failure !== undefined) {
      failures.push(plan.seed);
      toReport ??= { plan, run };
    }
    onRun?.(done, failures.length);
  }
  if (toReport === undefined) return { runs: done, simulatedMs, figures };
  const { plan, run } = toReport;
  const small = shrinks ? await shrunk(experiment, plan, run) : { plan, tried: 0 };
  throw await failed(experiment, small.plan, run, { tried: small.tried, failures, runs: done });
}

async function shrunk<Available extends Services>(
  experiment: Experiment<Available>,
  plan: ExperimentPlan,
  run: ExperimentRun,
): Promise<{ readonly plan: ExperimentPlan; readonly tried: number }> {
  const listed = { ...plan, setup: { ...plan.setup, allOperations: false }, operations: run.operations };
  return await shrink<ExperimentPlan>(listed, {
    reductions: EXPERIMENT_REDUCTIONS,
    budget: SHRINK_BUDGET,
    fails: async (smaller) => (await runExperiment(experiment, smaller)).failure?.rule === run.failure?.rule,
  });
}

interface Circumstances {
  readonly tried: number;
  readonly failures: readonly bigint[];
  readonly runs: number;
}

/** Run once more, to be sure and to keep the trace. */
async function failed<Available extends Services>(
  experiment: Experiment<Available>,
  plan: ExperimentPlan,
  run: ExperimentRun,
  { tried, failures, runs }: Circumstances,
): Promise<SimulationFailed> {
  const story: string[] = [];
  const again = await runExperiment(experiment, plan, { trace: (line, kind) => isStory(kind) && story.push(line) });
  if (again.failure?.rule !== run.failure?.rule) {
    throw notDeterministic(
      plan.seed,
      `it failed by '${run.failure?.rule}' and then ${again.failure ? `by '${again.failure.rule}'` : 'did not fail'}`,
    );
  }
  return new SimulationFailed({
    seed: plan.seed,
    failures,
    runs,
    rule: again.failure?.rule ?? '',
    message: again.failure?.message ?? '',
    plan: encodePlan(EXPERIMENT_PLAN_FORM, plan),
    faults: plan.faults.length,
    operations: again.operations.length,
    tried,
    story,
    cause: again.error,
  });
}

/** What is not determined by the seed (ambient time, randomness, real input) makes every finding worthless: found out at once. */
async function expectSameAgain<Available extends Services>(
  experiment: Experiment<Available>,
  plan: ExperimentPlan,
  run: ExperimentRun,
): Promise<void> {
  if ((await runExperiment(experiment, plan)).digest === run.digest) return;
  const [one, other]: [string[], string[]] = [[], []];
  await runExperiment(experiment, plan, { trace: (line) => one.push(line) });
  await runExperiment(experiment, plan, { trace: (line) => other.push(line) });
  const place = one.findIndex((line, index) => line !== other[index]);
  throw notDeterministic(
    plan.seed,
    place < 0 ? 'their digests differ' : `'${one[place]?.trim()}' in one, '${other[place]?.trim()}' in the other`,
  );
}

function notDeterministic(seed: bigint, difference: string): QuorateError {
  return new QuorateError({
    code: 'not-deterministic',
    message: `two runs of seed ${seedText(seed)} differ: ${difference}`,
    outcome: 'not-applied',
    next: 'Take time, timers and randomness from what the scenario and the services are given, and keep no state outside of them.',
    data: { seed: seedText(seed) },
  });
}
