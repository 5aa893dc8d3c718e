/** What the process that measures asks of the process that loads a system, and is answered. */
import type { KeyOrder, Point, Verb } from './load.ts';
import type { SystemName } from './systems/index.ts';

/** On the command line of the process that loads. */
export interface LoadArguments {
  readonly system: SystemName;
  /** For the system's data. */
  readonly directory: string;
  readonly keys: KeyOrder;
}

/** Rounds of one series make up a point. */
export type Command =
  | { readonly kind: 'start' }
  | { readonly kind: 'preload'; readonly keys: number; readonly inFlight: number }
  | { readonly kind: 'closed'; readonly series: number; readonly verb: Verb; readonly inFlight: number; readonly seconds: number }
  | { readonly kind: 'open'; readonly series: number; readonly verb: Verb; readonly perSecond: number; readonly seconds: number }
  | { readonly kind: 'point'; readonly series: number; readonly verb: Verb; readonly load: string }
  | { readonly kind: 'close' };

/** By kind of command. */
export interface Answers {
  /** Whether it can run here. */
  readonly start: boolean;
  readonly preload: undefined;
  readonly closed: undefined;
  readonly open: undefined;
  readonly point: Point;
  readonly close: undefined;
}

export type Answer = { readonly done: Answers[Command['kind']] } | { readonly failed: string };
