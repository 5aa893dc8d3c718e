import { describe, expect, it } from 'vitest';
import type { Experiment, Services, ServiceWorld } from './experiment.ts';
import { explore, simulate } from './explore.ts';
import { SimulationFailed } from './simulation-failed.ts';

/** Counts in a document, by reading and writing back: two at once lose one. */
const startTally = ({ kv }: ServiceWorld) => ({
  async add(): Promise<number> {
    const found = await kv.bucket('tallies').get('tally');
    const next = Math.max(0, ...found.values.map((value) => value.json<number>())) + 1;
    await kv.bucket('tallies').put('tally', next, { context: found.context });
    return next;
  },
});

const tallies = (operationCount: number) =>
  ({
    services: { left: startTally, right: startTally },
    async scenario({ services: { left, right }, operations, check, kv }) {
      let added = 0;
      await operations(operationCount, async ({ random }) => {
        await random.pick([left, right]).add();
        added++;
      });
      const found = await kv.bucket('tallies').get('tally');
      const total = Math.max(0, ...found.values.map((value) => value.json<number>()));
      check(total >= added, 'an addition is lost', `${total} of ${added}`);
    },
  }) satisfies Experiment<{ left: typeof startTally; right: typeof startTally }>;

const failureOf = async (running: Promise<unknown>): Promise<SimulationFailed> => {
  const error = await running.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof SimulationFailed) return error;
  throw error ?? new Error('it did not fail');
};

const only = (scenario: Experiment<Services>['scenario']): Experiment<Services> => ({ scenario });

describe('explore', () => {
  it('finds the seed that breaks a rule, and a smaller plan that breaks it too', async () => {
    const failure = await failureOf(explore(tallies(30), { runs: 500 }));
    expect(failure.rule).toBe('an addition is lost');
    expect(failure.message).toContain(`simulate('0x${failure.seed.toString(16)}', experiment)`);
    expect(failure.story.join('\n')).toMatch(/calls (left|right)\.add\(\)/);
    const { operations } = JSON.parse(failure.plan) as { operations: unknown[] };
    expect(operations.length).toBeLessThan(10);
    expect((await failureOf(simulate(failure.plan, tallies(30)))).rule).toBe(failure.rule);
    expect((await failureOf(simulate(failure.seed, tallies(30)))).rule).toBe(failure.rule);
    // To shrink a plan is some hundreds of runs.
  }, 90_000);

  it('tells what many runs came to when none fails', async () => {
    const { runs, figures, simulatedMs } = await explore(tallies(1), { runs: 20 });
    expect(runs).toBe(20);
    expect((figures['operations'] ?? 0) + (figures['failed'] ?? 0)).toBe(20);
    expect(figures['crashes']).toBeGreaterThan(0);
    expect(simulatedMs).toBeGreaterThan(20 * 8_000);
  });

  it('goes on to count the failing seeds when asked to', async () => {
    const failure = await failureOf(explore(tallies(30), { runs: 12, all: true, shrink: false }));
    expect(failure.runs).toBe(12);
    expect(failure.failures.length).toBeGreaterThan(1);
  });

  it('refuses an experiment that is not determined by its seed, and says where two runs differ', async () => {
    let runs = 0;
    const experiment = only(async ({ note }) => note(`run ${runs++}`));
    await expect(explore(experiment)).rejects.toMatchObject({
      code: 'not-deterministic',
      message: expect.stringContaining('run 2'),
    });
  });

  it('refuses zero runs and a seed that is none', async () => {
    await expect(explore(tallies(1), { runs: 0 })).rejects.toThrow('runs: 0');
    await expect(explore(tallies(1), { first: 'pi' })).rejects.toMatchObject({ code: 'seed-invalid' });
  });
});

describe('simulate', () => {
  it('gives the same run from the same seed', async () => {
    const digests = await Promise.all([3n, '3', '0x3', 4n].map(async (seed) => (await simulate(seed, tallies(1))).digest));
    expect(new Set(digests).size).toBe(2);
  });

  it('ends a scenario that waits for what never happens', async () => {
    const stuck = only(() => new Promise(() => undefined));
    expect((await failureOf(simulate(1n, stuck))).rule).toBe('the scenario does not end');
    // An hour of a cluster, and once more for its story.
  }, 60_000);

  it('fails by an error that nobody caught, in the scenario or in a service', async () => {
    const throwing = only(() => Promise.reject(new TypeError('seat 7 is no seat')));
    expect((await failureOf(simulate(1n, throwing))).rule).toBe('TypeError: seat # is no seat');
    const floating: Experiment<Services> = {
      services: {
        broken: () => {
          void Promise.reject(new Error('nobody listens'));
          return {};
        },
      },
      scenario: async ({ sleep }) => sleep(10),
    };
    expect((await failureOf(simulate(1n, floating))).rule).toBe('Error: nobody listens');
  });

  it('lets operations fail by a QuorateError, and by nothing else', async () => {
    const hopeless: Experiment<Services> = {
      faults: [],
      scenario: async ({ operations, kv }) => operations(2, async () => void (await kv.bucket('b').get('k', { r: 9 }))),
    };
    expect((await simulate(1n, hopeless)).figures).toMatchObject({ operations: 0, failed: 2 });
    const wrong = only(async ({ operations }) => operations(2, () => Promise.reject(new Error('a defect'))));
    expect((await failureOf(simulate(1n, wrong))).rule).toBe('Error: a defect');
  });

  it('gives code that knows of no simulation the time, the timers and the randomness of its process', async () => {
    const startOrdinary = () => ({
      async work(): Promise<readonly unknown[]> {
        const [began, began2] = [Date.now(), performance.now()];
        await new Promise((resolve) => setTimeout(resolve, 20_000));
        const interval = await new Promise<number>((resolve) => {
          let ticks = 0;
          const timer = setInterval(() => {
            if (++ticks === 3) resolve(ticks);
            if (ticks === 3) clearInterval(timer);
          }, 1_000);
        });
        clearTimeout(setTimeout(() => Promise.reject(new Error('it was cancelled')), 1));
        await new Promise((resolve) => setImmediate(resolve));
        return [
          Date.now() - began,
          performance.now() - began2,
          interval,
          new Date().getFullYear(),
          Math.random(),
          crypto.randomUUID(),
        ];
      },
    });
    const given: unknown[] = [];
    const experiment = {
      services: { ordinary: startOrdinary },
      faults: [],
      scenario: async ({ services, note }) => {
        const [slept, slept2, ticks, year, ...drawn] = await services.ordinary.work();
        given.push(drawn);
        note(`${slept} ${slept2} ${ticks} ${year}`);
      },
    } satisfies Experiment<{ ordinary: typeof startOrdinary }>;
    const trace: string[] = [];
    const before = Date.now();
    await simulate(1n, experiment, { trace: (line) => trace.push(line) });
    await simulate(1n, experiment);
    expect(Date.now() - before).toBeLessThan(20_000);
    expect(trace.join()).toContain('23000 23000 3 2026');
    expect(given[0]).toEqual(given[1]);
    expect(given[0]).toEqual([
      expect.any(Number),
      expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
    ]);
    expect(Date.now()).toBeGreaterThanOrEqual(before);
  });

  it('copies what goes between processes, and tells a caller that the process is gone', async () => {
    let kept: string[] = [];
    const startShelf = () => ({
      keep(books: string[]): void {
        kept = books;
      },
    });
    const experiment = {
      services: { shelf: startShelf },
      faults: ['crash'],
      async scenario({ services: { shelf }, operations, check }) {
        const books = ['one'];
        await shelf.keep(books);
        check(kept !== books && kept[0] === 'one', 'arguments are copied');
        const codes = new Set<string>();
        await operations(200, async () => {
          await shelf.keep(books).catch((error: { code: string }) => codes.add(error.code));
        });
        check(
          codes.size === 0 || (codes.has('service-down') && codes.size <= 2),
          'a process that is gone says so',
          [...codes].join(),
        );
      },
    } satisfies Experiment<{ shelf: typeof startShelf }>;
    await explore(experiment, { runs: 10 });
  });
});
