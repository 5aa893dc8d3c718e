/** States met and not yet left, in the order of the search. */
import type { Entry } from './state-table.ts';

export type Order = 'breadth-first' | 'depth-first';

export interface Waiting<State> {
  readonly state: State;
  readonly entry: Entry;
}

/** First in, first out by levels for breadth first; last in, first out for depth first. */
export class Frontier<State> {
  readonly #order: Order;
  #level: (Waiting<State> | undefined)[] = [];
  #next: Waiting<State>[] = [];
  /** Of the level: how many were taken from its beginning. */
  #taken = 0;

  constructor(order: Order) {
    this.#order = order;
  }

  /** Of the level that is being searched; all of them, depth first. */
  get length(): number {
    return this.#level.length - this.#taken;
  }

  get nextLength(): number {
    return this.#next.length;
  }

  add(state: State, entry: Entry): void {
    if (this.#order === 'breadth-first') this.#next.push({ state, entry });
    else this.#level.push({ state, entry });
  }

  take(): Waiting<State> | undefined {
    if (this.#order === 'depth-first') return this.#level.pop();
    const waiting = this.#level[this.#taken];
    if (waiting !== undefined) this.#level[this.#taken++] = undefined;
    return waiting;
  }

  /** Take the same one again. */
  putBack(waiting: Waiting<State>): void {
    if (this.#order === 'depth-first') this.#level.push(waiting);
    else this.#level[--this.#taken] = waiting;
  }

  /** The level is done: go on with the next. */
  descend(): void {
    this.#level = this.#next;
    this.#next = [];
    this.#taken = 0;
  }

  /** Hand over some of the level: of a stack the oldest, which have the most below them. */
  give(count: number): Waiting<State>[] {
    const given = this.#order === 'depth-first' ? this.#level.splice(0, count) : this.#level.splice(-count, count);
    return given.filter((waiting) => waiting !== undefined);
  }

  receive(waiting: readonly Waiting<State>[]): void {
    this.#level.push(...waiting);
  }
}
