/** In which era was read what a read has found: it travels with that one, and where it is too old it counts for nothing (docs/decisions/0050). */
import type { Eras } from '../replica/index.ts';

export class ReadAge {
  readonly #eras: Eras;
  /** What this node has is no older. */
  readonly #began: number;
  /** The earliest era in which another replica read what it answered with. */
  #foundIn: number | undefined;

  constructor(eras: Eras) {
    this.#eras = eras;
    this.#began = eras.current;
  }

  /** So old is what was found. */
  get readIn(): number {
    return Math.min(this.#began, this.#foundIn ?? this.#began);
  }

  /** Whether what was found may have been deleted and forgotten since. */
  get isStale(): boolean {
    return this.#eras.isStale(this.readIn);
  }

  /** Whether an answer is of a disk from the past, and counts for nothing. */
  isPast(readIn: number): boolean {
    return this.#eras.isStale(readIn);
  }

  /** Another replica's answer counts. */
  found(readIn: number): void {
    this.#foundIn = Math.min(this.#foundIn ?? readIn, readIn);
  }

  /** Whether this node must not store what was found: as if the others had sent it here. */
  isTooOldHere(): boolean {
    return this.isStale || (this.#foundIn !== undefined && this.#eras.isTooOld(this.#foundIn));
  }
}
