/**
 * What the checker searches: a graph of states, given by its beginnings and its steps. Models of a group of processes on a
 * network are made from their handlers by src/verification/models; a model may also be written by hand.
 */
import type { Fingerprint } from '../plain-data/index.ts';

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
  /** Which steps commute with all others (partial-order reduction). */
  readonly independence?: Independence<State, Action>;
  /** What the world owes the processes, for properties of infinite runs. Without it any run is fair. */
  readonly fairness?: Fairness<Action>;
  /** Where it can be had cheaper than by looking at all of the state: equal for equal states, in every thread. */
  fingerprint?(state: State, into: Fingerprint): void;
  /** States that are no plain data: how they travel to another thread. */
  readonly transport?: Transport<State>;
  describeAction(action: Action): string;
  describeState(state: State): string;
  /** How the states and steps are drawn; models without processes have none. */
  readonly group?: GroupView<State, Action>;
}

export type Property<State> =
  /** Holds in every state. */
  | { readonly kind: 'always'; readonly name: string; holds(state: State): boolean }
  /** Holds in some state: without it the others may be true of a model that does nothing. */
  | { readonly kind: 'sometimes'; readonly name: string; holds(state: State): boolean }
  /** Holds in every state without a step: a run that ends, ends well, and nothing is stuck. */
  | { readonly kind: 'at-end'; readonly name: string; holds(state: State): boolean }
  /** On every fair infinite run, and on every run that ends, it holds at some time. */
  | { readonly kind: 'eventually'; readonly name: string; holds(state: State): boolean }
  /** Every fair run ends. */
  | { readonly kind: 'terminates'; readonly name: string };

/**
 * Which runs count as infinite runs of the real world. Actions of one class are owed together; a class is any name. An action
 * is in one class of each kind at most, and is owed nothing if it is in none (a crash, a loss).
 */
export interface Fairness<Action> {
  /** If from some time on a step of the class is always possible, one of them happens. */
  weak?(action: Action): string | undefined;
  /** If a step of the class is possible again and again, one of them happens. */
  strong?(action: Action): string | undefined;
}

/** What partial-order reduction needs to know (ample sets: Clarke, Grumberg and Peled, Model Checking, 1999, chapter 10). */
export interface Independence<State, Action> {
  /**
   * Sets of the actions possible here of which each could be taken alone: whatever the others do, for as long as they like, before
   * one of the set happens, they neither enable, nor disable, nor depend on a step of the set (condition C1). The best first.
   */
  ampleSets(state: State, actions: readonly Action[]): Iterable<readonly Action[]>;
  /** Whether the step can, in any state, change what a property says (condition C2). */
  isVisible(action: Action): boolean;
}

export interface Transport<State> {
  pack(state: State): unknown;
  unpack(packed: unknown): State;
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
