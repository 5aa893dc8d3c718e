/**
 * The three partitioning strategies of the Dynamo paper side by side, so that its comparison (figure 8) can be made again.
 * The stores use the third only, by way of the ring; the first two know neither weights nor hosts nor zones, as in the paper.
 *
 * - Strategy 1: each node has T random tokens, and the ranges between neighbouring tokens are the partitions.
 * - Strategy 2: each node has T random tokens, but the partitions are Q equal parts; a partition belongs to the first N different
 *   nodes met when walking clockwise from its end.
 * - Strategy 3: Q equal parts, each with owners of its own; no tokens at all.
 *
 * Source: the Dynamo paper, section 6.2 and figure 7. Here the circle has 2^32 points instead of 2^128.
 */
import { invariant } from '../../runtime/errors/index.ts';
import { type Assignment, isPartitionCount } from './assignment.ts';
import { randomSequence } from './hash.ts';
import type { NodeName } from './node.ts';
import { createRing } from './ring.ts';

/** Points on the circle. */
export const CIRCLE = 0x1_0000_0000;

/** Who serves which part of the circle. */
export interface Placement {
  /** Points in each partition; they add up to {@link CIRCLE}. */
  readonly sizes: readonly number[];
  /** The replicas of each partition in order. */
  readonly preferenceLists: readonly (readonly NodeName[])[];
  /** Tokens and partitions that each node has to know: the measure by which the paper compares. */
  readonly metadataEntries: number;
}

/** How tokens are thrown. */
export interface TokenOptions {
  /** T. */
  readonly tokensPerNode: number;
  /** The same seed gives the same tokens. */
  readonly seed: number;
  /** How many different nodes each preference list names; all by default. */
  readonly listLength?: number;
}

interface Token {
  readonly point: number;
  readonly node: NodeName;
}

/** Random tokens, partitions by token. */
export function strategy1(nodes: readonly NodeName[], options: TokenOptions): Placement {
  const tokens = throwTokens(nodes, options);
  const length = options.listLength ?? nodes.length;
  return {
    // A key belongs to the first token at or behind it, so a token's part reaches back to the token before it.
    sizes: tokens.map(({ point }, index) => point - (tokens[index - 1]?.point ?? (tokens.at(-1) as Token).point - CIRCLE)),
    preferenceLists: tokens.map((_, index) => walk(tokens, index, length)),
    metadataEntries: tokens.length,
  };
}

/** Random tokens, Q equal partitions. Q is a power of two; the paper wants it far above the number of tokens. */
export function strategy2(nodes: readonly NodeName[], partitions: number, options: TokenOptions): Placement {
  invariant(isPartitionCount(partitions), `${partitions} partitions are a power of two`);
  const tokens = throwTokens(nodes, options);
  const length = options.listLength ?? nodes.length;
  const size = CIRCLE / partitions;
  const preferenceLists: NodeName[][] = [];
  let next = 0;
  for (let partition = 0; partition < partitions; partition++) {
    const end = (partition + 1) * size;
    while (next < tokens.length && (tokens[next] as Token).point < end) next++;
    preferenceLists.push(walk(tokens, next, length));
  }
  return { sizes: preferenceLists.map(() => size), preferenceLists, metadataEntries: tokens.length + partitions };
}

/** Q equal partitions with owners of their own: an assignment in the form of the other two. */
export function strategy3(assignment: Assignment, listLength = assignment.nodes.length): Placement {
  const { partitions } = assignment;
  const ring = createRing(assignment, '');
  const size = CIRCLE / partitions;
  return {
    sizes: new Array<number>(partitions).fill(size),
    preferenceLists: Array.from({ length: partitions }, (_, partition) => ring.replicas(partition, listLength)),
    metadataEntries: partitions,
  };
}

/**
 * Mean load of the nodes divided by the load of the hottest, when requests fall evenly on the circle and each replica of the
 * first n takes part: 1 is perfect (section 6.2).
 */
export function loadBalancingEfficiency({ sizes, preferenceLists }: Placement, nodes: readonly NodeName[], n: number): number {
  const loads = new Map<NodeName, number>(nodes.map((node) => [node, 0]));
  for (const [partition, list] of preferenceLists.entries()) {
    for (const node of list.slice(0, n)) loads.set(node, (loads.get(node) ?? 0) + (sizes[partition] as number));
  }
  let total = 0;
  let most = 0;
  for (const load of loads.values()) {
    total += load;
    most = Math.max(most, load);
  }
  return total / loads.size / most;
}

/** T tokens per node on points of their own, clockwise. */
function throwTokens(nodes: readonly NodeName[], { tokensPerNode, seed }: TokenOptions): Token[] {
  invariant(nodes.length > 0, 'there are nodes');
  invariant(Number.isInteger(tokensPerNode) && tokensPerNode >= 1, `${tokensPerNode} counts tokens`);
  const random = randomSequence(seed);
  const taken = new Set<number>();
  const tokens: Token[] = [];
  for (const node of nodes) {
    for (let count = 0; count < tokensPerNode; count++) {
      let point = random();
      while (taken.has(point)) point = random();
      taken.add(point);
      tokens.push({ point, node });
    }
  }
  return tokens.sort((a, b) => a.point - b.point);
}

/** The first `length` different nodes from the token with this index on, clockwise. */
function walk(tokens: readonly Token[], start: number, length: number): NodeName[] {
  const met: NodeName[] = [];
  for (let step = 0; step < tokens.length && met.length < length; step++) {
    const { node } = tokens[(start + step) % tokens.length] as Token;
    if (!met.includes(node)) met.push(node);
  }
  return met;
}
