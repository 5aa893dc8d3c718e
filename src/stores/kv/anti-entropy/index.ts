/**
 * Anti-entropy as a service of a node: trees kept up to date by every write, rounds with the other replicas, a scrubber. See docs/repair.md.
 */
import type { Json } from '../interface.ts';
import type { Explainer, NodeService } from '../service.ts';
import type { ServiceParts } from '../service-parts.ts';
import { explainRepairs } from './explain-repairs.ts';
import { AntiEntropyParts } from './parts.ts';
import { Responder } from './responder.ts';
import { Rounds } from './rounds.ts';
import { Scrubber } from './scrubber.ts';
import { forgetTrees } from './trees.ts';

const SWITCHED_OFF = {
  what: 'comparisons with other replicas',
  waitsFor: 'nothing: this cluster is configured without them, and only reads repair',
  next: '',
};

export function antiEntropyService(serviceParts: ServiceParts): NodeService {
  const { replica, world, configuration } = serviceParts;
  if (configuration.antiEntropy === false) {
    forgetTrees(world.engine);
    return { explainers: new Map([['repair', () => [SWITCHED_OFF]]]) };
  }
  const parts = new AntiEntropyParts(serviceParts);
  const mustCount = parts.trees.prepare();
  replica.observeWrites((key, before, after) => parts.trees.onWrite(key, before, after));
  replica.observeDamage((storageKey) => parts.onDamaged(storageKey));
  const rounds = new Rounds(parts);
  const scrubber = new Scrubber(parts, mustCount);
  return {
    frames: new Responder(parts).frames,
    topics: new Map<string, () => Json>([
      ['roots', () => parts.roots()],
      ['anti-entropy', () => ({ ...parts.counts, counting: scrubber.isHurried, scrubbed: scrubber.progress })],
    ]),
    explainers: new Map<string, Explainer>([['repair', (argument) => explainRepairs(parts, scrubber, argument)]]),
    start: () => {
      rounds.start();
      scrubber.start();
    },
    stop: () => {
      parts.stop();
      rounds.stop();
      scrubber.stop();
      parts.trees.keep(!scrubber.isHurried);
    },
  };
}
