/** What goes wrong: a bad network, slow disks, crashes with and without power, pauses, partitions, wall clocks that jump. */
import { CALM_NETWORK, type PathFaults, type SeededRandom, SOUND_DISK } from '../../src/runtime/simulated/index.ts';
import type { Stage } from './stage.ts';

const CLOCK_JUMP_MS = 3_600_000;

export class Trouble {
  readonly #stage: Stage;
  readonly #random: SeededRandom;
  #crashes = 0;

  constructor(stage: Stage, random: SeededRandom) {
    this.#stage = stage;
    this.#random = random;
  }

  get crashes(): number {
    return this.#crashes;
  }

  begin(): void {
    const { simulation, names } = this.#stage;
    simulation.network.setFaults(badNetwork(this.#random));
    // Slow syncs widen the moment between a write and its durability, in which crashes are interesting.
    for (const name of names) simulation.process(name).disk.setFaults({ syncMsMax: 1 + this.#random.below(150) });
    simulation.every(100 + this.#random.below(600), () => {
      if (this.#stage.troubled) this.#strike(names[this.#random.below(names.length)] as string);
      return this.#stage.troubled;
    });
  }

  /** Everything is well again, and what was under way has ended. */
  end(): void {
    const { simulation, names } = this.#stage;
    this.#stage.troubled = false;
    simulation.heal();
    simulation.network.setFaults(CALM_NETWORK);
    for (const name of names) simulation.process(name).disk.setFaults(SOUND_DISK);
    this.#stage.restartAll();
    for (const name of names) if (simulation.process(name).isPaused) simulation.process(name).resume();
    simulation.run(() => this.#stage.open === 0, 60_000);
    simulation.runFor(12_000);
  }

  #strike(name: string): void {
    const { simulation, names } = this.#stage;
    const random = this.#random;
    switch (random.below(7)) {
      case 0:
      case 1:
        this.#crash(name, random.below(2) === 0);
        break;
      case 2:
      case 3:
        this.#stage.restartAll();
        break;
      case 4:
        if (random.below(2) === 0) simulation.partition([[name], names.filter((other) => other !== name)]);
        else simulation.heal();
        break;
      case 5:
        this.#pause(name, random.below(1500));
        break;
      case 6:
        // All at once, sometimes: what is acknowledged must be on disks, not in memories.
        if (random.below(4) === 0) for (const each of names) this.#crash(each, true);
        else simulation.clockJump(name, random.below(2 * CLOCK_JUMP_MS) - CLOCK_JUMP_MS);
    }
  }

  #crash(name: string, powerLoss: boolean): void {
    if (!this.#stage.simulation.process(name).isRunning) return;
    this.#crashes++;
    this.#stage.simulation.crash(name, { powerLoss });
  }

  #pause(name: string, milliseconds: number): void {
    const process = this.#stage.simulation.process(name);
    if (!process.isRunning || process.isPaused) return;
    process.pause();
    this.#stage.simulation.after(milliseconds, () => {
      if (process.isRunning && process.isPaused) process.resume();
    });
  }
}

function badNetwork(random: SeededRandom): PathFaults {
  const sometimes = (bound: number): number => random.below(2) * random.below(bound);
  return {
    ...CALM_NETWORK,
    delayMsMax: 1 + random.below(20),
    longDelayPerMillion: random.below(20_000),
    lossPerMillion: sometimes(80_000),
    duplicationPerMillion: sometimes(100_000),
    reorderingPerMillion: sometimes(200_000),
    reorderingMsMax: 30,
    breakPerMillion: sometimes(3_000),
  };
}
