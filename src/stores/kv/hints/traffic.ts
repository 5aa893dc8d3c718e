/** Whether hints are being handed over just now: as long as they are, it is they that bring a node up to date, and nobody else need look for what it lacks. */
import type { Clock, Instant } from '../../../runtime/world/index.ts';

/** Longer than between two pages, as long as they are stored. */
const JUST_NOW_MS = 2_000;

export class HintTraffic {
  readonly #clock: Pick<Clock, 'now'>;
  /** When a target last stored some, or was found to be there. */
  readonly #sent = new Map<string, Instant>();
  #taken = Number.NEGATIVE_INFINITY;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  onSent(target: string): void {
    this.#sent.set(target, this.#clock.now());
  }

  onTaken(): void {
    this.#taken = this.#clock.now();
  }

  /** From this node. */
  isGoingTo(target: string): boolean {
    return this.#clock.now() - (this.#sent.get(target) ?? Number.NEGATIVE_INFINITY) < JUST_NOW_MS;
  }

  /** To this node. */
  get isComing(): boolean {
    return this.#clock.now() - this.#taken < JUST_NOW_MS;
  }
}
