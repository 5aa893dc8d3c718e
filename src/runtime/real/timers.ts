import type { Timer, Timers } from '../world/index.ts';
import type { EventLoopTurn } from './event-loop-turn.ts';

/** Node's own timers count in 31 bits and take anything larger for 1. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/**
 * Node rounds a timer's due time to its own millisecond clock and may fire up to one millisecond early; a deadline that is
 * checked against the clock would then be missed. The timer is set again for what is left.
 */
class OnceTimer implements Timer {
  readonly #callback: () => void;
  readonly #due: number;
  #handle: NodeJS.Timeout;

  constructor(delayMs: number, callback: () => void) {
    this.#callback = callback;
    this.#due = performance.now() + delayMs;
    this.#handle = setTimeout(fire, Math.min(delayMs, LONGEST_DELAY_MS), this);
  }

  cancel(): void {
    clearTimeout(this.#handle);
  }

  fired(): void {
    const early = this.#due - performance.now();
    if (early > 0) this.#handle = setTimeout(fire, Math.min(early, LONGEST_DELAY_MS), this);
    else this.#callback();
  }
}

function fire(timer: OnceTimer): void {
  timer.fired();
}

/** Timers that keep the process alive until they fire or are cancelled. */
export function realTimers(turn: EventLoopTurn): Timers {
  return {
    after: (delayMs, callback) => new OnceTimer(delayMs, callback),
    every(intervalMs, callback) {
      const handle = setInterval(callback, Math.min(intervalMs, LONGEST_DELAY_MS));
      return { cancel: () => clearInterval(handle) };
    },
    soon: (callback) => turn.soon(callback),
  };
}
