/** What a search has found out, and what it has not. */
import type { Order } from './frontier.ts';
import type { Property, Trace } from './model.ts';

/** Why a search was not complete. */
export type Bound =
  /** States at the greatest depth were not left. */
  | 'depth'
  /** So many states were met. */
  | 'states'
  /** Time was up. */
  | 'time'
  /** Someone interrupted it. */
  | 'interrupted'
  /** The model bounds its own states, and some steps led out of them. */
  | 'model';

export type Judgement<State, Action> =
  /** In every state; or for `sometimes`: in one, the first of which ends the run. */
  | { readonly verdict: 'holds'; readonly run?: Trace<State, Action> }
  /** No violation was found, or, for `sometimes`, no state where it holds; but not everything was searched. */
  | { readonly verdict: 'undecided' }
  | { readonly verdict: 'violated'; readonly run: Trace<State, Action> }
  /** A `sometimes` that holds in no state at all. */
  | { readonly verdict: 'unreached' };

export type Finding<State, Action> = Judgement<State, Action> & {
  readonly property: string;
  readonly kind: Property<State>['kind'];
};

export interface CheckResult<State, Action> {
  readonly model: string;
  readonly order: Order;
  readonly threads: number;
  /** `bounded`: no violation, but not everything was searched; see `bounds`. */
  readonly verdict: 'holds' | 'violated' | 'bounded';
  /** Of each property, in the order of the model. */
  readonly findings: readonly Finding<State, Action>[];
  readonly bounds: readonly Bound[];
  /** Distinct states: orbits under symmetry, if that reduction is on. */
  readonly states: number;
  /** States that steps led to, however often. */
  readonly generated: number;
  /** Of the deepest state, in steps; breadth first: the greatest distance from the beginning. */
  readonly depth: number;
  /** States without a step. */
  readonly ends: number;
  /** Which reductions worked; `held-back`: the model has some, but it also has properties of infinite runs, which they do not keep. */
  readonly reductions: readonly ('symmetry' | 'partial-order')[] | 'off' | 'held-back';
  /** At most so likely were any two states confused by their 64-bit fingerprints. */
  readonly collisionOdds: number;
}

/** n states, each pair with a chance of 2^-64. */
export function collisionOdds(states: number): number {
  return (states * (states - 1)) / 2 / 2 ** 64;
}

export function verdictOf<State, Action>(
  findings: readonly Finding<State, Action>[],
  bounds: readonly Bound[],
): CheckResult<State, Action>['verdict'] {
  if (findings.some(({ verdict }) => verdict === 'violated' || verdict === 'unreached')) return 'violated';
  return bounds.length > 0 || findings.some(({ verdict }) => verdict === 'undecided') ? 'bounded' : 'holds';
}
