/**
 * What the soak runs, one entry each: a random configuration from a seed, run and judged. A further subject is one more entry.
 */
import { SeededRandom } from '../../src/runtime/simulated/index.ts';
import { type KvPlanOptions, kvSubject, seedText, shrinkFailure } from '../../src/verification/simulation/index.ts';

export interface SoakResult {
  readonly failure: string | undefined;
  /** Runs the same again. */
  readonly replay: string;
  readonly simulatedMs: number;
}

export interface SoakSubject {
  readonly name: string;
  run(seed: bigint): SoakResult | Promise<SoakResult>;
}

const kv = kvSubject();

/** As the seed alone decides: three to five nodes, eight seconds. */
const small: SoakSubject = {
  name: 'kv',
  run: (seed) => runKv(seed, {}),
};

/** Up to a dozen nodes and clients, up to a minute, any selection of the faults. */
const varied: SoakSubject = {
  name: 'kv-varied',
  run(seed) {
    const random = new SeededRandom(seed).fork('soak');
    return runKv(seed, { nodes: random.between(3, 12), durationMs: 1_000 * random.between(1, 60) });
  },
};

/** Twice the same: a run that its seed does not determine can be neither replayed nor shrunk. */
const replayed: SoakSubject = {
  name: 'kv-replayed',
  run(seed) {
    const plan = kv.draw(seed, {});
    const [once, again] = [kv.run(plan), kv.run(plan)];
    const failure = once.digest === again.digest ? undefined : `two runs differ: digests ${once.digest} and ${again.digest}`;
    return { failure, replay: `quorate simulate --seed ${seedText(seed)}`, simulatedMs: once.simulatedMs + again.simulatedMs };
  },
};

/** The instrument itself: a store that acknowledges too early is caught within some seeds, and what is shrunk still fails. */
const mutant: SoakSubject = {
  name: 'kv-mutant',
  async run(seed) {
    const broken = kvSubject({ durability: 'memory' });
    const plan = broken.draw(seed, {});
    const run = broken.run(plan);
    const replay = `npx vitest run src/verification/simulation/plan.test.ts, with seed ${seedText(seed)}`;
    if (run.failure === undefined) return { failure: undefined, replay, simulatedMs: run.simulatedMs };
    const small = await shrinkFailure(broken, plan, run.failure, { budget: 100 });
    const again = broken.run(small.plan).failure?.rule;
    const failure = again === run.failure.rule ? undefined : `shrunk from '${run.failure.rule}' to '${again}'`;
    return { failure, replay, simulatedMs: run.simulatedMs };
  },
};

export const SUBJECTS: readonly SoakSubject[] = [small, varied, replayed, small, varied, mutant];

function runKv(seed: bigint, options: KvPlanOptions): SoakResult {
  const { failure, simulatedMs } = kv.run(kv.draw(seed, options));
  const { nodes, durationMs } = options;
  const shape = `${nodes === undefined ? '' : ` --nodes ${nodes}`}${durationMs === undefined ? '' : ` --seconds ${durationMs / 1_000}`}`;
  return { failure: failure?.message, replay: `quorate simulate --seed ${seedText(seed)}${shape} --trace`, simulatedMs };
}
