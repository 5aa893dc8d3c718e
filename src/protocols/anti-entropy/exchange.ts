/**
 * One replica brings itself and another one into step in one partition: finds the leaves in which their trees differ, and in those
 * the records in which they differ; only these travel, both ways.
 *
 * | state     | event                                | new state | effect                                    |
 * |-----------|--------------------------------------|-----------|-------------------------------------------|
 * | comparing | the other's root, equal to ours      | done      | done                                      |
 * | comparing | the other's root                     | comparing | ask for the root's children               |
 * | comparing | children, some differ                | comparing | ask for the children of those             |
 * | comparing | leaves, some quiet ones differ       | listing   | ask with our digests of the first of them |
 * | comparing | nothing left that differs            | done      | done                                      |
 * | listing   | records, and digests that are wanted | pushing   | send the records of those                 |
 * | listing   | records, more to come                | listing   | ask for the same leaves again             |
 * | listing   | records, all of them                 | listing   | ask with our digests of the next leaves   |
 * | listing   | no leaf left                         | done      | done                                      |
 * | pushing   | they are stored                      | listing   | as above, or the rest of what is wanted   |
 * | any       | a failure                            | failed    | failed                                    |
 *
 * The other side keeps no state: each request says all it needs. What was exchanged is in both stores, so whoever begins anew after a
 * failure begins where this one ended. Writes that come meanwhile change sums and lists between two steps: then a record travels
 * that need not have, or one is left for the next exchange; merging is idempotent, so neither does harm.
 *
 * A leaf that was written to a moment ago differs by what is on its way, and is left for the next exchange: under load that is each leaf
 * that differs, but for those that matter.
 *
 * Source: the Dynamo paper, section 4.7. Deviation: both sides are mended in one exchange.
 * Invariants: one request is under way at a time; every step but the last one brings the end nearer, for a request that is made again
 * is made only after a record came. After `done` this side holds all that the other one held when it told its root, or what
 * supersedes it, unless leaves were left.
 */
import { childrenOf, firstLeaf, isSum, type MerkleTree, type Sum } from '../merkle/index.ts';

/** Nodes whose children are asked for at once. */
export const MAX_NODES = 32;
/** Leaves whose records are compared at once, at most. */
export const MAX_LEAVES = 512;
/** In the first request; then as many as fit an answer. */
const FIRST_LEAVES = 32;

export interface ExchangeEffects {
  /** Ask for the sums of the children of these nodes. Answer: {@link onChildren}. */
  askChildren(nodes: readonly number[]): void;
  /** Send the digests of our records in these leaves. Merge what comes back; answer: {@link onDifference}. */
  askDifference(leaves: readonly number[]): void;
  /** Send those of our records that have these digests, as many as one message takes. Answer: {@link onPushed}. */
  push(digests: readonly bigint[]): void;
  done(): void;
}

export interface Exchange {
  readonly tree: MerkleTree;
  readonly isBusy: (leaf: number) => boolean;
  phase: 'comparing' | 'listing' | 'pushing' | 'done' | 'failed';
  /** Inner nodes that differ and whose children have not been compared. */
  nodes: number[];
  /** Leaves that differ and whose records have not been compared. */
  leaves: number[];
  /** Of the nodes, or leaves, that are asked for: how many. */
  asked: number;
  /** Leaves to be asked for at once. */
  span: number;
  /** They were too many once. */
  wereTooMany: boolean;
  /** What the other side lacks of them. */
  wanted: bigint[];
  /** The other side has more records in them than fitted its answer. */
  more: boolean;
}

/**
 * Nothing happens before {@link beginExchange}.
 * @param tree - ours; it may change meanwhile.
 * @param root - the other side's.
 * @param isBusy - whether the leaf was written to here a moment ago.
 */
export function newExchange(tree: MerkleTree, root: Sum, isBusy: (leaf: number) => boolean): Exchange {
  const nodes = isSum(tree, 0, root) ? [] : [0];
  return {
    tree,
    isBusy,
    phase: 'comparing',
    nodes,
    leaves: [],
    asked: 0,
    span: FIRST_LEAVES,
    wereTooMany: false,
    wanted: [],
    more: false,
  };
}

export function beginExchange(exchange: Exchange, effects: ExchangeEffects): void {
  compareNext(exchange, effects);
}

/** @param sums - those of all children of the nodes that were asked for, in order; `undefined`: a leaf that is busy there. */
export function onChildren(exchange: Exchange, sums: readonly (Sum | undefined)[], effects: ExchangeEffects): void {
  if (exchange.phase !== 'comparing') return;
  const { tree } = exchange;
  const children = exchange.nodes.splice(0, exchange.asked).flatMap((node) => childrenOf(tree.geometry, node));
  if (sums.length !== children.length) {
    exchange.phase = 'failed';
    return;
  }
  const leavesFrom = firstLeaf(tree.geometry);
  children.forEach((child, index) => {
    const sum = sums[index];
    if (sum === undefined || isSum(tree, child, sum)) return;
    if (child < leavesFrom) exchange.nodes.push(child);
    else if (!exchange.isBusy(child - leavesFrom)) exchange.leaves.push(child - leavesFrom);
  });
  compareNext(exchange, effects);
}

function compareNext(exchange: Exchange, effects: ExchangeEffects): void {
  exchange.asked = Math.min(exchange.nodes.length, MAX_NODES);
  if (exchange.asked > 0) effects.askChildren(exchange.nodes.slice(0, exchange.asked));
  else listNext(exchange, effects);
}

function listNext(exchange: Exchange, effects: ExchangeEffects): void {
  exchange.asked = Math.min(exchange.leaves.length, exchange.span);
  exchange.phase = exchange.asked > 0 ? 'listing' : 'done';
  if (exchange.asked > 0) effects.askDifference(exchange.leaves.slice(0, exchange.asked));
  else effects.done();
}

export interface Difference {
  /** How many records came; they have been merged. */
  readonly received: number;
  /** There are more that we lack. */
  readonly more: boolean;
  /** Digests of ours that the other side does not have. */
  readonly wanted: readonly bigint[];
  /** What we hold of these leaves is more than should be read at once. */
  readonly isLarge?: boolean;
}

export function onDifference(
  exchange: Exchange,
  { received, more, wanted, isLarge = false }: Difference,
  effects: ExchangeEffects,
): void {
  if (exchange.phase !== 'listing') return;
  if (more && received === 0) {
    exchange.phase = 'failed';
    return;
  }
  adaptSpan(exchange, more || isLarge);
  exchange.more = more;
  exchange.wanted = [...wanted];
  pushNext(exchange, effects);
}

/** Leaves of which not all fitted have to be read again: half as many then, and slowly more. Before that, twice as many each time. */
function adaptSpan(exchange: Exchange, areTooMany: boolean): void {
  const { asked, span } = exchange;
  if (areTooMany) {
    exchange.wereTooMany = true;
    exchange.span = Math.max(1, asked >>> 1);
  } else if (asked === span) {
    exchange.span = Math.min(MAX_LEAVES, span + (exchange.wereTooMany ? Math.ceil(span / 8) : span));
  }
}

/** @param stored - the digests of those that the other side has stored: at least one. */
export function onPushed(exchange: Exchange, stored: ReadonlySet<bigint>, effects: ExchangeEffects): void {
  if (exchange.phase !== 'pushing') return;
  const rest = exchange.wanted.filter((digest) => !stored.has(digest));
  if (rest.length === exchange.wanted.length) {
    exchange.phase = 'failed';
    return;
  }
  exchange.wanted = rest;
  pushNext(exchange, effects);
}

function pushNext(exchange: Exchange, effects: ExchangeEffects): void {
  if (exchange.wanted.length > 0) {
    exchange.phase = 'pushing';
    effects.push(exchange.wanted);
    return;
  }
  if (!exchange.more) exchange.leaves.splice(0, exchange.asked);
  listNext(exchange, effects);
}

/** No answer came, or one that says no. */
export function onExchangeFailed(exchange: Exchange): void {
  if (exchange.phase !== 'done') exchange.phase = 'failed';
}
