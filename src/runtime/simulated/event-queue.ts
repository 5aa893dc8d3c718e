/**
 * What waits to happen, earliest first; of two at the same time, the one that was scheduled first. A binary heap
 * (J. Williams, "Algorithm 232: Heapsort", 1964) in an array: the children of the item at `i` are at `2i + 1` and `2i + 2`.
 */

/** Whose code an event runs: one life of a process. The simulation's own events have no owner. */
export interface Owner {
  /** Distinct per process; part of the digest. */
  readonly id: number;
  readonly name: string;
  /** Once false, none of its events ever fires. */
  readonly alive: boolean;
  /** While true, its events are put off. */
  readonly paused: boolean;
  /** Events that came due while paused, in their order. */
  readonly deferred: ScheduledEvent[];
}

export interface ScheduledEvent {
  /** Microseconds since the start of the simulation. Changed only while the event is in no queue. */
  time: number;
  /** Counts all events ever scheduled: the order within one microsecond. Changed only while the event is in no queue. */
  sequence: number;
  readonly owner: Owner | undefined;
  /** Removed when the event is cancelled or has fired. */
  action: (() => void) | undefined;
}

function isEarlier(a: ScheduledEvent, b: ScheduledEvent): boolean {
  return a.time < b.time || (a.time === b.time && a.sequence < b.sequence);
}

export class EventQueue {
  #heap: ScheduledEvent[] = [];

  get size(): number {
    return this.#heap.length;
  }

  peek(): ScheduledEvent | undefined {
    return this.#heap[0];
  }

  push(event: ScheduledEvent): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(event);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] as ScheduledEvent;
      if (!isEarlier(event, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = event;
  }

  pop(): ScheduledEvent | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last !== undefined && last !== first) this.#sink(0, last);
    return first;
  }

  /** Drop every event that `keep` rejects. */
  retain(keep: (event: ScheduledEvent) => boolean): void {
    this.#heap = this.#heap.filter(keep);
    for (let index = (this.#heap.length >> 1) - 1; index >= 0; index--) this.#sink(index, this.#heap[index] as ScheduledEvent);
  }

  /** Put `event` at `start` or below it, where its children are later. */
  #sink(start: number, event: ScheduledEvent): void {
    const heap = this.#heap;
    const size = heap.length;
    let index = start;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= size) break;
      if (child + 1 < size && isEarlier(heap[child + 1] as ScheduledEvent, heap[child] as ScheduledEvent)) child++;
      const below = heap[child] as ScheduledEvent;
      if (!isEarlier(below, event)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = event;
  }
}
