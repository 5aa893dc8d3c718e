/** What a failure detector remembers: plain data. */
import { mix32, type NodeName } from '../ring/index.ts';
import type { ProbeMessage } from './message.ts';
import { type DetectorOptions, HEALTH_WORST } from './options.ts';
import type { Rumours } from './rumours.ts';
import type { Suspicion } from './suspicion.ts';
import type { Standing } from './update.ts';

export interface Opinion {
  standing: Standing;
  incarnation: number;
  /** When the standing became what it is. */
  since: number;
}

/** The probe of this period. */
export interface Probe {
  readonly target: NodeName;
  readonly sequence: number;
  /** When others are asked to try. */
  answerDeadline: number;
  phase: 'direct' | 'indirect' | 'answered';
  /** Whether its deadlines have been moved already, since this node was held up. */
  isExcused: boolean;
  helpersAsked: number;
  nacks: number;
}

/** A ping made for another node. */
export interface Errand {
  readonly origin: NodeName;
  readonly originSequence: number;
  /** When the origin hears that there is no answer. */
  nackDeadline: number;
}

export interface DetectorState {
  readonly self: NodeName;
  readonly options: DetectorOptions;
  incarnation: number;
  /** Of the other members. */
  readonly opinions: Map<NodeName, Opinion>;
  readonly suspicions: Map<NodeName, Suspicion>;
  readonly rumours: Rumours;
  /** In which the others are probed; shuffled anew after each round. */
  order: NodeName[];
  position: number;
  probe: Probe | undefined;
  /** By the sequence of the ping that was made. */
  readonly errands: Map<number, Errand>;
  nextPeriod: number;
  /** 0: well. Each more makes this node slower to judge others. */
  health: number;
  sequence: number;
  /** Of the sequence of random numbers. */
  random: number;
}

/** What shall happen in the world. */
export type DetectorEffect =
  | { readonly kind: 'send'; readonly to: NodeName; readonly message: ProbeMessage }
  /** The opinion of a node has changed. */
  | { readonly kind: 'judged'; readonly node: NodeName; readonly standing: Standing };

export type DetectorEffects = DetectorEffect[];

const GOLDEN = 0x9e37_79b9;

/** From 0 to bound - 1. */
export function draw(state: DetectorState, bound: number): number {
  state.random = (state.random + GOLDEN) | 0;
  return mix32(state.random) % bound;
}

export function shuffle(state: DetectorState, names: NodeName[]): void {
  for (let last = names.length - 1; last > 0; last--) {
    const other = draw(state, last + 1);
    [names[last], names[other]] = [names[other] as NodeName, names[last] as NodeName];
  }
}

export function nextSequence(state: DetectorState): number {
  state.sequence = (state.sequence + 1) >>> 0;
  return state.sequence;
}

/** Lifeguard, section IV.A: what failed may have failed because of this node. */
export function worsen(state: DetectorState, by: number): void {
  if (state.options.lifeguard) state.health = Math.min(HEALTH_WORST, Math.max(0, state.health + by));
}

/** Everything a node in poor health does takes so many times longer. */
export function patience(state: DetectorState): number {
  return state.health + 1;
}
