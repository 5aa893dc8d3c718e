/**
 * A whole distributed system in one thread: processes, the network between them, their disks and clocks, and whoever drives it
 * and injects faults. One 64-bit seed decides everything, so a seed that fails once fails always.
 */
import { invariant, QuorateError } from '../errors/index.ts';
import type { Instant } from '../world/index.ts';
import { SimulatedDefect } from './defect.ts';
import { Digest } from './digest.ts';
import { SimulatedDisk } from './disk.ts';
import type { Frame } from './link.ts';
import { DEFAULT_LIMITS, type NetworkLimits, SimulatedNetwork } from './network.ts';
import { type Boot, type CrashOptions, type ProcessSurroundings, SimulatedProcess } from './process.ts';
import { SeededRandom } from './random.ts';
import { Scheduler, toMicroseconds, type Until } from './scheduler.ts';
import { Trace, type TraceSink } from './trace.ts';

export interface SimulationOptions {
  /** Keep a trace in {@link Simulation.trace}, or hand each line to a function. Off by default: it costs most of the speed. */
  readonly trace?: boolean | TraceSink;
  /** Renders a frame in the trace. By default kind, correlation id and size. */
  readonly describeFrame?: (frame: Frame) => string;
  /** Limits of the simulated transport; by default those of the real one. */
  readonly limits?: Partial<NetworkLimits>;
}

const SEED_LIMIT = 1n << 64n;
/** Who acts when it is none of the processes. */
const DRIVER = '(driver)';

export class Simulation {
  readonly seed: bigint;
  /** Randomness for the driver: workload, choice of faults. */
  readonly random: SeededRandom;
  readonly scheduler: Scheduler;
  readonly network: SimulatedNetwork;
  /** The lines of the trace, if one is kept. */
  readonly trace: readonly string[];
  readonly #surroundings: ProcessSurroundings;
  readonly #root: SeededRandom;
  readonly #digest = new Digest();
  readonly #processes = new Map<string, SimulatedProcess>();

  /**
   * @param seed 0 .. 2^64 - 1, as a number or as text, decimal or hexadecimal behind 0x
   * @throws QuorateError `seed-invalid`
   */
  constructor(seed: bigint | string, options: SimulationOptions = {}) {
    this.seed = parseSeed(seed);
    this.#root = new SeededRandom(this.seed);
    this.random = this.#root.fork('driver');
    const digest = this.#digest;
    const scheduler = new Scheduler(digest, (owner, error) => {
      throw new SimulatedDefect(this.seed, owner?.name, scheduler.now, error);
    });
    this.scheduler = scheduler;
    const lines: string[] = [];
    this.trace = lines;
    const trace = new Trace(() => scheduler.now, chooseSink(options.trace, lines));
    const random = this.#root.fork('network');
    const describeFrame = options.describeFrame ?? describeBriefly;
    this.network = new SimulatedNetwork(
      { scheduler, random, digest, trace, describeFrame },
      { ...DEFAULT_LIMITS, ...options.limits },
    );
    this.#surroundings = { scheduler, digest, trace, network: this.network };
  }

  /** Milliseconds since the start. */
  get now(): Instant {
    return this.scheduler.now;
  }

  /** A fingerprint of all events so far: equal for two runs of one seed, else something is not deterministic. */
  get digest(): string {
    return this.#digest.hex;
  }

  /** All processes there are, in the order of their making. */
  get processes(): readonly SimulatedProcess[] {
    return [...this.#processes.values()];
  }

  /** The process of that name; made, but not started, when it does not exist yet. */
  process(name: string): SimulatedProcess {
    const existing = this.#processes.get(name);
    if (existing !== undefined) return existing;
    const disk = new SimulatedDisk(name, this.#root.fork(`disk ${name}`));
    const random = this.#root.fork(`process ${name}`);
    const process = new SimulatedProcess(this.#surroundings, this.#processes.size + 1, name, disk, random);
    this.#processes.set(name, process);
    return process;
  }

  /** Start a process: `boot` is called at once, and again at each restart. */
  start(name: string, boot?: Boot): SimulatedProcess {
    return this.process(name).start(boot);
  }

  /** End a process as by kill -9, or with its whole machine; what it has not synced is lost. */
  crash(name: string, options?: CrashOptions): void {
    this.#existing(name).crash(options);
  }

  /** Start a process again as it was started before, on what its disk holds. */
  restart(name: string): void {
    this.#existing(name).restart();
  }

  /** Ask a process to end in good order. */
  stop(name: string): void {
    this.#existing(name).stop();
  }

  pause(name: string): void {
    this.#existing(name).pause();
  }

  resume(name: string): void {
    this.#existing(name).resume();
  }

  /** Set the wall clock of a process forward, or back when negative. */
  clockJump(name: string, milliseconds: number): void {
    this.note(`the wall clock of ${name} jumps by ${milliseconds} ms`);
    this.#existing(name).clock.jump(milliseconds);
  }

  /** Cut groups of processes off from each other; processes in no group reach all. Adds to partitions already there. */
  partition(groups: readonly (readonly string[])[]): void {
    this.note(`partition ${groups.map((group) => group.join(' ')).join(' | ')}`);
    this.network.partition(groups);
  }

  /** Nothing gets from one process to the other any more; the opposite direction stays as it is. */
  block(from: string, to: string): void {
    this.note(`block ${from} > ${to}`);
    this.network.block(from, to);
  }

  /** Remove all partitions and blocks. */
  heal(): void {
    this.note('heal');
    this.network.heal();
  }

  /** Let the driver act after so many milliseconds. */
  after(delayMs: number, action: () => void): void {
    this.scheduler.at(this.scheduler.time + toMicroseconds(delayMs), undefined, action);
  }

  /** Let the driver act again and again, until it returns false. */
  every(intervalMs: number, action: () => boolean): void {
    this.after(intervalMs, () => {
      if (action()) this.every(intervalMs, action);
    });
  }

  /** Write a line into the trace: the driver's, or of whomever it acts for. Its text is part of the digest. */
  note(event: string, who: string = DRIVER): void {
    this.#digest.text(event);
    this.#surroundings.trace.record(who, event, 'note');
  }

  /** Let one event happen. False when nothing is left to happen. */
  step(): boolean {
    return this.scheduler.step();
  }

  /**
   * Run to a time (milliseconds since the start), or until a condition holds. False if the condition did not come true within
   * `limitMs` of simulated time, one hour by default. @throws SimulatedDefect what an event threw and nobody caught.
   */
  run(until: Until, limitMs?: number): boolean {
    return this.scheduler.run(until, limitMs);
  }

  /** Run for so many milliseconds. */
  runFor(milliseconds: number): void {
    this.scheduler.run(this.now + milliseconds);
  }

  /** As `run`, for processes whose code uses promises. */
  runAsync(until: Until, limitMs?: number): Promise<boolean> {
    return this.scheduler.runAsync(until, limitMs);
  }

  #existing(name: string): SimulatedProcess {
    const process = this.#processes.get(name);
    invariant(process !== undefined, `there is no process '${name}' in the simulation`);
    return process;
  }
}

/** @throws QuorateError `seed-invalid` */
export function parseSeed(seed: bigint | string): bigint {
  const isText = typeof seed === 'string';
  const value = !isText ? seed : /^(0x[0-9a-f]+|[0-9]+)$/i.test(seed) ? BigInt(seed) : -1n;
  if (value >= 0n && value < SEED_LIMIT) return value;
  throw new QuorateError({
    code: 'seed-invalid',
    message: `seed '${seed}' is not an integer in 0 .. 2^64 - 1, decimal or hexadecimal behind 0x`,
    outcome: 'not-applied',
    next: 'Give a seed in that range.',
    data: { seed: String(seed) },
  });
}

function chooseSink(wanted: boolean | TraceSink | undefined, lines: string[]): TraceSink | undefined {
  if (typeof wanted === 'function') return wanted;
  return wanted === true ? (line) => lines.push(line) : undefined;
}

function describeBriefly({ kind, correlation, body }: Frame): string {
  return `0x${kind.toString(16).padStart(2, '0')}#${correlation}, ${body.length} bytes`;
}
