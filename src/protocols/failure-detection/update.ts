/**
 * What nodes tell one another about a node: that it is alive, suspected or dead, at one of its incarnations.
 *
 * | told \ held      | alive j | suspect j | dead j |
 * |------------------|---------|-----------|--------|
 * | alive i taken    | i > j   | i > j     | i > j  |
 * | suspect i taken  | i >= j  | i > j     | i > j  |
 * | dead i taken     | i >= j  | i >= j    | i > j  |
 *
 * Source: SWIM (Das, Gupta, Motivala 2002), section 4.2. Deviation: there the dead are gone for good; here who belongs to the
 * cluster is an administrator's decision, so a node that was held dead comes back by a greater incarnation. With that the table is
 * one total order, incarnation before standing, and all nodes that have heard the same hold the same, in whatever order they heard.
 */
import type { NodeName } from '../ring/index.ts';

export type Standing = 'alive' | 'suspect' | 'dead';

interface About {
  readonly node: NodeName;
  /** Only the node itself raises it, to refute. */
  readonly incarnation: number;
}

export type Update =
  | (About & { readonly standing: 'alive' | 'dead' })
  /** `by`: who suspects. Suspicions of different nodes confirm each other (Lifeguard). */
  | (About & { readonly standing: 'suspect'; readonly by: NodeName });

/** What is held of a node: as told, without who told it. */
export interface Held {
  readonly standing: Standing;
  readonly incarnation: number;
}

const ORDER: Readonly<Record<Standing, number>> = { alive: 0, suspect: 1, dead: 2 };

/** Positive: `a` outdoes `b`. Negative: the other way round. Zero: they say the same. */
export function compareHeld(a: Held, b: Held): number {
  return a.incarnation - b.incarnation || ORDER[a.standing] - ORDER[b.standing];
}
