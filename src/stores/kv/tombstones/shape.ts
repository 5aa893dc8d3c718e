/** Who the members are and who holds what, as one text: nodes that agree on it count on the same homes, and ask the same members. */
import type { ServiceParts } from '../service-parts.ts';

export class Shape {
  readonly #parts: Pick<ServiceParts, 'seating' | 'configuration'>;
  #revision = '';
  #shape = '';

  constructor(parts: Pick<ServiceParts, 'seating' | 'configuration'>) {
    this.#parts = parts;
  }

  /** '' while any seat is on the move, or to be moved. */
  get now(): string {
    const { seating } = this.#parts;
    const revision = `${seating.wanted.version}.${seating.digest}`;
    if (revision === this.#revision) return this.#shape;
    this.#revision = revision;
    this.#shape = seating.isQuiet || this.#isSettled() ? revision : '';
    return this.#shape;
  }

  #isSettled(): boolean {
    const { seating, configuration } = this.#parts;
    for (const n of seating.ns) {
      for (let partition = 0; partition < configuration.partitions; partition++) {
        if (seating.moves(n, partition).length > 0) return false;
      }
    }
    return true;
  }
}
