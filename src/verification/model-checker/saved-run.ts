/** A run to a violation as plain data: kept in a file, done again later, as a regression or on another machine. */
import { fingerprintOfState } from './expansion.ts';
import type { Model, Property, Trace } from './model.ts';
import { impossible } from './search.ts';

export interface SavedRun {
  readonly property: string;
  /** The actions, as the model describes them. */
  readonly steps: readonly string[];
  /** After how many of them the part begins that goes on for ever. */
  readonly loopsTo?: number;
}

export function savedRun<State, Action>(model: Model<State, Action>, property: string, run: Trace<State, Action>): SavedRun {
  const steps = run.steps.map(({ action }) => model.describeAction(action));
  return { property, steps, ...(run.loopsTo === undefined ? {} : { loopsTo: run.loopsTo }) };
}

export interface ReplayedRun<State, Action> {
  readonly run: Trace<State, Action>;
  /** Of the steps, how many could be done. */
  readonly done: number;
  /** All of them could, and the run breaks the property. */
  readonly isViolation: boolean;
}

/** @throws QuorateError `impossible-model` if the model has no such property. */
export function replayRun<State, Action>(model: Model<State, Action>, saved: SavedRun): ReplayedRun<State, Action> {
  const property = model.properties.find(({ name }) => name === saved.property);
  if (property === undefined) throw impossible(`it has no property '${saved.property}'`);
  const [initial] = model.initialStates();
  if (initial === undefined) throw impossible('it has no initial state');
  const steps: { readonly action: Action; readonly state: State }[] = [];
  let state = initial;
  for (const text of saved.steps) {
    const action = model.actions(state).find((one) => model.describeAction(one) === text);
    const next = action === undefined ? undefined : model.next(state, action);
    if (action === undefined || next === undefined) break;
    steps.push({ action, state: next });
    state = next;
  }
  const run = { initial, steps, ...(saved.loopsTo === undefined ? {} : { loopsTo: saved.loopsTo }) };
  const isComplete = steps.length === saved.steps.length;
  return { run, done: steps.length, isViolation: isComplete && isBroken(model, property, run) };
}

/** Whether the property does not hold on the run. */
function isBroken<State, Action>(model: Model<State, Action>, property: Property<State>, run: Trace<State, Action>): boolean {
  const states = [run.initial, ...run.steps.map(({ state }) => state)];
  const last = states.at(-1) ?? run.initial;
  const isEnd = model.actions(last).every((action) => model.next(last, action) === undefined);
  const isInfinite = run.loopsTo !== undefined && isSame(model, states[run.loopsTo] ?? run.initial, last);
  switch (property.kind) {
    case 'always':
      return !property.holds(last);
    case 'sometimes':
      return false;
    case 'at-end':
      return isEnd && !property.holds(last);
    case 'eventually':
      return (isEnd || isInfinite) && states.every((state) => !property.holds(state));
    case 'terminates':
      return isInfinite;
  }
}

function isSame<State>(model: Pick<Model<State, unknown>, 'fingerprint'>, one: State, other: State): boolean {
  const [first, second] = [
    { low: 0, high: 0 },
    { low: 0, high: 0 },
  ];
  fingerprintOfState(model, one, false, first);
  fingerprintOfState(model, other, false, second);
  return first.low === second.low && first.high === second.high;
}
