/**
 * With whom a node gossips next: a member at random; every few rounds a seed.
 *
 * Why seeds: two administrators may start two clusters that were meant to be one, or a node may know only those who are gone. As all
 * nodes talk to the same few seeds again and again, no part of the cluster stays unaware of another (the Dynamo paper, section
 * 4.8.2). A seed is an address, and need not be a member.
 */
import { mix32, type NodeName } from '../ring/index.ts';

export interface PartnerState {
  round: number;
  /** Of the sequence of random numbers. */
  random: number;
}

export type Partner =
  | { readonly kind: 'member'; readonly name: NodeName }
  /** By its place in the list. */
  | { readonly kind: 'seed'; readonly index: number };

/** Between two rounds with a seed. */
export const SEED_ROUNDS = 8;

const GOLDEN = 0x9e37_79b9;

export function startPartners(random: number): PartnerState {
  return { round: 0, random };
}

/** @param others - members without this node. @returns `undefined` when there is nobody. */
export function choosePartner(state: PartnerState, others: readonly NodeName[], seeds: number): Partner | undefined {
  const seedsTurn = state.round % SEED_ROUNDS === 0;
  state.round++;
  if (seeds > 0 && (seedsTurn || others.length === 0)) return { kind: 'seed', index: draw(state, seeds) };
  if (others.length === 0) return undefined;
  return { kind: 'member', name: others[draw(state, others.length)] as NodeName };
}

function draw(state: PartnerState, bound: number): number {
  state.random = (state.random + GOLDEN) | 0;
  return mix32(state.random) % bound;
}
