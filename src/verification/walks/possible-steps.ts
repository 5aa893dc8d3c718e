/** The steps that are possible in a state, by numbers that mean the same in every program that has the same model. */
import type { Model, Step } from '../model-checker/index.ts';

export interface PossibleStep<State, Action> {
  /** From 1. */
  readonly number: number;
  readonly action: Action;
  /** The action in words. */
  readonly text: string;
  /** Of models with processes. */
  readonly step: Step | undefined;
  /** The state after it. */
  readonly state: State;
}

const ORDER: readonly Step['kind'][] = ['delivered', 'persisted', 'timer', 'internal', 'lost', 'crashed'];

/**
 * A model may give its actions in any order, and in another one when it has met its messages in another order; so they are sorted
 * here: by what they are, whose they are, and their words.
 */
export function possibleSteps<State, Action>(model: Model<State, Action>, state: State): readonly PossibleStep<State, Action>[] {
  const steps = model.actions(state).flatMap((action) => {
    const next = model.next(state, action);
    return next === undefined
      ? []
      : [{ action, text: model.describeAction(action), step: model.group?.stepOf(action), state: next }];
  });
  return steps.sort(inOrder).map((step, place) => ({ number: place + 1, ...step }));
}

/** Sorted too. */
export function beginnings<State>(model: Model<State, unknown>): readonly State[] {
  const states = model.initialStates();
  if (states.length < 2) return states;
  return states
    .map((state) => ({ state, text: model.describeState(state) }))
    .sort((one, other) => compared(one.text, other.text))
    .map(({ state }) => state);
}

function inOrder<Known extends Pick<PossibleStep<unknown, unknown>, 'step' | 'text'>>(one: Known, other: Known): number {
  const [mine, theirs] = [placeOf(one.step), placeOf(other.step)];
  return mine.kind - theirs.kind || mine.process - theirs.process || compared(one.text, other.text);
}

function placeOf(step: Step | undefined): { readonly kind: number; readonly process: number } {
  if (step === undefined) return { kind: 0, process: 0 };
  return { kind: ORDER.indexOf(step.kind), process: 'from' in step ? step.to : step.process };
}

/** The same on every machine, unlike the order of a language. */
function compared(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
