/** What the loss of a node moves, by the ring alone: for clusters that are too large to be simulated with all that a node is. */

import { makePlan } from '../../src/protocols/placement-plan/index.ts';
import { nodeName } from '../../src/protocols/ring/index.ts';
import { historyOf } from './cluster.ts';

export interface CalculatedRepair {
  readonly nodes: number;
  readonly partitions: number;
  /** Replicas that the node had. */
  readonly lost: number;
  /** Replicas that move besides, to even out the ring. */
  readonly others: number;
  /** Nodes that get a replica. */
  readonly receivers: number;
  /** The most replicas that one node gets. */
  readonly mostGained: number;
}

const REPLICAS = 3;

export function calculateRepair(nodes: number, partitions: number): CalculatedRepair {
  const victim = nodeName(`node-${nodes}`);
  const plan = makePlan({
    history: historyOf(nodes),
    author: nodeName('node-1'),
    decisions: [{ kind: 'remove', node: victim }],
    partitions,
    n: REPLICAS,
    bytesOf: () => 0,
  });
  const lost = plan.nodes.find(({ name }) => name === victim)?.before ?? 0;
  const gains = plan.nodes.map((node) => node.gains);
  const moved = gains.reduce((sum, gained) => sum + gained, 0);
  return {
    ...{ nodes, partitions, lost, others: moved - lost },
    receivers: gains.filter((gained) => gained > 0).length,
    mostGained: Math.max(0, ...gains),
  };
}
