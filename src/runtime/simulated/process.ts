/**
 * A process of the simulation, node or client, and the machine it runs on: the machine's disk and clock stay, while lives of the
 * process come and go. Whatever belongs to a life that has ended (timers, links, callbacks of its engine) never runs again.
 */
import { invariant } from '../errors/index.ts';
import type { NodeWorld } from '../world/index.ts';
import { ProcessClock, ProcessTimers, SimulatedClock } from './clock.ts';
import type { SimulatedDisk } from './disk.ts';
import { type EngineSurroundings, SimulatedEngine } from './engine.ts';
import type { Owner, ScheduledEvent } from './event-queue.ts';
import type { SimulatedNetwork } from './network.ts';
import type { SeededRandom } from './random.ts';

/** What runs in a process may have a way to end in good order. */
export interface Running {
  stop(): void | Promise<void>;
}

/** Starts what runs in a process; called anew, with a new world on the same disk, at each restart. */
export type Boot = ((world: NodeWorld) => Running) | ((world: NodeWorld) => void);

export interface CrashOptions {
  /**
   * The machine goes dark too: the other sides of its links hear nothing and give up only after long silence. By default a crash
   * is told to them, as the operating system of a machine does whose process was killed.
   */
  readonly powerLoss?: boolean;
}

/** What a process needs of the simulation around it. */
export interface ProcessSurroundings extends EngineSurroundings {
  readonly network: SimulatedNetwork;
}

/** Monotonic clocks are ahead of the simulation's time by up to this many milliseconds. */
const CLOCK_OFFSET_MS_MAX = 1_000_000_000;

/** One life: from a start to the crash or the end behind it. */
class Life implements Owner {
  readonly id: number;
  readonly name: string;
  readonly deferred: ScheduledEvent[] = [];
  alive = true;
  paused = false;

  constructor(id: number, name: string) {
    this.id = id;
    this.name = name;
  }
}

interface CurrentLife {
  readonly life: Life;
  readonly engine: SimulatedEngine;
  readonly world: NodeWorld;
  running: Running | undefined;
}

export class SimulatedProcess {
  readonly name: string;
  readonly id: number;
  readonly disk: SimulatedDisk;
  readonly clock: SimulatedClock;
  readonly #surroundings: ProcessSurroundings;
  readonly #random: SeededRandom;
  #boot: Boot | undefined;
  #current: CurrentLife | undefined;
  #lives = 0;
  readonly #onEnded = new Set<() => void>();

  /** @param id distinct and greater than 0 */
  constructor(surroundings: ProcessSurroundings, id: number, name: string, disk: SimulatedDisk, random: SeededRandom) {
    this.#surroundings = surroundings;
    this.id = id;
    this.name = name;
    this.disk = disk;
    this.clock = new SimulatedClock(surroundings.scheduler);
    this.#random = random;
  }

  /** Started and not crashed since; also while paused. */
  get isRunning(): boolean {
    return this.#current !== undefined;
  }

  get isPaused(): boolean {
    return this.#current?.life.paused === true;
  }

  /** The world of the present life. */
  get world(): NodeWorld {
    const current = this.#current;
    invariant(current !== undefined, `process '${this.name}' is not running`);
    return current.world;
  }

  /** Start the process: `boot` is called at once, and again at each restart. Without one, the caller uses `world` directly. */
  start(boot?: Boot): this {
    invariant(this.#current === undefined, `process '${this.name}' was started while it was running`);
    this.#boot = boot;
    this.#record('starts');
    const life = new Life(this.id, this.name);
    const engine = new SimulatedEngine(this.#surroundings, life, this.disk);
    const current: CurrentLife = { life, engine, world: this.#createWorld(life, engine), running: undefined };
    this.#current = current;
    const running = boot?.(current.world);
    if (running !== undefined) current.running = running;
    return this;
  }

  /** Start it once more after a crash, as it was started before. */
  restart(): this {
    return this.start(this.#boot);
  }

  /** The process ends within an event, as by kill -9: nothing of it runs any more, and what was not synced is lost. */
  crash(options: CrashOptions = {}): void {
    const isPowerLost = options.powerLoss === true;
    this.#record(isPowerLost ? 'loses power' : 'crashes');
    this.#end(isPowerLost);
  }

  /**
   * Ask it to end in good order, then end it: at once when its `stop` is done on return, else when the promise it returned is
   * settled, for which the simulation has to run asynchronously. What it left undone is lost as in a crash.
   */
  stop(): void {
    this.#record('is asked to stop');
    const current = this.#current;
    const stopping = current?.running?.stop();
    const end = () => {
      if (current !== undefined && this.#current === current) this.#end(false);
    };
    if (stopping === undefined) end();
    else stopping.then(end, end);
  }

  /** Nothing happens in the process until `resume`; what comes due meanwhile happens then. A long garbage collection, a stopped machine. */
  pause(): void {
    const { life } = this.#alive();
    if (life.paused) return;
    this.#record('is paused');
    life.paused = true;
  }

  resume(): void {
    const { life } = this.#alive();
    if (!life.paused) return;
    this.#record('is resumed');
    life.paused = false;
    this.#surroundings.scheduler.release(life);
  }

  /** Call once when the present life ends, within the event that ends it. @returns how to be forgotten. */
  onceEnded(callback: () => void): () => void {
    this.#onEnded.add(callback);
    return () => this.#onEnded.delete(callback);
  }

  #alive(): CurrentLife {
    invariant(this.#current !== undefined, `process '${this.name}' is not running`);
    return this.#current;
  }

  #end(isPowerLost: boolean): void {
    const { life, engine } = this.#alive();
    this.#current = undefined;
    life.alive = false;
    life.deferred.length = 0;
    engine.die();
    this.#surroundings.network.onDeath(life, isPowerLost);
    const callbacks = [...this.#onEnded];
    this.#onEnded.clear();
    for (const callback of callbacks) callback();
  }

  #createWorld(life: Life, engine: SimulatedEngine): NodeWorld {
    const { scheduler, network, trace } = this.#surroundings;
    const random = this.#random.fork(`life ${++this.#lives}`);
    return {
      clock: new ProcessClock(this.clock, random.below(CLOCK_OFFSET_MS_MAX) * 1_000),
      timers: new ProcessTimers(scheduler, this.clock, life),
      random,
      network: network.portOf(life),
      log: trace.logOf(life),
      engine,
    };
  }

  #record(event: string): void {
    this.#surroundings.digest.text(event);
    this.#surroundings.digest.word(this.id);
    if (this.#surroundings.trace.enabled) this.#surroundings.trace.record(this.name, event, 'process');
  }
}
