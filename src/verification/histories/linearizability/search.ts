/**
 * Is there one order of the operations, in keeping with time, in which a sequential object would have answered as it did?
 *
 * The search of Wing & Gong ("Testing and verifying concurrent objects", JPDC 1993): of the operations invoked before the first
 * response still open, one must come next; try each, go on with the rest, retreat when none fits. Lowe (2017) added the memory: a
 * set of placed operations together with the state it led to needs to be left only once, by whatever order it was reached.
 * Horn & Kroening (FORTE 2015), and Porcupine after them, judge each key for itself, which Herlihy & Wing's locality theorem allows.
 */
import { type Operation, valueKey } from '../history.ts';
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
const MOST_STEPS_FOR_A_PICTURE = 20_000;

/** @param operations those of one object, without the failed ones. @param mostSteps after so many placements it gives up. */
export function searchLinearization<State>(
  operations: readonly Operation[],
  model: SequentialModel<State>,
  mostSteps: number,
): SearchResult {
  const search = new Search(operations, model);
  const impossible = model.impossible?.(operations);
  // Then the search is for the picture only.
  const most = impossible === undefined ? mostSteps : Math.min(mostSteps, MOST_STEPS_FOR_A_PICTURE);
  while (!search.isComplete) {
    if (search.steps >= most) {
      if (impossible === undefined) return { verdict: 'undecided', steps: search.steps };
      return { verdict: 'violation', longest: [search.endingAt(impossible)], steps: search.steps };
    }
    if (!search.advance() && !search.retreat()) return { verdict: 'violation', longest: search.longest, steps: search.steps };
  }
  return { verdict: 'linearizable', order: search.order, steps: search.steps };
}

/**
 * Where the search is. At each point what has returned is tried before what has not: whether the latter happened at all is better
 * asked only when nothing else fits.
 */
class Search<State> {
  readonly #operations: readonly Operation[];
  readonly #model: SequentialModel<State>;
  readonly #events: EventList;
  readonly #placed: PlacedSet;
  /** Operations of unknown outcome, by invocation. */
  readonly #unknown: readonly number[];
  /** Which of the candidates comes first, if the model says. */
  readonly #ranks: readonly number[] | undefined;
  /** What must be placed before each operation though time does not say so; -1 for nothing. */
  readonly #before: Int32Array;
  readonly #longest: LongestOrders;
  readonly #seen = new Set<string>();
  readonly #encodings = new Map<string | number, number>();
  readonly #order: number[] = [];
  readonly #former: State[] = [];
  #state: State;
  #waiting: number;
  /** What to try next: an event of the list, and when that is at its end, a place in `#unknown`. */
  #event: number;
  #next = 0;
  /** With ranks: the operation that was tried last; -1 for none yet. */
  #tried = -1;
  steps = 0;

  constructor(operations: readonly Operation[], general: SequentialModel<State>) {
    const model = general.specialized?.(operations) ?? general;
    const { rank } = model;
    this.#operations = operations;
    this.#model = model;
    this.#ranks = rank === undefined ? undefined : operations.map((operation) => rank(operation));
    this.#events = new EventList(operations);
    this.#placed = new PlacedSet(operations);
    this.#unknown = unknownByInvocation(operations);
    this.#before = predecessors(operations, model.dependsOnProcess === true ? [] : this.#unknown);
    this.#longest = new LongestOrders(operations);
    this.#state = model.initial();
    this.#waiting = operations.length - this.#unknown.length;
    this.#event = this.#events.first();
  }

  get isComplete(): boolean {
    return this.#waiting === 0;
  }

  get order(): readonly Operation[] {
    return this.#order.flatMap((index) => this.#operations[index] ?? []);
  }

  get longest(): readonly PartialOrder[] {
    return this.#longest.found();
  }

  /** The longest order so far, if the operation is not in it, as ending at that one. */
  endingAt(operation: Operation): PartialOrder {
    const [longest = { order: this.order, stuck: operation, state: this.#model.describe(this.#state) }] = this.longest;
    return longest.order.includes(operation) ? longest : { ...longest, stuck: operation };
  }

  /** Place one more operation. @returns false if none fits that was not tried here. */
  advance(): boolean {
    const placed = this.#ranks === undefined ? this.#advanceInTime() : this.#advanceByRank(this.#ranks);
    if (!placed) this.#longest.offer(this.#order, this.#wall() >>> 1, () => this.#model.describe(this.#state));
    return placed;
  }

  /** Take the last one back, to go on behind it. @returns false if there is none. */
  retreat(): boolean {
    const index = this.#order.pop();
    const former = this.#former.pop();
    if (index === undefined || former === undefined) return false;
    this.#placed.remove(index);
    this.#state = former;
    const known = this.#operations[index]?.outcome === 'ok';
    if (known) {
      this.#events.restore(index);
      this.#waiting++;
    }
    this.#tried = index;
    this.#event = known ? this.#events.next(index * 2) : this.#wall();
    this.#next = known ? 0 : this.#unknown.indexOf(index) + 1;
    return true;
  }

  /** First what returned, then what did not. */
  #advanceInTime(): boolean {
    for (; this.#event !== NO_EVENT && !isResponse(this.#event); this.#event = this.#events.next(this.#event)) {
      if (this.#place(this.#event >>> 1)) return true;
    }
    for (; this.#next < this.#unknown.length; this.#next++) {
      const index = this.#unknown[this.#next] ?? 0;
      if (!this.#isOpenAt(index, this.#event)) break;
      if (!this.#placed.has(index) && this.#place(index)) return true;
    }
    return false;
  }

  #advanceByRank(ranks: readonly number[]): boolean {
    for (;;) {
      const index = this.#candidateBehind(ranks, this.#tried);
      if (index === -1) return false;
      if (this.#place(index)) return true;
      this.#tried = index;
    }
  }

  /** Of all that was invoked before the first open response, what follows in rank, and in number where ranks are equal. */
  #candidateBehind(ranks: readonly number[], tried: number): number {
    const rankOf = (index: number): number => ranks[index] ?? 0;
    const precedes = (one: number, other: number): boolean =>
      rankOf(one) < rankOf(other) || (rankOf(one) === rankOf(other) && one < other);
    let best = -1;
    const offer = (index: number): void => {
      if ((tried === -1 || precedes(tried, index)) && (best === -1 || precedes(index, best))) best = index;
    };
    let event = this.#events.first();
    for (; event !== NO_EVENT && !isResponse(event); event = this.#events.next(event)) offer(event >>> 1);
    for (const index of this.#unknown) {
      if (!this.#isOpenAt(index, event)) break;
      if (!this.#placed.has(index)) offer(index);
    }
    return best;
  }

  /** Whether an operation was invoked when a response came. */
  #isOpenAt(index: number, response: number): boolean {
    return (this.#operations[index]?.invocationMs ?? 0) <= (this.#operations[response >>> 1]?.responseMs ?? 0);
  }

  #place(index: number): boolean {
    const operation = this.#operations[index];
    const before = this.#before[index] ?? -1;
    if (operation === undefined || (before !== -1 && !this.#placed.has(before))) return false;
    const state = this.#model.step(this.#state, operation);
    if (state === undefined) return false;
    const encoding = this.#model.encode(state);
    // What perhaps never happened, and would change nothing here, is not needed here.
    if (operation.outcome !== 'ok' && encoding === this.#model.encode(this.#state)) return false;
    this.#placed.add(index);
    const configuration = `${numberOf(encoding, this.#encodings)},${this.#placed.text()}`;
    if (this.#seen.has(configuration)) {
      this.#placed.remove(index);
      return false;
    }
    this.#seen.add(configuration);
    this.steps++;
    this.#order.push(index);
    this.#former.push(this.#state);
    this.#state = state;
    if (operation.outcome === 'ok') {
      this.#events.lift(index);
      this.#waiting--;
    }
    this.#event = this.#events.first();
    this.#next = 0;
    this.#tried = -1;
    return true;
  }

  /** The first response that is still open: nothing that was invoked later can be placed. */
  #wall(): number {
    let event = this.#events.first();
    while (event !== NO_EVENT && !isResponse(event)) event = this.#events.next(event);
    return event;
  }
}

function unknownByInvocation(operations: readonly Operation[]): number[] {
  const unknown = operations.flatMap(({ outcome }, index) => (outcome === 'ok' ? [] : [index]));
  return unknown.sort((one, other) => (operations[one]?.invocationMs ?? 0) - (operations[other]?.invocationMs ?? 0));
}

/**
 * Events of equal times count as concurrent, but a process still does one thing after the other: an operation that was invoked in the
 * very instant its process got the response before, has that earlier operation before it. And of operations of unknown outcome
 * that stand for each other, each has the one invoked before it.
 */
function predecessors(operations: readonly Operation[], interchangeable: readonly number[]): Int32Array {
  const before = new Int32Array(operations.length).fill(-1);
  const alike = new Map<string, number>();
  for (const index of interchangeable) {
    const { kind = '', input = null } = operations[index] ?? {};
    const call = `${kind} ${valueKey(input)}`;
    before[index] = alike.get(call) ?? -1;
    alike.set(call, index);
  }
  const last = new Map<Operation['process'], number>();
  const order = operations.map((_, index) => index);
  order.sort((one, other) => (operations[one]?.invocationMs ?? 0) - (operations[other]?.invocationMs ?? 0));
  for (const index of order) {
    const operation = operations[index];
    if (operation?.outcome !== 'ok') continue;
    const earlier = last.get(operation.process);
    if (earlier !== undefined && operations[earlier]?.responseMs === operation.invocationMs) before[index] = earlier;
    last.set(operation.process, index);
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
