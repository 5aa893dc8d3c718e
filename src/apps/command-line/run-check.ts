/** `quorate check`: one search, or all of them, or a run again. */
import { writeFileAtomically } from '../../runtime/real/index.ts';
import {
  Check,
  type CheckResult,
  checkInThreads,
  type Finding,
  type Model,
  modelOf,
  type Progress,
  type SearchOptions,
  savedRun,
  type Trace,
} from '../../verification/model-checker/index.ts';
import type { ModelOptions } from '../../verification/models/index.ts';
import { drawSequence, sequenceText, stateTablesText } from '../../verification/pictures/index.ts';
import { walkOf } from '../../verification/walks/index.ts';
import { asMarkdown, CHECKED_HEADING, checkAll, checkedRow } from './check-all.ts';
import { checkAsJson, checkReport, shownCount, shownRate, shownTime } from './check-report.ts';
import { type CheckSubject, checkSubject, listOfSubjects } from './check-subject.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { usageError } from './failure.ts';
import { type Paint, paintFor } from './paint.ts';
import { replayCheck } from './replay-check.ts';
import type { Surroundings } from './surroundings.ts';
import { table } from './table.ts';

export interface CheckOptions extends Partial<ModelOptions> {
  readonly list: boolean;
  readonly all: boolean;
  readonly table: boolean;
  readonly depthFirst: boolean;
  readonly reductions: boolean;
  readonly statesOnly: boolean;
  readonly depth?: number;
  readonly states?: number;
  readonly seconds?: number;
  readonly threads?: number;
  readonly report?: string;
  readonly save?: string;
  readonly replay?: string;
  readonly explore: boolean;
  readonly port?: number;
  readonly json?: boolean;
}

/** How often the terminal is told how far it has come, and Ctrl-C is noticed. */
const BREATH_MS = 200;
const EXPANSIONS_AT_ONCE = 2_000;
/** A page need not wait for a long search. */
const EXPLORE_SECONDS = 10;
/** Steps of a run that are shown without a page; with the tables of every state, fewer. */
const STEPS_SHOWN = 200;
const TABLES_SHOWN = 40;

export async function runCheck(
  protocol: string | undefined,
  options: CheckOptions,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const paint = paintFor(surroundings.stdout, surroundings);
  if (options.list) {
    const heading = ['protocol', 'servers', 'clients', 'crashes', 'losses', 'duplicates', ''];
    await surroundings.stdout.write(table([heading, ...listOfSubjects()], paint));
    return EXIT.ok;
  }
  if (options.table && !options.all) throw usageError('--table needs --all.');
  if (options.all) {
    if (protocol !== undefined) throw usageError(`--all checks every protocol: it cannot be used with '${protocol}'.`);
    return await runAll(options, surroundings, paint);
  }
  if (protocol === undefined) throw usageError('A protocol is missing.', 'See quorate check --list, or use --all.');
  const subject = checkSubject(protocol, options);
  const model = await modelOf(subject.recipe);
  if (options.replay !== undefined) return await replayCheck(options.replay, subject, model, surroundings);
  return await new CheckCommand(subject, model, options, surroundings).run();
}

class CheckCommand {
  readonly #subject: CheckSubject;
  readonly #model: Model<unknown, unknown>;
  readonly #options: CheckOptions;
  readonly #surroundings: Surroundings;
  readonly #paint: Paint;
  #interrupted = false;
  #started = 0;
  #lastBreath = 0;

  constructor(subject: CheckSubject, model: Model<unknown, unknown>, options: CheckOptions, surroundings: Surroundings) {
    this.#subject = subject;
    this.#model = model;
    this.#options = options;
    this.#surroundings = surroundings;
    this.#paint = paintFor(surroundings.stdout, surroundings);
  }

  async run(): Promise<ExitCode> {
    const { clock, stdout, onInterrupt } = this.#surroundings;
    const stopListening = onInterrupt(() => {
      this.#interrupted = true;
    });
    this.#started = clock.now();
    this.#lastBreath = this.#started;
    let result: CheckResult<unknown, unknown>;
    try {
      result = (this.#options.threads ?? 1) > 1 ? await this.#searchInThreads() : await this.#search();
    } finally {
      stopListening();
      await this.#clearProgress();
    }
    const tookMs = clock.now() - this.#started;
    const describe = (action: unknown) => this.#model.describeAction(action);
    if (this.#options.json) await stdout.write(`${JSON.stringify(checkAsJson(result, tookMs, describe))}\n`);
    else await stdout.write(checkReport(result, tookMs, this.#paint));
    await this.#tellRun(result);
    if (this.#interrupted) return EXIT.interrupted;
    return result.verdict === 'violated' ? EXIT.error : EXIT.ok;
  }

  #searchOptions(): SearchOptions {
    const { depthFirst, reductions, statesOnly, depth, states } = this.#options;
    return {
      order: depthFirst ? 'depth-first' : 'breadth-first',
      reductions,
      statesOnly,
      ...(depth === undefined ? {} : { depthMaximum: depth }),
      ...(states === undefined ? {} : { statesMaximum: states }),
    };
  }

  async #search(): Promise<CheckResult<unknown, unknown>> {
    const search = new Check(this.#model, this.#searchOptions());
    while (search.advance(EXPANSIONS_AT_ONCE)) {
      const why = this.#whyStop();
      if (why !== undefined) {
        search.stop(why);
        break;
      }
      await this.#breathe(search.progress());
    }
    return search.result();
  }

  async #searchInThreads(): Promise<CheckResult<unknown, unknown>> {
    return await checkInThreads(this.#subject.recipe, {
      ...this.#searchOptions(),
      threads: this.#options.threads ?? 1,
      // A rate of states is told, not of how fast programs are loaded.
      onBegin: () => {
        this.#started = this.#surroundings.clock.now();
      },
      stop: (progress) => {
        void this.#breathe(progress);
        return this.#whyStop();
      },
    });
  }

  #whyStop(): 'time' | 'interrupted' | undefined {
    if (this.#interrupted) return 'interrupted';
    const { seconds = this.#options.explore ? EXPLORE_SECONDS : undefined } = this.#options;
    return seconds !== undefined && this.#surroundings.clock.now() - this.#started > seconds * 1_000 ? 'time' : undefined;
  }

  /** The run to a violation; or else, only drawn, to where a `sometimes` holds. */
  async #tellRun({ findings }: CheckResult<unknown, unknown>): Promise<void> {
    const told = findings.find(({ verdict }) => verdict === 'violated') ?? findings.find(hasRun);
    const { save, report, explore } = this.#options;
    const { name, options } = this.#subject;
    if (told !== undefined && hasRun(told)) {
      if (told.verdict === 'violated') await this.#say(runText(this.#model, told));
      if (report !== undefined) {
        await writeFileAtomically(report, drawSequence(this.#model, told.run, { title: `quorate check ${name}`, verdict: told }));
        await this.#say(`drawn in ${report}\n`);
      }
      if (save !== undefined && told.verdict === 'violated') {
        const saved = { protocol: name, options, ...savedRun(this.#model, told.property, told.run) };
        await writeFileAtomically(save, `${JSON.stringify(saved, null, 2)}\n`);
        await this.#say(`kept in ${save}; again: quorate check ${name} --replay ${save}\n`);
      }
    } else if (report !== undefined) await this.#say('There is no run to draw.\n');
    if (explore) await this.#explore(told !== undefined && hasRun(told) && told.verdict === 'violated' ? told.run : undefined);
  }

  /** Serve the page until Ctrl-C. */
  async #explore(run: Trace<unknown, unknown> | undefined): Promise<void> {
    const { explore } = await import('../explorer/index.ts');
    const { port } = this.#options;
    const explorer = await explore(this.#model, {
      ...(port === undefined ? {} : { port }),
      ...(run === undefined ? {} : { startAt: walkOf(this.#model, run) }),
      configuration: this.#subject,
    });
    await this.#say(`Explore it at ${explorer.address}\nCtrl-C ends it.\n`);
    const stopListening = await new Promise<() => void>((resolve) => {
      const stop = this.#surroundings.onInterrupt(() => resolve(stop));
    });
    stopListening();
    await explorer.close();
  }

  async #say(text: string): Promise<void> {
    if (!this.#options.json) await this.#surroundings.stdout.write(text);
  }

  /** A search blocks the thread: now and then, let signals in and tell the terminal how far it has come. */
  async #breathe(progress: Progress): Promise<void> {
    const { clock, timers, stderr } = this.#surroundings;
    const now = clock.now();
    if (now - this.#lastBreath < BREATH_MS) return;
    this.#lastBreath = now;
    if (stderr.isTerminal) {
      const { states, generated, depth, waiting } = progress;
      const tookMs = now - this.#started;
      const parts = [
        `${shownCount(states)} states`,
        shownRate(generated, tookMs),
        `depth ${depth}`,
        `${shownCount(waiting)} waiting`,
      ];
      await stderr.write(`\r\u001b[K${[...parts, shownTime(tookMs)].join(', ')}`);
    }
    await new Promise<void>((resolve) => void timers.after(0, resolve));
  }

  async #clearProgress(): Promise<void> {
    const { stderr } = this.#surroundings;
    if (stderr.isTerminal) await stderr.write('\r\u001b[K');
  }
}

type WithRun = Finding<unknown, unknown> & { readonly run: Trace<unknown, unknown> };

function hasRun(finding: Finding<unknown, unknown>): finding is WithRun {
  return 'run' in finding && finding.run !== undefined;
}

function runText(model: Model<unknown, unknown>, { property, run }: WithRun): string {
  if (model.group !== undefined && run.steps.length <= STEPS_SHOWN) {
    const tables = run.steps.length <= TABLES_SHOWN ? `\n${stateTablesText(model, run)}` : '';
    return `\n'${property}' does not hold:\n\n${sequenceText(model, run)}${tables}\n`;
  }
  const lines = run.steps.slice(0, STEPS_SHOWN).map(({ action }, place) => {
    const loop = place === run.loopsTo ? '  from here on for ever:\n' : '';
    return `${loop}${String(place + 1).padStart(4)}  ${model.describeAction(action)}`;
  });
  const more = run.steps.length > STEPS_SHOWN ? `      and ${run.steps.length - STEPS_SHOWN} more\n` : '';
  return `\n'${property}' does not hold:\n${lines.join('\n')}\n${more}`;
}

async function runAll(options: CheckOptions, surroundings: Surroundings, paint: Paint): Promise<ExitCode> {
  const { stdout, stderr, clock, timers } = surroundings;
  const rows: string[][] = [CHECKED_HEADING];
  let isClean = true;
  for (const row of checkAll(() => clock.now())) {
    if (row.verdict === 'violated' || row.isAsPublished === false) isClean = false;
    if (options.json) await stdout.write(`${JSON.stringify(row)}\n`);
    else rows.push(checkedRow(row));
    if (stderr.isTerminal) await stderr.write(`\r\u001b[K${row.model}: ${row.verdict}`);
    await new Promise<void>((resolve) => void timers.after(0, resolve));
  }
  if (stderr.isTerminal) await stderr.write('\r\u001b[K');
  if (!options.json) await stdout.write(options.table ? asMarkdown(rows) : table(rows, paint));
  return isClean ? EXIT.ok : EXIT.error;
}
