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
  /** How the states and steps are drawn; models without processes have none. */
  readonly group?: GroupView<State, Action>;
}

/** A model's states and steps as processes and messages: for sequence diagrams, state tables and the explorer. */
export interface GroupView<State, Action> {
  /** The names of the processes, in order. */
  readonly processes: readonly string[];
  stepOf(action: Action): Step;
  /** Per process, in the same order: field to value, as text. Processes of one kind have the same fields. */
  statesOf(state: State): readonly ReadonlyMap<string, string>[];
}

/** Processes by their place in `GroupView.processes`. */
export type Step =
  | { readonly kind: 'delivered' | 'lost'; readonly from: number; readonly to: number; readonly text: string }
  | { readonly kind: 'timer' | 'persisted' | 'crashed' | 'internal'; readonly process: number; readonly text: string };

/** One run: its beginning, what was done, and the state after each step. */
export interface Trace<State, Action> {
  readonly initial: State;
  readonly steps: readonly { readonly action: Action; readonly state: State }[];
  /** A lasso: after the last step the run goes on from the state after so many steps (0: the beginning), for ever. */
  readonly loopsTo?: number;
}

export type Property<State> =
  /** Holds in every state. */
  | { readonly kind: 'always'; readonly name: string; holds(state: State): boolean }
  /** Holds in some state: without it the others may be true of a model that does nothing. */
  | { readonly kind: 'sometimes'; readonly name: string; holds(state: State): boolean }
  /** On every fair infinite run, and on every run that ends, it holds at some time. */
  | { readonly kind: 'eventually'; readonly name: string; holds(state: State): boolean };
