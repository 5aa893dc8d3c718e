/**
 * What the soak runs, one entry each: a random configuration from a seed, run and judged. A further subject is one more entry.
 */
import { SeededRandom } from '../../src/runtime/simulated/index.ts';
import { checkLinearizability, type Operation, registerModel } from '../../src/verification/histories/index.ts';
import { isLinearizableByBruteForce } from '../../src/verification/histories/linearizability/brute-force-for-tests.ts';
import { check } from '../../src/verification/model-checker/index.ts';
import { modelConfigurations, type OptionRange } from '../../src/verification/models/index.ts';
import { atomicSubject } from '../../src/verification/simulation/atomic/index.ts';
import {
  type Experiment,
  type KvPlanOptions,
  kvSubject,
  type ServiceWorld,
  SimulationFailed,
  seedText,
  shrinkFailure,
  simulate,
  type WholePlanOptions,
  wholeSubject,
} from '../../src/verification/simulation/index.ts';
import { runExpiry } from './expiry.ts';

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
    const broken = kvSubject({ durability: 'memory', antiEntropy: false });
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

/** The checker of histories against every order there is, on a handful of operations of a register: the two must agree. */
const linearizability: SoakSubject = {
  name: 'linearizability',
  run(seed) {
    const random = new SeededRandom(seed).fork('history');
    const model = registerModel();
    const processes = random.between(1, 4);
    const operations: Operation[] = [];
    for (let process = 0; process < processes; process++) {
      let now = random.below(4);
      for (let count = random.below(4); count > 0; count--) {
        const invocationMs = now + random.below(4);
        const responseMs = invocationMs + random.between(1, 5);
        const outcome = random.pick(['ok', 'ok', 'ok', 'unknown', 'fail'] as const);
        const call = { process, key: 'x', invocationMs, responseMs, outcome };
        const value = random.pick([null, 1, 2]);
        operations.push(
          random.below(2) === 0 ? { ...call, kind: 'write', input: value } : { ...call, kind: 'read', output: value },
        );
        now = responseMs + 1;
      }
    }
    operations.sort((a, b) => a.invocationMs - b.invocationMs);
    const { verdict } = checkLinearizability({ operations }, model);
    const expected = isLinearizableByBruteForce(operations, model) ? 'ok' : 'violation';
    const failure =
      verdict === expected ? undefined : `${verdict}, but ${expected} by brute force: ${JSON.stringify(operations)}`;
    return { failure, replay: `the history is in the line above`, simulatedMs: 0 };
  },
};

/** Atomic buckets: what their clients saw is linearizable. */
const atomic: SoakSubject = {
  name: 'atomic',
  run(seed) {
    const random = new SeededRandom(seed).fork('soak');
    const subject = atomicSubject();
    const { failure, simulatedMs } = subject.run(
      subject.draw(seed, { nodes: random.between(3, 7), ring: random.below(2) === 0 }),
    );
    return {
      failure: failure?.message,
      replay: `subject 'atomic' of tests/soak/subjects.ts, seed ${seedText(seed)}`,
      simulatedMs,
    };
  },
};

/** Everything at once, judged by all seven proofs; up to nine nodes, in up to three zones, up to half a minute. */
const everything: SoakSubject = {
  name: 'whole',
  run(seed) {
    const random = new SeededRandom(seed).fork('soak');
    const varied = drawShape(random);
    const zoned = random.below(3) === 0 ? { zones: random.between(2, 3) } : {};
    return runWhole(seed, { ...varied, ...zoned });
  },
};

/** The same while nodes join, leave, are lost and replaced. */
const ringChanges: SoakSubject = {
  name: 'whole-ring',
  run: (seed) => runWhole(seed, { ringChanges: true, ...drawShape(new SeededRandom(seed).fork('soak')) }),
};

/** What is deleted, and written again, and deleted: nothing of it returns, and in the end no disk has a tombstone. */
const tombstones: SoakSubject = {
  name: 'tombstones',
  run(seed) {
    const random = new SeededRandom(seed).fork('tombstones');
    const subject = wholeSubject();
    const plan = subject.draw(seed, { ringChanges: random.below(2) === 0, durationMs: 1_000 * random.between(5, 30) });
    const operations = plan.operations.map((operation) =>
      operation.bucket === 'plain' && operation.kind !== 'read' && random.below(2) === 0
        ? { ...operation, kind: 'delete' as const, amount: 0 }
        : operation,
    );
    const { failure, simulatedMs } = subject.run({ ...plan, operations });
    return {
      failure: failure?.message,
      replay: `subject 'tombstones' of tests/soak/subjects.ts, seed ${seedText(seed)}`,
      simulatedMs,
    };
  },
};

/** Values for a while. */
const expiry: SoakSubject = {
  name: 'expiry',
  run: (seed) => ({ ...runExpiry(seed), replay: `subject 'expiry' of tests/soak/subjects.ts, seed ${seedText(seed)}` }),
};

const startShelf = ({ kv }: ServiceWorld) => ({
  async keep(book: string): Promise<void> {
    await kv.bucket('shelf').put(book, book);
  },
});

/** A user's service through the public client, which waits and tries again: what it was told is kept, is kept. */
const experiment: SoakSubject = {
  name: 'experiment',
  async run(seed) {
    const shelves = {
      services: { left: startShelf, right: startShelf },
      nodes: 3 + Number(seed % 3n),
      async scenario({ services: { left, right }, operations, kv, check }) {
        const kept: string[] = [];
        await operations(20, async ({ index, random }) => {
          await random.pick([left, right]).keep(`book ${index}`);
          kept.push(`book ${index}`);
        });
        const found = await kv.bucket('shelf').getMany(kept);
        for (const [index, { values }] of found.entries()) check(values.length > 0, 'a kept book is gone', kept[index]);
      },
    } satisfies Experiment<{ left: typeof startShelf; right: typeof startShelf }>;
    const replay = `subject 'experiment' of tests/soak/subjects.ts, seed ${seedText(seed)}`;
    try {
      const { simulatedMs } = await simulate(seed, shelves);
      return { failure: undefined, replay, simulatedMs };
    } catch (error) {
      if (!(error instanceof SimulationFailed)) throw error;
      return { failure: error.message, replay, simulatedMs: 0 };
    }
  },
};

/** The model checker: any protocol, small, by both orders and reduced; what one search says, the others must say. */
const checker: SoakSubject = {
  name: 'check',
  run(seed) {
    const random = new SeededRandom(seed).fork('check');
    const { name, options: ranges, make } = random.pick(modelConfigurations);
    const draw = ({ minimum, maximum, usual }: OptionRange) => random.between(minimum, Math.min(maximum, usual + 1));
    const options = {
      servers: draw(ranges.servers),
      clients: draw(ranges.clients),
      crashes: draw(ranges.crashes),
      losses: draw(ranges.losses),
      duplicates: draw(ranges.duplicates),
    };
    const bounds = { statesMaximum: CHECKED_STATES_MAXIMUM };
    const whole = check(make(options), { ...bounds, reductions: false });
    const others = [
      check(make(options), { ...bounds, reductions: false, order: 'depth-first' }),
      check(make(options), { ...bounds, statesOnly: true }),
    ];
    const flags = Object.entries(options).map(([option, value]) => `--${option} ${value}`);
    const replay = `quorate check ${name} ${flags.join(' ')}`;
    const isWhole = whole.bounds.length === 0;
    const states = others[0]?.states;
    const violated = [whole, ...others].flatMap(({ findings }) =>
      findings.filter(({ kind, verdict }) => verdict === 'violated' && kind !== 'sometimes').map(({ property }) => property),
    );
    const failure =
      violated.length > 0
        ? `violated: ${violated.join(', ')}`
        : isWhole && states !== whole.states
          ? `${whole.states} states breadth first, ${states} depth first`
          : undefined;
    return { failure, replay, simulatedMs: 0 };
  },
};

const CHECKED_STATES_MAXIMUM = 100_000;

export const SUBJECTS: readonly SoakSubject[] = [
  small,
  varied,
  replayed,
  atomic,
  everything,
  expiry,
  ringChanges,
  tombstones,
  linearizability,
  experiment,
  varied,
  mutant,
  checker,
];

function drawShape(random: SeededRandom): { readonly nodes?: number; readonly durationMs?: number } {
  return random.below(2) === 0 ? {} : { nodes: random.between(3, 9), durationMs: 1_000 * random.between(1, 30) };
}

function runWhole(seed: bigint, options: WholePlanOptions): SoakResult {
  const subject = wholeSubject();
  const { failure, simulatedMs } = subject.run(subject.draw(seed, options));
  const kind = options.ringChanges === true ? ' --ring-changes' : ' --whole';
  return { failure: failure?.message, replay: replayCommand(seed, kind, options), simulatedMs };
}

function runKv(seed: bigint, options: KvPlanOptions): SoakResult {
  const { failure, simulatedMs } = kv.run(kv.draw(seed, options));
  return { failure: failure?.message, replay: replayCommand(seed, '', options), simulatedMs };
}

function replayCommand(seed: bigint, kind: string, { nodes, durationMs, zones }: KvPlanOptions): string {
  const seconds = durationMs === undefined ? undefined : durationMs / 1_000;
  const shape = Object.entries({ nodes, seconds, zones }).map(([name, value]) =>
    value === undefined ? '' : ` --${name} ${value}`,
  );
  return `quorate simulate --seed ${seedText(seed)}${kind}${shape.join('')} --trace`;
}
