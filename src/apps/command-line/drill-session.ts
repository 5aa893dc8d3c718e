/** One drill from the plan to the verdict, and what a person sees of it. */
import { dirname, join } from 'node:path';
import process from 'node:process';
import { makeDirectory, writeFileAtomically } from '../../runtime/real/index.ts';
import { encodeHistory } from '../../verification/histories/index.ts';
import {
  type DrillPlan,
  type DrillResult,
  describeChange,
  describeFault,
  drawReport,
  judgeDrill,
  runDrill,
  type Stage,
  type Verdict,
} from '../drill/index.ts';
import { counted } from './amounts.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { type Paint, paintFor } from './paint.ts';
import type { Surroundings } from './surroundings.ts';

export interface DrillCommandOptions {
  readonly nodes?: number;
  readonly seconds: number;
  readonly faults?: readonly string[];
  readonly changes?: readonly string[];
  readonly seed?: bigint;
  readonly clients: number;
  readonly keys: number;
  readonly network: string;
  readonly report?: string;
  readonly config?: string;
  readonly commands?: string;
  readonly inside?: string;
  readonly json?: boolean;
}

export interface DrillSessionOptions {
  readonly options: DrillCommandOptions;
  readonly plan: DrillPlan;
  readonly surroundings: Surroundings;
}

const PARENT_POLL_MS = 500;
const FINDINGS_SHOWN = 5;

export function seedText(seed: bigint): string {
  return `0x${seed.toString(16)}`;
}

export class DrillSession {
  readonly report: string;
  readonly #options: DrillCommandOptions;
  readonly #plan: DrillPlan;
  readonly #surroundings: Surroundings;
  readonly #paint: Paint;
  readonly #interrupt = new AbortController();
  /** The line of a fault under way. */
  #unfinished = '';

  constructor({ options, plan, surroundings }: DrillSessionOptions) {
    this.report = options.report ?? join(`quorate-drill-${seedText(plan.seed)}`, 'report.html');
    this.#options = options;
    this.#plan = plan;
    this.#surroundings = surroundings;
    this.#paint = paintFor(surroundings.stdout, surroundings);
  }

  /** The stage is closed in the end, whatever happens. */
  async run(stage: Stage): Promise<ExitCode> {
    const { timers, onInterrupt } = this.#surroundings;
    const stopListening = onInterrupt(() => this.#interrupt.abort());
    // Within namespaces: whoever made them has gone, so nobody else will end this.
    const parent = process.ppid;
    const watch = timers.every(PARENT_POLL_MS, () => {
      if (this.#options.inside !== undefined && process.ppid !== parent) this.#interrupt.abort();
    });
    let verdict: Verdict | undefined;
    try {
      verdict = await this.#drill(stage);
    } finally {
      await stage.close(verdict?.ok === false);
      watch.cancel();
      stopListening();
    }
    if (verdict !== undefined) return verdict.ok ? EXIT.ok : EXIT.error;
    await this.#say('interrupted; everything is healed and stopped');
    return EXIT.interrupted;
  }

  /** @returns nothing if it was interrupted. */
  async #drill(stage: Stage): Promise<Verdict | undefined> {
    const { clock, timers, random, connect } = this.#surroundings;
    const { clients, keys, config } = this.#options;
    const begun = new Date(clock.wallTime()).toISOString();
    await this.#tellPlan(stage);
    await stage.start();
    const result = await runDrill({
      ...{ plan: this.#plan, stage, clients, keys, clock, timers, random, connect },
      cleanUp: config !== undefined,
      interrupted: this.#interrupt.signal,
      onFault: ({ fault }, beganMs) => {
        this.#unfinished = `${at(beganMs)}  ${describeFault(fault)}: `;
        void this.#write(this.#unfinished);
      },
      onFaultOver: ({ failure }, throughput) => {
        this.#unfinished = '';
        void this.#say(
          failure === undefined ? `${Math.round(throughput)} operations per second` : `could not be done: ${failure}`,
        );
      },
      onChange: ({ change, decidedMs, settledMs, failure }) => {
        const times = `decided at ${at(decidedMs ?? 0).trim()}, nothing left to be moved at ${at(settledMs ?? 0).trim()}`;
        const line = `          ${describeChange(change)}: ${failure ?? times}`;
        // In the middle of a fault's line: that is begun again below.
        void this.#write(this.#unfinished === '' ? `${line}\n` : `\n${line}\n${this.#unfinished}`);
      },
      onPhase: (phase) => void this.#say(phase),
    });
    if (this.#interrupt.signal.aborted) return undefined;
    const watched = config === undefined ? stage.nodes.length : 0;
    const verdict = judgeDrill({ ...result, accidents: stage.accidents, watched });
    await this.#writeReport(stage, { result, verdict, begun });
    return verdict;
  }

  async #tellPlan(stage: Stage): Promise<void> {
    const { seed, faults, changes, durationMs } = this.#plan;
    const happening = [
      counted(faults.length, 'fault'),
      ...(changes.length === 0 ? [] : [counted(changes.length, 'change of the ring', 'changes of the ring')]),
    ];
    const what = `${counted(stage.nodes.length, 'node')}, ${durationMs / 1_000} s, ${happening.join(', ')}`;
    await this.#say(`${this.#paint.bold(`drill ${seedText(seed)}`)}: ${what}; ${stage.means}`);
    for (const { fault, atMs, durationMs: forMs } of faults)
      await this.#say(this.#paint.dim(`${at(atMs)} for ${(forMs / 1_000).toFixed(1)} s  ${describeFault(fault)}`));
    for (const { change, atMs } of changes) await this.#say(this.#paint.dim(`${at(atMs)}            ${describeChange(change)}`));
  }

  async #writeReport(
    stage: Stage,
    { result, verdict, begun }: { readonly result: DrillResult; readonly verdict: Verdict; readonly begun: string },
  ): Promise<void> {
    const history = join(dirname(this.report), 'history.jsonl');
    await makeDirectory(dirname(this.report));
    await writeFileAtomically(history, encodeHistory(result.history));
    const registers = join(dirname(this.report), 'registers.jsonl');
    if (result.registers !== undefined) await writeFileAtomically(registers, encodeHistory(result.registers));
    const reasons = new Map<string, string[]>();
    for (const [kind, why] of stage.unable) reasons.set(why, [...(reasons.get(why) ?? []), kind]);
    const leftOut = [...reasons].map(([why, kinds]) => `Left out: ${kinds.join(', ')} (${why}).`);
    const page = drawReport({
      ...{ seed: seedText(this.#plan.seed), command: this.#command(), begun, verdict, leftOut },
      ...{ nodes: stage.nodes, clients: this.#options.clients, means: stage.means },
      ...{ history: result.history, shared: result.shared, registers: result.registers },
      ...{ faults: result.faults, changes: result.changes, lengthMs: result.lengthMs },
    });
    await writeFileAtomically(this.report, page);
    for (const line of leftOut) await this.#say(line);
    await this.#tellVerdict(verdict);
    await this.#say(`report ${this.report}, history ${history}`);
    if (this.#options.json !== true) return;
    const { ok, checks, remarks } = verdict;
    const faults = result.faults.map(({ fault, beganMs, endedMs, failure }) => ({ ...fault, beganMs, endedMs, failure }));
    const { changes } = result;
    const answer = {
      seed: seedText(this.#plan.seed),
      ok,
      checks,
      remarks,
      leftOut,
      faults,
      changes,
      report: this.report,
      history,
    };
    await this.#surroundings.stdout.write(`${JSON.stringify(answer)}\n`);
  }

  async #tellVerdict({ ok, checks, judgement, registers, remarks }: Verdict): Promise<void> {
    const { green, red, dim } = this.#paint;
    for (const { name, looked, broken, proof, missing } of checks) {
      const kept = missing === undefined ? green('kept  ') : dim('partly');
      const [word, count] = broken === 0 ? [kept, ''] : [red('BROKEN'), `; broken ${counted(broken, 'time')}`];
      const more = `${proof === undefined ? '' : `proof ${proof}; `}${looked}${count}${missing === undefined ? '' : `; ${missing}`}`;
      await this.#say(`${word} ${name} (${more})`);
    }
    const findings = [...judgement.findings, ...(registers?.findings ?? [])];
    for (const { anomaly, explanation } of findings.slice(0, FINDINGS_SHOWN)) await this.#say(`${red(anomaly)}: ${explanation}`);
    for (const remark of remarks.slice(0, FINDINGS_SHOWN)) await this.#say(red(remark));
    await this.#say(ok ? green('all promises kept') : red('violation'));
  }

  /** What repeats the plan. */
  #command(): string {
    const { nodes, seconds, faults, changes, config, commands } = this.#options;
    const flags: readonly (readonly [string, string | number | undefined])[] = [
      ['--seed', seedText(this.#plan.seed)],
      ['--seconds', seconds],
      ['--nodes', nodes],
      ['--faults', faults === undefined ? undefined : faults.join() || 'none'],
      ['--changes', changes === undefined ? undefined : changes.join() || 'none'],
      ['--config', config],
      ['--commands', commands],
    ];
    return `quorate drill${flags.map(([flag, value]) => (value === undefined ? '' : ` ${flag} ${value}`)).join('')}`;
  }

  #say(line: string): Promise<void> {
    return this.#write(`${line}\n`);
  }

  /** For people: with --json there is nothing but the verdict. */
  async #write(text: string): Promise<void> {
    if (this.#options.json !== true) await this.#surroundings.stdout.write(text);
  }
}

function at(ms: number): string {
  return `${(ms / 1_000).toFixed(1).padStart(6)} s`;
}
