import type { Timer, Timers } from '../world/index.ts';

/** Whatever has limits of time. */
export interface Sweepable {
  /** Called once per sweep. */
  sweep(): void;
}

/**
 * One timer for all links. Each link counts sweeps instead of reading the clock per message, and a process that was stopped for a
 * minute does not find all its links expired when it goes on. No timer runs while there is nothing to sweep.
 */
export class Sweeper {
  readonly #timers: Timers;
  readonly #intervalMs: number;
  readonly #members = new Set<Sweepable>();
  #timer: Timer | undefined;

  constructor(timers: Timers, intervalMs: number) {
    this.#timers = timers;
    this.#intervalMs = intervalMs;
  }

  add(member: Sweepable): void {
    this.#members.add(member);
    this.#timer ??= this.#timers.every(this.#intervalMs, () => {
      for (const each of this.#members) each.sweep();
    });
  }

  remove(member: Sweepable): void {
    this.#members.delete(member);
    if (this.#members.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
