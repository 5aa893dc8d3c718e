/**
 * Is there one order of the operations, in keeping with time, in which a sequential object would have answered as it did?
 *
 * The search of Wing & Gong ("Testing and verifying concurrent objects", JPDC 1993): of the operations invoked before the first
 * response still open, one must come next; try each, go on with the rest, retreat when none fits. Lowe (2017) added the memory: a
 * set of placed operations together with the state it led to needs to be left only once, by whatever order it was reached.
 * Horn & Kroening (FORTE 2015), and Porcupine after them, judge each key for itself, which Herlihy & Wing's locality theorem allows.
 */
import type { Operation } from '../history.ts';
import { EventList, isResponse, NO_EVENT } from './event-list.ts';
import type { SequentialModel } from './model.ts';
import { PlacedSet } from './placed-set.ts';

/** As far as the search came, and what it could not get past. */
export interface PartialOrder {
  readonly order: readonly Operation[];
  /** It returned before any other of the remaining operations was invoked or could be placed, and cannot be placed itself. */
  readonly stuck: Operation;
  /** What the object is after the order, in words. */
  readonly state: string;
}

export type SearchResult =
  | { readonly verdict: 'linearizable'; readonly order: readonly Operation[]; readonly steps: number }
  /** The longest orders found, no two stuck at the same operation. */
  | { readonly verdict: 'violation'; readonly longest: readonly PartialOrder[]; readonly steps: number }
  | { readonly verdict: 'undecided'; readonly steps: number };

const MOST_LONGEST = 4;

/** @param operations those of one object, without the failed ones. @param mostSteps after so many placements it gives up. */
export function searchLinearization<State>(
  operations: readonly Operation[],
  model: SequentialModel<State>,
  mostSteps: number,
): SearchResult {
  const events = new EventList(operations);
  const placed = new PlacedSet(operations);
  const before = touchingPredecessors(operations);
  const longest = new LongestOrders(operations);
  const seen = new Set<string>();
  const encodings = new Map<string | number, number>();
  const order: number[] = [];
  const states: State[] = [model.initial()];
  let state = model.initial();
  let waiting = operations.filter(({ outcome }) => outcome === 'ok').length;
  let steps = 0;

  const place = (index: number): boolean => {
    const operation = operations[index];
    const predecessor = before[index] ?? -1;
    if (operation === undefined || (predecessor !== -1 && !placed.has(predecessor))) return false;
    const next = model.step(state, operation);
    if (next === undefined) return false;
    placed.add(index);
    const key = `${numberOf(model.encode(next), encodings)},${placed.text()}`;
    if (seen.has(key)) {
      placed.remove(index);
      return false;
    }
    seen.add(key);
    steps++;
    order.push(index);
    states.push(state);
    state = next;
    events.lift(index);
    if (operation.outcome === 'ok') waiting--;
    return true;
  };
  const retreat = (): number => {
    const index = order.pop();
    const former = states.pop();
    if (index === undefined || former === undefined) return NO_EVENT;
    placed.remove(index);
    state = former;
    events.restore(index);
    if (operations[index]?.outcome === 'ok') waiting++;
    return index * 2;
  };

  let event = events.first();
  while (waiting > 0) {
    if (steps >= mostSteps) return { verdict: 'undecided', steps };
    if (event !== NO_EVENT && !isResponse(event)) {
      event = place(event >>> 1) ? events.first() : events.next(event);
      continue;
    }
    longest.offer(order, event >>> 1, () => model.describe(state));
    const tried = order.length === 0 ? NO_EVENT : retreat();
    if (tried === NO_EVENT) return { verdict: 'violation', longest: longest.found(), steps };
    event = events.next(tried);
  }
  return { verdict: 'linearizable', order: order.flatMap((index) => operations[index] ?? []), steps };
}

/**
 * Events of equal times count as concurrent, but a process still does one thing after the other: for an operation that was invoked
 * in the very instant its process got the response before, that earlier operation; -1 where time itself says the order.
 */
function touchingPredecessors(operations: readonly Operation[]): Int32Array {
  const before = new Int32Array(operations.length).fill(-1);
  const last = new Map<Operation['process'], number>();
  const order = operations.map((_, index) => index);
  order.sort((one, other) => (operations[one]?.invocationMs ?? 0) - (operations[other]?.invocationMs ?? 0));
  for (const index of order) {
    const operation = operations[index];
    if (operation === undefined) continue;
    const earlier = last.get(operation.process);
    if (earlier !== undefined && operations[earlier]?.responseMs === operation.invocationMs) before[index] = earlier;
    if (operation.outcome === 'ok') last.set(operation.process, index);
    else last.delete(operation.process);
  }
  return before;
}

function numberOf(encoding: string | number, encodings: Map<string | number, number>): number {
  const known = encodings.get(encoding);
  if (known !== undefined) return known;
  encodings.set(encoding, encodings.size);
  return encodings.size - 1;
}

class LongestOrders {
  readonly #operations: readonly Operation[];
  #found: PartialOrder[] = [];

  constructor(operations: readonly Operation[]) {
    this.#operations = operations;
  }

  offer(order: readonly number[], stuckAt: number, describe: () => string): void {
    const length = this.#found[0]?.order.length ?? -1;
    const stuck = this.#operations[stuckAt];
    if (stuck === undefined || order.length < length) return;
    if (order.length > length) this.#found = [];
    if (this.#found.length === MOST_LONGEST || this.#found.some((one) => one.stuck === stuck)) return;
    this.#found.push({ order: order.flatMap((index) => this.#operations[index] ?? []), stuck, state: describe() });
  }

  found(): readonly PartialOrder[] {
    return this.#found;
  }
}
