/** What a node holds of all others, for anti-entropy: a digest to compare, and the entries that say more than "alive from the start". */
import { hashText, mixPair, type NodeName } from '../ring/index.ts';
import { type DetectorState, draw } from './state.ts';
import type { Standing, Update } from './update.ts';

/** A message of anti-entropy tells of so many nodes; the next one of others. */
export const OPINIONS_MAXIMUM = 64;

const CODE: Readonly<Record<Standing, number>> = { alive: 0, suspect: 1, dead: 2 };

/** 32 bits; two nodes that hold the same of everybody have the same. */
export function opinionsDigest(state: DetectorState): number {
  let digest = entry(state.self, 'alive', state.incarnation);
  for (const [node, { standing, incarnation }] of state.opinions) digest ^= entry(node, standing, incarnation);
  return digest >>> 0;
}

function entry(node: NodeName, standing: Standing, incarnation: number): number {
  const rank = incarnation * 3 + CODE[standing];
  return rank === 0 ? 0 : mixPair(hashText(node), rank);
}

/** At most {@link OPINIONS_MAXIMUM}, from anywhere on, to be heard by another node. */
export function opinionsToTell(state: DetectorState): readonly Update[] {
  const told: Update[] = [];
  if (state.incarnation > 0) told.push({ node: state.self, standing: 'alive', incarnation: state.incarnation });
  const opinions = [...state.opinions];
  const start = opinions.length === 0 ? 0 : draw(state, opinions.length);
  for (const [node, { standing, incarnation }] of [...opinions.slice(start), ...opinions.slice(0, start)]) {
    if (told.length >= OPINIONS_MAXIMUM) break;
    if (standing === 'alive' && incarnation === 0) continue;
    if (standing !== 'suspect') told.push({ node, standing, incarnation });
    else for (const by of state.suspicions.get(node)?.by ?? []) told.push({ node, standing, incarnation, by });
  }
  return told.slice(0, OPINIONS_MAXIMUM);
}
