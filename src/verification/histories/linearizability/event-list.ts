/**
 * The invocations and responses of one object in order of time, as the doubly linked list of Lowe's algorithm ("Testing for
 * linearizability", Concurrency and Computation 29(4), 2017, section 4): an operation is lifted out when it is placed, and put back
 * on the same spot when the search retreats, both in constant time.
 *
 * Operation `i` has event `2i` for its invocation and `2i + 1` for its response. Operations of unknown outcome have no response that
 * anything must wait for; they are not in the list.
 * Of events at the same instant invocations come first: intervals that only touch are concurrent.
 */
import type { Operation } from '../history.ts';

export const NO_EVENT = -1;

export class EventList {
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #head: number;

  constructor(operations: readonly Operation[]) {
    this.#head = operations.length * 2;
    this.#next = new Int32Array(this.#head + 1).fill(NO_EVENT);
    this.#previous = new Int32Array(this.#head + 1).fill(NO_EVENT);
    let last = this.#head;
    for (const event of sortedEvents(operations)) {
      this.#next[last] = event;
      this.#previous[event] = last;
      last = event;
    }
  }

  first(): number {
    return this.next(this.#head);
  }

  next(event: number): number {
    return this.#next[event] ?? NO_EVENT;
  }

  /** Take both events of an operation out, which has returned. */
  lift(operation: number): void {
    this.#unlink(operation * 2);
    this.#unlink(operation * 2 + 1);
  }

  /** Undo the last lift that is not undone yet. */
  restore(operation: number): void {
    this.#relink(operation * 2 + 1);
    this.#relink(operation * 2);
  }

  #unlink(event: number): void {
    const [next, previous] = [this.next(event), this.#previous[event] ?? this.#head];
    this.#next[previous] = next;
    if (next !== NO_EVENT) this.#previous[next] = previous;
  }

  #relink(event: number): void {
    const [next, previous] = [this.next(event), this.#previous[event] ?? this.#head];
    this.#next[previous] = event;
    if (next !== NO_EVENT) this.#previous[next] = event;
  }
}

export function isResponse(event: number): boolean {
  return event % 2 === 1;
}

function sortedEvents(operations: readonly Operation[]): number[] {
  const times: number[] = [];
  const events: number[] = [];
  for (const [index, { outcome, invocationMs, responseMs }] of operations.entries()) {
    if (outcome !== 'ok' || responseMs === undefined) continue;
    times[index * 2] = invocationMs;
    times[index * 2 + 1] = responseMs;
    events.push(index * 2, index * 2 + 1);
  }
  const timeOf = (event: number): number => times[event] ?? 0;
  return events.sort((one, other) => timeOf(one) - timeOf(other) || (one % 2) - (other % 2) || one - other);
}
