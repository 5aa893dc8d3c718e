/** What the threads of a search and the one who drives them say to each other. */
import type { ErrorDescription } from '../../../runtime/errors/index.ts';
import type { Counts, Found, ModelThrew } from '../expansion.ts';
import type { Plan } from '../search.ts';
import type { Entry, SharedStateTable } from '../state-table.ts';
import type { RecordedSteps } from '../step-graph.ts';

/** How each thread makes the model for itself: functions do not travel. */
export interface ModelRecipe {
  /** The address of a module. */
  readonly module: string;
  /** The name of a function that it exports; called with `argument`, it gives the model. */
  readonly maker: string;
  /** Plain data. */
  readonly argument: unknown;
}

export interface ThreadData {
  readonly recipe: ModelRecipe;
  readonly plan: Plan;
  readonly table: SharedStateTable;
}

/** States on their way from a thread to another, packed as the model says. */
export interface Parcel {
  readonly state: unknown;
  readonly entry: Entry;
}

export type Command =
  /** Meet the initial states. */
  | { readonly kind: 'begin' }
  /** Leave so many states. The table comes along if it has grown. */
  | { readonly kind: 'search'; readonly expansions: number; readonly table: SharedStateTable | undefined }
  /** The level is done in all threads. */
  | { readonly kind: 'descend' }
  | { readonly kind: 'give'; readonly count: number }
  | { readonly kind: 'take'; readonly parcels: readonly Parcel[] }
  | { readonly kind: 'finish' };

/** The answer to any command. */
export interface Report {
  /** States to leave in this level, and in the next. */
  readonly left: number;
  readonly next: number;
  /** The table was full: more is left than was asked for. */
  readonly isFull: boolean;
  readonly counts: Counts;
  readonly found: readonly Found[];
  readonly threw?: Thrown;
  readonly parcels?: readonly Parcel[];
  readonly recorded?: RecordedSteps;
}

/** An error on its way to the thread that tells it. */
export interface Thrown {
  /** In the model's own code, at this state; otherwise the search itself failed. */
  readonly at: { readonly what: ModelThrew['what']; readonly entry: Entry } | undefined;
  readonly description: ErrorDescription | undefined;
  readonly message: string;
  readonly stack: string | undefined;
}
