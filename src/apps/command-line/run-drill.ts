/** The work of `quorate drill`. */
import { dirname, join } from 'node:path';
import process from 'node:process';
import { QuorateError } from '../../runtime/errors/index.ts';
import { exists, makeDirectory, programArguments, runInPlace, writeFileAtomically } from '../../runtime/real/index.ts';
import { encodeHistory } from '../../verification/histories/index.ts';
import {
  type DrillPlan,
  describeFault,
  drawPlan,
  drawReport,
  FAULT_KINDS,
  type FaultKind,
  judgeDrill,
  NamespaceNetwork,
  Namespaces,
  OwnCluster,
  ProxyNetwork,
  runDrill,
  type Stage,
  type Verdict,
  whyNoNamespaces,
} from '../drill/index.ts';
import { counted } from './amounts.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { usageError } from './failure.ts';
import { paintFor } from './paint.ts';
import type { Surroundings } from './surroundings.ts';

export interface DrillCommandOptions {
  readonly nodes: number;
  readonly seconds: number;
  readonly faults?: readonly string[];
  readonly seed?: bigint;
  readonly clients: number;
  readonly keys: number;
  readonly network: string;
  readonly report?: string;
  readonly inside?: string;
  readonly json?: boolean;
}

const PREFIX = 'quorate-drill-';
const PARENT_POLL_MS = 500;
const FINDINGS_SHOWN = 5;

export async function runDrillCommand(options: DrillCommandOptions, surroundings: Surroundings): Promise<ExitCode> {
  const { random } = surroundings;
  const seed = options.seed ?? (BigInt(random.uint32()) << 32n) | BigInt(random.uint32());
  try {
    if (options.inside === undefined && options.network !== 'proxy') {
      const why = await whyNoNamespaces(process.pid);
      if (why === undefined) return await runInNamespaces(seed, options, surroundings);
      if (options.network === 'namespaces')
        throw usageError(`--network namespaces: ${why}.`, 'Run it as root, or with --network proxy.');
      return await new DrillCommand(seed, options, surroundings).run(`a proxy between the nodes, since ${why}`);
    }
    const means = options.inside === undefined ? 'a proxy between the nodes, as told' : 'a network namespace for each node';
    return await new DrillCommand(seed, options, surroundings).run(means);
  } catch (error) {
    // That it could not run must not look like a violation.
    if (error instanceof QuorateError && error.code !== 'usage') throw usageError(error.message, error.next);
    throw error;
  }
}

/** Make the namespaces, run the drill within, and remove them whatever happened. */
async function runInNamespaces(seed: bigint, options: DrillCommandOptions, surroundings: Surroundings): Promise<ExitCode> {
  const prefix = `${PREFIX}${process.pid}`;
  const namespaces = new Namespaces(prefix, nodeNames(options.nodes));
  let stop = (): void => {};
  let interrupted = false;
  const stopListening = surroundings.onInterrupt(() => {
    interrupted = true;
    stop();
  });
  try {
    await namespaces.create();
    if (interrupted) return EXIT.interrupted;
    const seedGiven = options.seed === undefined ? ['--seed', `${seed}`] : [];
    const { code } = await runInPlace([...programArguments(), ...seedGiven, '--inside', prefix], {
      launcher: ['ip', 'netns', 'exec', namespaces.hub],
      onStarted: (child) => {
        stop = () => child.kill('SIGTERM');
      },
    });
    for (const known of Object.values(EXIT)) if (known === code) return known;
    return EXIT.usage;
  } finally {
    await namespaces.remove();
    stopListening();
  }
}

class DrillCommand {
  readonly #options: DrillCommandOptions;
  readonly #surroundings: Surroundings;
  readonly #seed: string;
  readonly #plan: DrillPlan;
  readonly #report: string;
  readonly #interrupt = new AbortController();

  constructor(seed: bigint, options: DrillCommandOptions, surroundings: Surroundings) {
    this.#options = options;
    this.#surroundings = surroundings;
    this.#seed = `0x${seed.toString(16)}`;
    this.#report = options.report ?? join(`quorate-drill-${this.#seed}`, 'report.html');
    const kinds = FAULT_KINDS.filter((kind) => options.faults?.includes(kind) ?? true);
    this.#plan = drawPlan(seed, { nodes: nodeNames(options.nodes), seconds: options.seconds, kinds });
  }

  /** @param why the network is the one it is. */
  async run(why: string): Promise<ExitCode> {
    const { timers, onInterrupt } = this.#surroundings;
    const stopListening = onInterrupt(() => this.#interrupt.abort());
    const parent = process.ppid;
    const watch = timers.every(PARENT_POLL_MS, () => {
      if (this.#options.inside !== undefined && process.ppid !== parent) this.#interrupt.abort();
    });
    try {
      return await this.#drill(why);
    } finally {
      watch.cancel();
      stopListening();
    }
  }

  async #drill(why: string): Promise<ExitCode> {
    const stage = await this.#stage(why);
    const { clock, timers, random, connect } = this.#surroundings;
    const { clients, keys } = this.#options;
    await this.#tellPlan(stage);
    const begun = new Date(clock.wallTime()).toISOString();
    try {
      await stage.start();
      const result = await runDrill({
        ...{ plan: this.#plan, stage, clients, keys, clock, timers, random, connect },
        interrupted: this.#interrupt.signal,
        onFault: ({ fault, beganMs, failure }, throughput) =>
          void this.#say(
            `${at(beganMs)}  ${describeFault(fault)}: ${failure === undefined ? `${Math.round(throughput)} operations per second` : `could not be done: ${failure}`}`,
          ),
        onPhase: (phase) => void this.#say(phase),
      });
      if (this.#interrupt.signal.aborted) {
        await this.#say('interrupted; everything is healed and stopped');
        return EXIT.interrupted;
      }
      const verdict = judgeDrill({ ...result, accidents: stage.accidents, watched: stage.nodes.length });
      const history = join(dirname(this.#report), 'history.jsonl');
      await writeFileAtomically(history, encodeHistory(result.history));
      const page = drawReport({
        ...{ seed: this.#seed, command: this.#command(), begun, nodes: stage.nodes, clients, verdict },
        ...{
          means: stage.means,
          leftOut: leftOut(stage),
          history: result.history,
          faults: result.faults,
          lengthMs: result.lengthMs,
        },
      });
      await writeFileAtomically(this.#report, page);
      await this.#tellVerdict(verdict, history);
      return verdict.ok ? EXIT.ok : EXIT.error;
    } finally {
      await stage.close();
    }
  }

  async #stage(why: string): Promise<Stage> {
    const { inside, nodes } = this.#options;
    const directory = dirname(this.#report);
    if (await exists(this.#report))
      throw usageError(`${this.#report} is there already.`, 'Name another with --report, or remove it.');
    await makeDirectory(directory);
    const names = nodeNames(nodes);
    const network = inside === undefined ? await ProxyNetwork.open(names) : await NamespaceNetwork.open(inside, names);
    const smallDisks = this.#plan.faults.flatMap(({ fault }) => (fault.kind === 'disk' ? fault.nodes : []));
    return new OwnCluster({ nodes: names, network, why, directory, smallDisks: [...new Set(smallDisks)], durability: 'disk' });
  }

  async #tellPlan(stage: Stage): Promise<void> {
    const { faults, durationMs } = this.#plan;
    await this.#say(
      `drill ${this.#seed}: ${counted(stage.nodes.length, 'node')}, ${durationMs / 1_000} s, ${counted(faults.length, 'fault')}`,
    );
    await this.#say(stage.means);
    for (const { fault, atMs, durationMs: forMs } of faults)
      await this.#say(`  ${at(atMs)} for ${(forMs / 1_000).toFixed(1)} s  ${describeFault(fault)}`);
  }

  async #tellVerdict({ ok, checks, judgement, remarks }: Verdict, history: string): Promise<void> {
    const paint = paintFor(this.#surroundings.stdout, this.#surroundings);
    for (const { name, looked, broken } of checks) {
      await this.#say(
        `${broken === 0 ? paint.green('kept  ') : paint.red('BROKEN')} ${name} (${looked}${broken === 0 ? '' : `, ${broken} times broken`})`,
      );
    }
    for (const { anomaly, explanation } of judgement.findings.slice(0, FINDINGS_SHOWN))
      await this.#say(`${paint.red(anomaly)}: ${explanation}`);
    for (const remark of remarks.slice(0, FINDINGS_SHOWN)) await this.#say(paint.red(remark));
    await this.#say(
      `${ok ? paint.green('all promises kept') : paint.red('violation')}; report ${this.#report}, history ${history}`,
    );
  }

  #command(): string {
    const { nodes, seconds, faults } = this.#options;
    const chosen = faults === undefined ? '' : ` --faults ${faults.length === 0 ? 'none' : faults.join()}`;
    return `quorate drill --seed ${this.#seed} --nodes ${nodes} --seconds ${seconds}${chosen}`;
  }

  #say(line: string): Promise<void> {
    return this.#surroundings.stdout.write(`${line}\n`);
  }
}

function nodeNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_unused, index) => `n${index + 1}`);
}

function leftOut(stage: Stage): readonly string[] {
  return [...stage.unable].map(([kind, why]: [FaultKind, string]) => `Left out: ${kind}, since ${why}.`);
}

function at(ms: number): string {
  return `${(ms / 1_000).toFixed(1).padStart(6)} s`;
}
