/**
 * What the checker searches: a graph of states, given by its beginnings and its steps. Models of a group of processes on a
 * network are made from their handlers by processes.ts; a model may also be written by hand.
 */

/** A graph of states. Every function is deterministic and changes nothing it is given. */
export interface Model<State, Action> {
  readonly name: string;
  initialStates(): readonly State[];
  /** The actions that may be tried in a state. */
  actions(state: State): readonly Action[];
  /** The state after an action; `undefined` if the action does nothing there, which is then not a step at all. */
  next(state: State, action: Action): State | undefined;
  readonly properties: readonly Property<State>[];
  /** States outside the bounds are neither checked nor left; that any were met is said with the result. */
  withinBounds?(state: State): boolean;
  /** Which of the states that differ by a permutation of equal processes stands for all of them (symmetry reduction). */
  representative?(state: State): State;
  describeAction(action: Action): string;
  describeState(state: State): string;
}

export type Property<State> =
  /** Holds in every state. */
  | { readonly kind: 'always'; readonly name: string; holds(state: State): boolean }
  /** Holds in some state: without it the others may be true of a model that does nothing. */
  | { readonly kind: 'sometimes'; readonly name: string; holds(state: State): boolean }
  /** On every fair infinite run, and on every run that ends, it holds at some time. */
  | { readonly kind: 'eventually'; readonly name: string; holds(state: State): boolean };
