/** `quorate simulate`: seeds one after the other, or one of them again. */
import { join } from 'node:path';
import { exists, makeDirectory, readTextFile, writeFileAtomically } from '../../runtime/real/index.ts';
import {
  decodePlan,
  encodePlan,
  type Failure,
  isStory,
  type Plan,
  seedText,
  shrinkFailure,
} from '../../verification/simulation/index.ts';
import { counted } from './amounts.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { usageError } from './failure.ts';
import { isLargerProcess, runInLargerProcess } from './larger-process.ts';
import { paintFor } from './paint.ts';
import { paintTraceLine } from './paint-trace.ts';
import {
  isWhole,
  planOptionsOf,
  refuseContradictions,
  replayCommand,
  type SimulatedSubject,
  type SimulateOptions,
  shapeText,
  usualSubjects,
} from './simulate-options.ts';
import { SimulateTotals } from './simulate-totals.ts';
import type { Surroundings } from './surroundings.ts';

const DEFAULT_RUNS = 200;
/** More nodes than this are run once: to see how traffic and memory grow, not to search for seeds. */
const SMALL_CLUSTER = 16;
const LARGE_CLUSTER = 500;
const SEED_LIMIT = 1n << 64n;
/** How often the terminal is told how far it has come, and Ctrl-C is noticed. */
const BREATH_MS = 200;
const FAILURES_SHOWN = 10;
const TRACE_SHOWN = 60;

/** @param subjects - what is simulated; tests give broken ones */
export async function runSimulate(
  options: SimulateOptions,
  surroundings: Surroundings,
  subjects = usualSubjects(),
): Promise<ExitCode> {
  refuseContradictions(options);
  if ((options.nodes ?? 0) > LARGE_CLUSTER && !isLargerProcess()) return await runInLargerProcess(surroundings);
  const file = options.replay === undefined ? undefined : await readTextFile(options.replay);
  return isWhole(options, file)
    ? await new Session(options, surroundings, subjects.whole).run(file)
    : await new Session(options, surroundings, subjects.kv).run(file);
}

class Session<Setup extends { readonly nodes: number }, Operation> {
  readonly #options: SimulateOptions;
  readonly #surroundings: Surroundings;
  readonly #subject: SimulatedSubject<Setup, Operation>;
  #lastBreath: number;
  #interrupted = false;

  constructor(options: SimulateOptions, surroundings: Surroundings, subject: SimulatedSubject<Setup, Operation>) {
    this.#subject = subject;
    this.#options = options;
    this.#surroundings = surroundings;
    this.#lastBreath = surroundings.clock.now();
  }

  /** @param file - the text of the plan that is replayed, if one is */
  async run(file: string | undefined): Promise<ExitCode> {
    const { replay = '', seed } = this.#options;
    if (file !== undefined) return await this.#replay(this.#decoded(file, replay));
    if (seed !== undefined) return await this.#replay(this.#draw(seed));
    return await this.#explore();
  }

  #decoded(json: string, path: string): Plan<Setup, Operation> {
    try {
      return decodePlan(this.#subject.form, json);
    } catch (error) {
      throw usageError(`'${path}' cannot be replayed: ${error instanceof Error ? error.message : String(error)}.`);
    }
  }

  #draw(seed: bigint): Plan<Setup, Operation> {
    return this.#subject.draw(seed, planOptionsOf(this.#options));
  }

  /** Each run from a seed of its own, until there are enough, or time is up, or someone presses Ctrl-C. */
  async #explore(): Promise<ExitCode> {
    const { clock, random, stdout, onInterrupt } = this.#surroundings;
    const { nodes, minutes } = this.#options;
    const { runs = (nodes ?? 0) > SMALL_CLUSTER ? 1 : DEFAULT_RUNS } = this.#options;
    const first = this.#options.first ?? (BigInt(random.uint32()) << 32n) | BigInt(random.uint32());
    const started = clock.now();
    const end = minutes === undefined ? Number.POSITIVE_INFINITY : started + minutes * 60_000;
    const most = minutes === undefined ? runs : Number.POSITIVE_INFINITY;
    const totals = new SimulateTotals();
    const stopListening = onInterrupt(() => {
      this.#interrupted = true;
    });
    // Under faults errors are made by the thousand, and their stacks cost a tenth of the time; a replay has them.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      while (totals.runs < most && clock.now() < end && !this.#interrupted) {
        const seed = (first + BigInt(totals.runs)) % SEED_LIMIT;
        const plan = this.#draw(seed);
        const run = this.#subject.run(plan);
        totals.add(run);
        if (run.failure !== undefined) {
          const file = totals.failures <= FAILURES_SHOWN ? await this.#reportFailure(plan, run.failure) : undefined;
          totals.note({
            seed: seedText(seed),
            message: run.failure.message,
            replay: replayCommand(this.#options, seed),
            ...(file === undefined ? {} : { file }),
          });
        }
        await this.#breathe(() => `${totals.runs} runs, ${counted(totals.failures, 'failure')}`);
      }
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
      stopListening();
    }
    await this.#clearProgress();
    const took = clock.now() - started;
    if (this.#options.json) await stdout.write(`${JSON.stringify(totals.describe(took))}\n`);
    else await stdout.write(`${totals.summary(took, `from seed ${seedText(first)}${shapeText(this.#options)}`)}\n`);
    if (this.#interrupted) return EXIT.interrupted;
    return totals.failures === 0 ? EXIT.ok : EXIT.error;
  }

  async #replay(plan: Plan<Setup, Operation>): Promise<ExitCode> {
    const { stdout, clock } = this.#surroundings;
    const paint = paintFor(stdout, this.#surroundings);
    const lines: string[] = [];
    const started = clock.now();
    const run = this.#subject.run(plan, this.#options.trace ? { trace: (line) => lines.push(line) } : {});
    for (const line of lines) await stdout.write(`${paintTraceLine(line, paint)}\n`);
    const totals = new SimulateTotals();
    totals.add(run);
    const took = clock.now() - started;
    const seed = seedText(plan.seed);
    if (this.#options.json) {
      if (run.failure !== undefined)
        totals.note({ seed, message: run.failure.message, replay: replayCommand(this.#options, plan.seed) });
      await stdout.write(`${JSON.stringify({ ...totals.describe(took), digest: run.digest })}\n`);
      return run.failure === undefined ? EXIT.ok : EXIT.error;
    }
    await stdout.write(`${totals.summary(took, `of seed ${seed}, digest ${run.digest}`)}\n`);
    if (run.failure === undefined) return EXIT.ok;
    await stdout.write(`${paint.red('failed:')} ${run.failure.message}\n`);
    return EXIT.error;
  }

  /** @returns where the shrunk plan is, if there is one. */
  async #reportFailure(plan: Plan<Setup, Operation>, failure: Failure): Promise<string | undefined> {
    const paint = paintFor(this.#surroundings.stdout, this.#surroundings);
    const seed = seedText(plan.seed);
    await this.#say(`${paint.red(`seed ${seed} failed:`)} ${failure.message}`);
    await this.#say(`  replay: ${replayCommand(this.#options, plan.seed)} --trace`);
    if (!this.#options.shrink) return undefined;
    const { plan: small, tried } = await shrinkFailure(this.#subject, plan, failure, {
      onTry: () => this.#breathe(() => `shrinking seed ${seed}`),
      isEnough: () => this.#interrupted,
    });
    const path = await this.#save(small, seed);
    const [from, to] = [plan, small].map(({ setup, faults, operations }) => [setup.nodes, faults.length, operations.length]);
    const sizes = ['nodes', 'faults', 'operations'].map((what, index) => `${from?.[index]} to ${to?.[index]} ${what}`).join(', ');
    await this.#say(`  shrunk from ${sizes} in ${tried} tries`);
    await this.#say(`  replay: quorate simulate --replay ${path} --trace`);
    await this.#showStory(small, paint);
    return path;
  }

  /** A line for a person: none when the answer is to be JSON. */
  async #say(line: string): Promise<void> {
    if (this.#options.json) return;
    await this.#clearProgress();
    await this.#surroundings.stdout.write(`${line}\n`);
  }

  /** The last lines of the shrunk run, without the single frames: what a person reads first. */
  async #showStory(plan: Plan<Setup, Operation>, paint: ReturnType<typeof paintFor>): Promise<void> {
    const lines: string[] = [];
    this.#subject.run(plan, { trace: (line, kind) => isStory(kind) && lines.push(line) });
    for (const line of lines.slice(-TRACE_SHOWN)) await this.#say(`  ${paintTraceLine(line, paint)}`);
  }

  async #save(plan: Plan<Setup, Operation>, seed: string): Promise<string> {
    await makeDirectory(this.#options.save);
    const base = join(this.#options.save, `simulation-${seed}`);
    let path = `${base}.json`;
    for (let next = 2; await exists(path); next++) path = `${base}-${next}.json`;
    await writeFileAtomically(path, encodePlan(this.#subject.form, plan));
    return path;
  }

  /** Runs block the thread: now and then, let signals in and tell the terminal how far it has come. */
  async #breathe(progress: () => string): Promise<void> {
    const { clock, timers, stderr } = this.#surroundings;
    if (clock.now() - this.#lastBreath < BREATH_MS) return;
    if (stderr.isTerminal) await stderr.write(`\r\u001b[K${progress()}`);
    await new Promise<void>((resolve) => void timers.after(0, resolve));
    this.#lastBreath = clock.now();
  }

  async #clearProgress(): Promise<void> {
    const { stderr } = this.#surroundings;
    if (stderr.isTerminal) await stderr.write('\r\u001b[K');
  }
}
