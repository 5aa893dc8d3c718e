/**
 * Where a hint goes. Its target may have left the cluster, or have lost the partition to another node, by the time the hint can be
 * delivered: then the write belongs to whoever are the homes now. Of a node that nobody has heard of it is not known whether it left or
 * has just joined: its hints are kept, and reported.
 */

/** What the holder knows of a node: `member` of the cluster, one that has `left`, or `unknown`. */
export type Standing = 'member' | 'left' | 'unknown';

export type Destination<Node> =
  | { readonly kind: 'offer'; readonly to: Node }
  /** To be held for each of these instead, or kept as a replica's own if the holder is one of them. */
  | { readonly kind: 'redirect'; readonly to: readonly Node[] }
  | { readonly kind: 'keep' };

/** @param homes - of the hint's key, now */
export function destinationOf<Node>(target: Node, standing: Standing, homes: readonly Node[]): Destination<Node> {
  if (homes.includes(target)) return { kind: 'offer', to: target };
  return standing === 'unknown' || homes.length === 0 ? { kind: 'keep' } : { kind: 'redirect', to: homes };
}
