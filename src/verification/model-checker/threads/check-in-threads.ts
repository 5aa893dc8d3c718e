/**
 * A search in several threads that share the table of states.
 *
 * All threads leave as many states each, wait for one another, and go on: so levels stay levels, and the run to a violation stays a
 * shortest one. Whoever meets a state first has it in its frontier; a thread that has far more than another hands some over.
 */
import { QuorateError } from '../../../runtime/errors/index.ts';
import { startThread, type Thread } from '../../../runtime/threads/index.ts';
import { type Counts, type Found, ModelThrew } from '../expansion.ts';
import type { Model } from '../model.ts';
import type { Bound, CheckResult } from '../result.ts';
import { hasViolation, impossible, type Plan, type Progress, planOf, resultOf, type SearchOptions, withRun } from '../search.ts';
import { StateTable } from '../state-table.ts';
import type { Command, ModelRecipe, Report, ThreadData, Thrown } from './messages.ts';
import { modelOf } from './recipe.ts';

export interface ThreadsOptions extends SearchOptions {
  /** 1 or more. */
  readonly threads: number;
  /** All threads are there, and have made the model: the search begins. */
  readonly onBegin?: () => void;
  /** Asked several times a second: `undefined` to go on. */
  readonly stop?: (progress: Progress) => Extract<Bound, 'time' | 'interrupted'> | undefined;
}

const LEAST_EXPANSIONS = 256;
const MOST_EXPANSIONS = 8_192;
/** Threads whose parts of a level differ by less are left as they are: a state that is handed over costs as much as several steps. */
const LEAST_SHARED = 128;

/** @throws as {@link check} does. */
export async function checkInThreads(recipe: ModelRecipe, options: ThreadsOptions): Promise<CheckResult<unknown, unknown>> {
  const model = await modelOf(recipe);
  const plan = planOf(model, options);
  if (plan.order === 'depth-first' && Number.isFinite(plan.depthMaximum)) {
    throw impossible('a search depth first with a bound on the depth needs a single thread');
  }
  const search = new ThreadedSearch(model, plan, recipe, options);
  try {
    return await search.run();
  } finally {
    await search.end();
  }
}

class ThreadedSearch {
  readonly #model: Model<unknown, unknown>;
  readonly #plan: Plan;
  readonly #options: ThreadsOptions;
  readonly #table = new StateTable();
  readonly #threads: SearchThreadHandle[];
  #stopped: Bound | undefined;

  constructor(model: Model<unknown, unknown>, plan: Plan, recipe: ModelRecipe, options: ThreadsOptions) {
    this.#model = model;
    this.#plan = plan;
    this.#options = options;
    const data: ThreadData = { recipe, plan, table: this.#table.share() };
    this.#threads = Array.from({ length: options.threads }, () => new SearchThreadHandle(data));
  }

  async run(): Promise<CheckResult<unknown, unknown>> {
    await this.#threads[0]?.ask({ kind: 'begin' });
    await this.#tellAll({ kind: 'descend' });
    this.#options.onBegin?.();
    while (this.#isToGoOn()) {
      await this.#share();
      const expansions = this.#expansions();
      const table = this.#table.share();
      await Promise.all(
        this.#threads.filter(({ report }) => report.left > 0).map((thread) => thread.ask({ kind: 'search', expansions, table })),
      );
      this.#throwWhatTheyThrew();
      if (this.#threads.some(({ report }) => report.isFull)) this.#table.grow();
      if (this.#sum('left') > 0) continue;
      if (this.#sum('next') === 0) break;
      await this.#tellAll({ kind: 'descend' });
    }
    await this.#tellAll({ kind: 'finish' });
    return resultOf({
      model: this.#model,
      plan: this.#plan,
      threads: this.#threads.length,
      table: this.#table,
      found: this.#found(),
      counts: this.#counts(),
      stopped: this.#stopped,
      recorded: this.#threads.flatMap(({ report }) => report.recorded ?? []),
    });
  }

  async end(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.end()));
  }

  #isToGoOn(): boolean {
    this.#throwWhatTheyThrew();
    if (hasViolation(this.#model.properties, this.#found())) return false;
    const { generated, depth } = this.#counts();
    const { size } = this.#table;
    const waiting = this.#sum('left') + this.#sum('next');
    if (size >= this.#plan.statesMaximum && waiting > 0) this.#stopped = 'states';
    else this.#stopped = this.#options.stop?.({ states: size, generated, depth, waiting });
    return this.#stopped === undefined;
  }

  /** No more than a fair share, so that nobody waits long for the others. */
  #expansions(): number {
    const share = Math.ceil(this.#sum('left') / this.#threads.length);
    return Math.min(MOST_EXPANSIONS, Math.max(LEAST_EXPANSIONS, share));
  }

  async #share(): Promise<void> {
    const byLeft = this.#threads.toSorted((one, other) => one.report.left - other.report.left);
    const [poorest, richest] = [byLeft[0], byLeft.at(-1)];
    if (poorest === undefined || richest === undefined) return;
    const difference = richest.report.left - poorest.report.left;
    if (difference < LEAST_SHARED || difference < richest.report.left / 4) return;
    const { parcels = [] } = await richest.ask({ kind: 'give', count: Math.floor(difference / 2) });
    await poorest.ask({ kind: 'take', parcels });
    this.#throwWhatTheyThrew();
  }

  async #tellAll(command: Command): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.ask(command)));
  }

  #sum(of: 'left' | 'next'): number {
    return this.#threads.reduce((sum, { report }) => sum + report[of], 0);
  }

  #found(): Found[] {
    return this.#threads.flatMap(({ report }) => report.found);
  }

  #counts(): Counts {
    const counts: Counts = { generated: 0, ends: 0, beyondBounds: 0, atDepthMaximum: 0, reduced: 0, depth: 0 };
    for (const { report } of this.#threads) {
      counts.generated += report.counts.generated;
      counts.ends += report.counts.ends;
      counts.beyondBounds += report.counts.beyondBounds;
      counts.atDepthMaximum += report.counts.atDepthMaximum;
      counts.reduced += report.counts.reduced;
      counts.depth = Math.max(counts.depth, report.counts.depth);
    }
    return counts;
  }

  #throwWhatTheyThrew(): void {
    for (const { report } of this.#threads) {
      if (report.threw === undefined) continue;
      const error = errorOf(report.threw);
      if (report.threw.at === undefined) throw error;
      const threw = new ModelThrew(report.threw.at.what, report.threw.at.entry, error);
      throw withRun({ model: this.#model, table: this.#table, isReduced: this.#plan.isReduced }, threw);
    }
  }
}

function errorOf({ description, message, stack }: Thrown): Error {
  const error = description === undefined ? new Error(message) : new QuorateError(description);
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** The thread's own program, beside this one: as it was written, or as it was built. */
const PROGRAM = new URL(import.meta.url.endsWith('.ts') ? './search-thread.ts' : './search-thread.js', import.meta.url);

class SearchThreadHandle {
  readonly #thread: Thread;
  /** The latest. */
  report: Report = {
    left: 0,
    next: 0,
    isFull: false,
    counts: { generated: 0, ends: 0, beyondBounds: 0, atDepthMaximum: 0, reduced: 0, depth: 0 },
    found: [],
  };
  #answered: ((report: Report) => void) | undefined;
  #failed: ((failure: Error) => void) | undefined;

  constructor(data: ThreadData) {
    this.#thread = startThread(PROGRAM, data);
    this.#thread.onMessage((report) => this.#answered?.(report as Report));
    this.#thread.onFailure((failure) => this.#failed?.(failure));
  }

  async ask(command: Command): Promise<Report> {
    this.report = await new Promise<Report>((resolve, reject) => {
      this.#answered = resolve;
      this.#failed = reject;
      this.#thread.post(command);
    });
    return this.report;
  }

  async end(): Promise<void> {
    await this.#thread.end();
  }
}
