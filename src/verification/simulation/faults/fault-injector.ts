/**
 * Lets the faults of a plan happen in a simulation, each at its time. Faults may overlap: what several of them want lasts until the
 * last one is over.
 */
import {
  CALM_NETWORK,
  type DiskFaults,
  type PathFaults,
  type SimulatedProcess,
  type Simulation,
  SOUND_DISK,
} from '../../../runtime/simulated/index.ts';
import type { BadDisk, Fault } from './fault.ts';
import { describeFault } from './words.ts';

export interface InjectorOptions {
  /** Whether the value that a process has stored under that key may lose bits; every one by default. */
  readonly mayDecay?: (key: Uint8Array, process: string) => boolean;
  /** Starts a process that is down; by default as it was started before. */
  readonly restart?: (process: SimulatedProcess) => void;
}

export interface FaultCounts {
  faults: number;
  crashes: number;
}

export class FaultInjector {
  readonly counts: FaultCounts = { faults: 0, crashes: 0 };
  readonly #simulation: Simulation;
  readonly #options: InjectorOptions;
  /** How many partitions lie across each way. */
  readonly #cuts = new Map<string, { readonly from: string; readonly to: string; count: number }>();
  /** Those in force now, the youngest last. */
  readonly #inForce = new Set<Fault>();
  #isOver = false;

  constructor(simulation: Simulation, options: InjectorOptions = {}) {
    this.#simulation = simulation;
    this.#options = options;
  }

  /** From now on the faults happen. A process that a fault names and that does not exist is passed over. */
  begin(faults: readonly Fault[]): void {
    for (const fault of faults) this.#simulation.after(fault.atMs, () => this.#strike(fault));
  }

  /** Everything is well again: no fault any more, and every process runs. */
  end(): void {
    this.#isOver = true;
    const simulation = this.#simulation;
    simulation.heal();
    simulation.network.setFaults(CALM_NETWORK);
    this.#cuts.clear();
    for (const fault of this.#inForce) if (breaksStorage(fault)) this.#crash(fault.process, false);
    this.#inForce.clear();
    for (const process of simulation.processes) {
      process.clock.drift(0);
      process.disk.setFaults(SOUND_DISK);
      if (process.isPaused) process.resume();
      this.#restart(process);
    }
  }

  #strike(fault: Fault): void {
    if (this.#isOver) return;
    this.#simulation.note(describeFault(fault));
    this.counts.faults++;
    this.#inForce.add(fault);
    this.#begin(fault);
    if (!('forMs' in fault)) return;
    this.#simulation.after(fault.forMs, () => {
      this.#inForce.delete(fault);
      if (!this.#isOver) this.#finish(fault);
    });
  }

  #begin(fault: Fault): void {
    switch (fault.kind) {
      case 'crash':
        this.#crash(fault.process, fault.powerLoss);
        break;
      case 'blackout':
        for (const name of fault.processes) this.#crash(name, true);
        break;
      case 'pause':
        this.#running(fault.process)?.pause();
        break;
      case 'partition':
      case 'one-way':
        for (const [from, to] of waysOf(fault)) this.#cut(from, to);
        break;
      case 'break-links':
        this.#simulation.network.breakLinks(fault.from, fault.to);
        break;
      case 'weather':
      case 'bad-link':
        this.#setPaths();
        break;
      case 'bad-disk':
        this.#setDisk(fault.process);
        break;
      case 'bit-flips':
        this.#flip(fault.process, fault.count);
        break;
      case 'clock-jump':
        this.#process(fault.process)?.clock.jump(fault.byMs);
        break;
      case 'clock-drift':
        this.#process(fault.process)?.clock.drift(fault.perMillion);
    }
  }

  #finish(fault: Fault): void {
    switch (fault.kind) {
      case 'crash':
        this.#restartByName(fault.process);
        break;
      case 'blackout':
        for (const name of fault.processes) this.#restartByName(name);
        break;
      case 'pause': {
        const process = this.#running(fault.process);
        if (process?.isPaused && !this.#isWanted('pause', fault.process)) process.resume();
        break;
      }
      case 'partition':
      case 'one-way':
        for (const [from, to] of waysOf(fault)) this.#join(from, to);
        break;
      case 'weather':
      case 'bad-link':
        this.#setPaths();
        break;
      case 'bad-disk':
        this.#setDisk(fault.process);
        if (!breaksStorage(fault)) break;
        // Storage that failed once takes no more writes until the process is started anew, as an operator would do.
        this.#crash(fault.process, false);
        this.#simulation.after(100, () => this.#restartByName(fault.process));
        break;
      case 'clock-drift':
        if (!this.#isWanted('clock-drift', fault.process)) this.#process(fault.process)?.clock.drift(0);
    }
  }

  #isWanted(kind: Fault['kind'], name: string): boolean {
    for (const fault of this.#inForce) if (fault.kind === kind && 'process' in fault && fault.process === name) return true;
    return false;
  }

  #process(name: string): SimulatedProcess | undefined {
    return this.#simulation.processes.find((process) => process.name === name);
  }

  #running(name: string): SimulatedProcess | undefined {
    const process = this.#process(name);
    return process?.isRunning ? process : undefined;
  }

  #crash(name: string, powerLoss: boolean): void {
    const process = this.#running(name);
    if (process === undefined) return;
    this.counts.crashes++;
    process.crash({ powerLoss });
  }

  #restartByName(name: string): void {
    if (this.#isOver) return;
    for (const fault of this.#inForce) {
      if ((fault.kind === 'crash' && fault.process === name) || (fault.kind === 'blackout' && fault.processes.includes(name)))
        return;
    }
    const process = this.#process(name);
    if (process !== undefined) this.#restart(process);
  }

  #restart(process: SimulatedProcess): void {
    if (process.isRunning) return;
    if (this.#options.restart === undefined) process.restart();
    else this.#options.restart(process);
  }

  #cut(from: string, to: string): void {
    const way = `${from}>${to}`;
    const cut = this.#cuts.get(way) ?? { from, to, count: 0 };
    this.#cuts.set(way, cut);
    if (cut.count++ === 0) this.#simulation.network.block(from, to);
  }

  #join(from: string, to: string): void {
    const cut = this.#cuts.get(`${from}>${to}`);
    if (cut !== undefined && --cut.count === 0) this.#simulation.network.unblock(from, to);
  }

  /** The younger weather hides the older one; a bad link comes on top of the weather. */
  #setPaths(): void {
    let weather: PathFaults = CALM_NETWORK;
    for (const fault of this.#inForce) if (fault.kind === 'weather') weather = { ...CALM_NETWORK, ...fault.faults };
    const { network } = this.#simulation;
    network.setFaults(weather);
    for (const fault of this.#inForce) {
      if (fault.kind === 'bad-link') network.setFaultsBetween(fault.from, fault.to, fault.faults);
    }
  }

  #setDisk(name: string): void {
    let faults: DiskFaults = SOUND_DISK;
    for (const fault of this.#inForce) {
      if (fault.kind === 'bad-disk' && fault.process === name) faults = { ...faults, ...fault.faults };
    }
    if (faults.syncMsMax < faults.syncMsMin) faults = { ...faults, syncMsMax: faults.syncMsMin };
    this.#process(name)?.disk.setFaults(faults);
  }

  #flip(name: string, count: number): void {
    const disk = this.#process(name)?.disk;
    if (disk === undefined) return;
    const { mayDecay = () => true } = this.#options;
    for (let flipped = 0; flipped < count; flipped++) {
      const keys = disk.content.filter(({ key, value }) => value.length > 0 && mayDecay(key, name));
      if (keys.length > 0) disk.flipBit(disk.random.pick(keys).key);
    }
  }
}

/** Whether syncs may fail: of a disk that is only slow nobody has to know. */
function breaksStorage(fault: Fault): fault is BadDisk {
  return fault.kind === 'bad-disk' && (fault.faults.isFull === true || (fault.faults.errorPerMillion ?? 0) > 0);
}

function waysOf(fault: Extract<Fault, { kind: 'one-way' | 'partition' }>): [string, string][] {
  if (fault.kind === 'one-way') return [[fault.from, fault.to]];
  const ways: [string, string][] = [];
  for (const group of fault.groups) {
    for (const other of fault.groups)
      if (group !== other) for (const from of group) for (const to of other) ways.push([from, to]);
  }
  return ways;
}
