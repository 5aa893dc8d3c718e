import type { Clock, Timers } from '../../runtime/world/index.ts';

/** Milliseconds since the drill began, and waiting that ends when it is interrupted. */
export class DrillTime {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #interrupted: AbortSignal;
  readonly #startMs: number;

  constructor(clock: Clock, timers: Timers, interrupted: AbortSignal) {
    this.#clock = clock;
    this.#timers = timers;
    this.#interrupted = interrupted;
    this.#startMs = clock.now();
  }

  get isInterrupted(): boolean {
    return this.#interrupted.aborted;
  }

  nowMs(): number {
    return this.#clock.now() - this.#startMs;
  }

  pause(durationMs: number): Promise<void> {
    return this.until(this.nowMs() + durationMs);
  }

  /** Resolves early when the drill is interrupted. */
  until(atMs: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#interrupted.aborted) return resolve();
      const finish = (): void => {
        timer.cancel();
        this.#interrupted.removeEventListener('abort', finish);
        resolve();
      };
      const timer = this.#timers.after(Math.max(0, atMs - this.nowMs()), finish);
      this.#interrupted.addEventListener('abort', finish);
    });
  }
}
