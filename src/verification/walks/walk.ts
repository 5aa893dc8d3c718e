/** A way through the states of a model, written as the numbers of its steps: short enough for an address. */
import type { Model, Trace } from '../model-checker/index.ts';
import { badWalk } from './errors.ts';
import { beginnings, possibleSteps } from './possible-steps.ts';

export interface Walk {
  /** Which of the initial states, from 1. */
  readonly beginning: number;
  /** Each the number of a step among those that are possible where it is taken, from 1. */
  readonly steps: readonly number[];
}

/** Goes walks one after the other, and what two in turn have in common only once. */
export class Walker<State, Action> {
  readonly #model: Model<State, Action>;
  #beginning = 0;
  #numbers: readonly number[] = [];
  #trace: Trace<State, Action> | undefined;

  constructor(model: Model<State, Action>) {
    this.#model = model;
  }

  /** @throws QuorateError `bad-walk` for a step that is not there. */
  go({ beginning, steps }: Walk): Trace<State, Action> {
    const known = this.#trace !== undefined && this.#beginning === beginning ? this.#trace : undefined;
    const initial = known?.initial ?? beginningOf(this.#model, beginning);
    const done = known === undefined ? [] : known.steps.slice(0, commonLength(this.#numbers, steps));
    let state = done.at(-1)?.state ?? initial;
    for (const number of steps.slice(done.length)) {
      const possible = possibleSteps(this.#model, state);
      const step = possible[number - 1];
      if (step === undefined) {
        throw badWalk(`takes step number ${number} after ${done.length} steps, where there are ${possible.length}`);
      }
      done.push({ action: step.action, state: step.state });
      state = step.state;
    }
    this.#beginning = beginning;
    this.#numbers = [...steps];
    this.#trace = { initial, steps: done };
    return this.#trace;
  }
}

/** The numbers of a run, such as the checker finds. @throws QuorateError `bad-walk` if it is no run of this model. */
export function walkOf<State, Action>(model: Model<State, Action>, trace: Trace<State, Action>): Walk {
  const same = (one: State, other: State) => model.describeState(one) === model.describeState(other);
  const beginning = beginnings(model).findIndex((state) => same(state, trace.initial)) + 1;
  if (beginning === 0) throw badWalk('does not begin in an initial state');
  let from = trace.initial;
  const steps = trace.steps.map(({ action, state }, place) => {
    const text = model.describeAction(action);
    const taken = possibleSteps(model, from).find((possible) => possible.text === text && same(possible.state, state));
    if (taken === undefined) throw badWalk(`takes a step, '${text}', that is not possible after ${place} steps`);
    from = taken.state;
    return taken.number;
  });
  return { beginning, steps };
}

export function beginningOf<State>(model: Model<State, unknown>, beginning: number): State {
  const states = beginnings(model);
  const state = states[beginning - 1];
  if (state === undefined) throw badWalk(`begins in state number ${beginning}, and the model has ${states.length} to begin with`);
  return state;
}

function commonLength(one: readonly number[], other: readonly number[]): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return length;
}
