/** One thread's part of a search: takes states from its frontier, does every step from them, and judges what it meets. */
import { type Fingerprint, fingerprintOf, firstDifference } from '../plain-data/index.ts';
import { changedItsArgument, nondeterministic } from './errors.ts';
import type { Frontier, Waiting } from './frontier.ts';
import type { Model, Property } from './model.ts';
import { type Entry, NO_ENTRY, type StateTable, TABLE_FULL } from './state-table.ts';
import { BEYOND_BOUNDS, ENDS, type StepRecorder } from './step-graph.ts';

/** A property that was decided by one state: violated by it, or, if it is a `sometimes`, reached. */
export interface Found {
  /** The property's place in the model. */
  readonly property: number;
  readonly entry: Entry;
}

export interface Counts {
  /** States that steps led to, however often, and initial states. */
  generated: number;
  /** States without a step. */
  ends: number;
  /** Steps that left the bounds of the model. */
  beyondBounds: number;
  /** States left at the greatest depth. */
  atDepthMaximum: number;
  /** States of which only an ample set was tried. */
  reduced: number;
  /** Of the deepest state, in steps. */
  depth: number;
}

export interface ExpansionOptions<State, Action> {
  readonly model: Model<State, Action>;
  readonly table: StateTable;
  readonly frontier: Frontier<State>;
  /** Use the reductions that the model has. */
  readonly isReduced: boolean;
  readonly depthMaximum: number;
  /** Take up a state again that was met on a longer way: depth first, or else a bound on the depth would hide states. */
  readonly takesUpAgain: boolean;
  readonly recorder: StepRecorder<Action> | undefined;
}

/** The model's own code threw: where. Told with the run that leads there by whoever can replay it. */
export class ModelThrew extends Error {
  readonly what: { readonly property: string } | { readonly step: string };
  readonly entry: Entry;

  constructor(what: ModelThrew['what'], entry: Entry, cause: unknown) {
    super('the model threw', { cause });
    this.what = what;
    this.entry = entry;
  }
}

/** So many expansions from the first are done twice, and then one in so many. */
const INSPECTED_FIRST = 256;
const INSPECTED_EACH = 64;

export class Expansion<State, Action> {
  readonly #options: ExpansionOptions<State, Action>;
  readonly #fingerprint: Fingerprint = { low: 0, high: 0 };
  readonly #judged: readonly { readonly property: Property<State>; readonly number: number; readonly bit: number }[];
  readonly #decided = new Set<number>();
  /** At the greatest depth by the ways so far; a shorter one may still be found. */
  readonly #notLeft = new Set<Entry>();
  #expansions = 0;
  readonly counts: Counts = { generated: 0, ends: 0, beyondBounds: 0, atDepthMaximum: 0, reduced: 0, depth: 0 };
  readonly found: Found[] = [];

  constructor(options: ExpansionOptions<State, Action>) {
    this.#options = options;
    this.#judged = judged(options.model.properties);
  }

  begin(): void {
    for (const state of this.#options.model.initialStates()) {
      this.counts.generated++;
      this.#meet(state, NO_ENTRY, 0);
    }
  }

  /** @returns false if the table is full: to be done again when there is room. */
  expand(waiting: Waiting<State>): boolean {
    const { model, table, depthMaximum, isReduced, recorder, takesUpAgain } = this.#options;
    const depth = table.depth(waiting.entry);
    if (depth >= depthMaximum) {
      this.counts.atDepthMaximum++;
      if (takesUpAgain) this.#notLeft.add(waiting.entry);
      return true;
    }
    if (takesUpAgain && this.#notLeft.delete(waiting.entry)) this.counts.atDepthMaximum--;
    const actions = model.actions(waiting.state);
    this.#inspect(waiting, actions);
    if (isReduced && model.independence !== undefined) {
      const done = this.#expandAmpleSet(waiting, actions, depth);
      if (done !== undefined) return done;
    }
    const mark = recorder?.length ?? 0;
    const { steps, isFull } = this.#take(waiting, actions, depth);
    if (isFull) {
      recorder?.goBack(mark);
      return false;
    }
    if (steps === 0) this.#end(waiting);
    return true;
  }

  /** One of the sets that may be taken alone. @returns undefined if there is none, and everything must be tried. */
  #expandAmpleSet(waiting: Waiting<State>, actions: readonly Action[], depth: number): boolean | undefined {
    const { independence } = this.#options.model;
    for (const ample of independence?.ampleSets(waiting.state, actions) ?? []) {
      if (ample.length >= actions.length) return undefined;
      if (ample.some((action) => independence?.isVisible(action) !== false)) continue;
      const { steps, isNew, isFull } = this.#take(waiting, ample, depth);
      if (isFull) return false;
      if (steps === 0) continue;
      // Condition C3, in a form that holds for any order and for threads: on a cycle of reduced states each would have been met for
      // the first time by the one before it.
      if (!isNew) return undefined;
      this.counts.reduced++;
      return true;
    }
    return undefined;
  }

  #take({ state, entry }: Waiting<State>, actions: readonly Action[], depth: number) {
    const { recorder } = this.#options;
    let steps = 0;
    let isNew = true;
    for (const action of actions) {
      const next = this.#next(state, entry, action);
      if (next === undefined) continue;
      steps++;
      const met = this.#meet(next, entry, depth + 1);
      if (met === TABLE_FULL) return { steps, isNew, isFull: true };
      isNew &&= met >= 0;
      recorder?.step(entry, met >= 0 || met === BEYOND_BOUNDS ? met : SEEN - met, action);
    }
    this.counts.generated += steps;
    return { steps, isNew, isFull: false };
  }

  #next(state: State, entry: Entry, action: Action): State | undefined {
    const { model } = this.#options;
    try {
      return model.next(state, action);
    } catch (cause) {
      throw new ModelThrew({ step: model.describeAction(action) }, entry, cause);
    }
  }

  /** @returns the entry of a new state, `SEEN - entry` of an old one, {@link BEYOND_BOUNDS}, or {@link TABLE_FULL}. */
  #meet(state: State, from: Entry, depth: number): number {
    const { model, table, frontier, takesUpAgain, isReduced } = this.#options;
    if (model.withinBounds?.(state) === false) {
      this.counts.beyondBounds++;
      return BEYOND_BOUNDS;
    }
    fingerprintOfState(model, state, isReduced, this.#fingerprint);
    const met = table.add(this.#fingerprint.low, this.#fingerprint.high, from, depth);
    if (met === TABLE_FULL) return met;
    if (met >= 0) {
      frontier.add(state, met);
      if (depth > this.counts.depth) this.counts.depth = depth;
      this.#judge(state, met);
      return met;
    }
    const entry = -2 - met;
    if (takesUpAgain && depth < table.depth(entry)) {
      table.reach(entry, from, depth);
      frontier.add(state, entry);
    }
    return SEEN - entry;
  }

  #judge(state: State, entry: Entry): void {
    let bits = 0;
    for (const { property, number, bit } of this.#judged) {
      if (property.kind === 'at-end' || property.kind === 'terminates' || this.#decided.has(number)) continue;
      const holds = this.#holds(property, state, entry);
      if (property.kind === 'eventually') bits |= holds ? bit : 0;
      else if (holds === (property.kind === 'sometimes')) this.#find(number, entry);
    }
    this.#options.recorder?.mark(entry, bits);
  }

  #end({ state, entry }: Waiting<State>): void {
    this.counts.ends++;
    let bits = ENDS;
    for (const { property, number, bit } of this.#judged) {
      if (property.kind === 'terminates') bits |= bit;
      if (property.kind !== 'at-end' || this.#decided.has(number)) continue;
      if (!this.#holds(property, state, entry)) this.#find(number, entry);
    }
    this.#options.recorder?.mark(entry, bits);
  }

  #find(property: number, entry: Entry): void {
    this.#decided.add(property);
    this.found.push({ property, entry });
  }

  #holds(property: Exclude<Property<State>, { readonly kind: 'terminates' }>, state: State, entry: Entry): boolean {
    try {
      return property.holds(state);
    } catch (cause) {
      throw new ModelThrew({ property: property.name }, entry, cause);
    }
  }

  /** A model that is not deterministic, or changes what it is given, would make every count and verdict worthless. */
  #inspect({ state, entry }: Waiting<State>, actions: readonly Action[]): void {
    const { model } = this.#options;
    if (this.#expansions++ >= INSPECTED_FIRST && this.#expansions % INSPECTED_EACH !== 0) return;
    const [before, once, again] = [
      { low: 0, high: 0 },
      { low: 0, high: 0 },
      { low: 0, high: 0 },
    ];
    fingerprintOfState(model, state, false, before);
    const kept = model.transport === undefined ? structuredClone(state) : state;
    for (const action of actions) {
      const first = this.#next(state, entry, action);
      fingerprintOfState(model, state, false, again);
      const what = `The step '${model.describeAction(action)}'`;
      if (before.low !== again.low || before.high !== again.high) {
        throw changedItsArgument(what, firstDifference(kept, state) ?? { path: 'the state', one: 'another', other: 'this' });
      }
      const second = this.#next(state, entry, action);
      if (first !== undefined) fingerprintOfState(model, first, false, once);
      if (second !== undefined) fingerprintOfState(model, second, false, again);
      const isSame = first !== undefined && second !== undefined && once.low === again.low && once.high === again.high;
      if (isSame || (first === undefined && second === undefined)) continue;
      throw nondeterministic(what, firstDifference(first, second) ?? { path: '', one: 'one', other: 'another' });
    }
  }
}

/** Entries that were met before are told from new ones, and from {@link BEYOND_BOUNDS}, by lying below this. */
const SEEN = -3;

export function fingerprintOfState<State>(
  model: Pick<Model<State, unknown>, 'fingerprint' | 'representative'>,
  state: State,
  isReduced: boolean,
  into: Fingerprint,
): void {
  const judgedState = isReduced && model.representative !== undefined ? model.representative(state) : state;
  if (model.fingerprint === undefined) fingerprintOf(judgedState, into);
  else model.fingerprint(judgedState, into);
}

/** Which of the properties are decided by infinite runs, and by which bit of a state's mark each is judged. */
export function judged<State>(properties: readonly Property<State>[]) {
  let bit = 1;
  return properties.map((property, number) => {
    const isInfinite = property.kind === 'eventually' || property.kind === 'terminates';
    const mine = isInfinite ? bit : 0;
    if (isInfinite) bit <<= 1;
    return { property, number, bit: mine };
  });
}
