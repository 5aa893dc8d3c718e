/**
 * What a change of the membership would do, before anyone decides it: which partitions move from whom to whom, how much that is, how even the
 * load is before and after, and whether replicas would share a machine.
 *
 * Source: the Dynamo paper, section 6.2 (strategy 3: the same partitions, other owners). Riak's `plan` and `commit` are the model for its use.
 * Invariants: a plan changes nothing; the same history and decisions give the same plan; a plan belongs to one version of the history, and
 * is stale as soon as that has changed.
 */
import { append, type Decision, type History, ringOf, versionOf } from '../membership/index.ts';
import { describe, type Move, moves, type NodeName, type Partition, type Ring } from '../ring/index.ts';

export interface PlacementPlan {
  /** Of the history that it was made of. */
  readonly version: string;
  readonly history: History;
  readonly before: Ring;
  readonly after: Ring;
  readonly moves: readonly Move[];
  /** Each node that gives or takes something, by name. */
  readonly nodes: readonly NodeLoad[];
  /** The greatest load over a fair share, of all nodes: 1 is even. */
  readonly imbalance: { readonly before: number; readonly after: number };
  /** Partitions of which two replicas would be on one machine, or that would have fewer than n. */
  readonly unsafe: readonly Partition[];
  /** Of them, those where there are machines enough for that not to be. */
  readonly avoidable: number;
}

export interface NodeLoad {
  readonly name: NodeName;
  /** Partitions of which it has a replica. */
  readonly before: number;
  readonly after: number;
  /** Partitions that it gets, and how many bytes they are. */
  readonly gains: number;
  readonly bytes: number;
}

export interface PlanRequest {
  readonly history: History;
  readonly author: NodeName;
  readonly decisions: readonly Decision[];
  readonly partitions: number;
  readonly n: number;
  readonly bytesOf: (partition: Partition) => number;
  /** The ring of a history, for whoever knows one that it goes on from; it is computed from the beginning without this. */
  readonly ringOf?: (history: History) => Ring;
}

export function makePlan(request: PlanRequest): PlacementPlan {
  const { history, author, decisions, partitions, n, bytesOf, ringOf: placed = (one) => ringOf(one, partitions) } = request;
  const later = decisions.reduce((known, decision) => append(known, author, decision), history);
  const before = placed(history);
  const after = placed(later);
  const moved = moves(before, after, n);
  const unsafe = unsafePartitions(after, n);
  const hosts = new Set(after.nodes.map(({ host }) => host)).size;
  return {
    version: versionOf(history, partitions),
    history: later,
    before,
    after,
    moves: moved,
    nodes: loads(before, after, n, moved, bytesOf),
    imbalance: { before: imbalance(before, n), after: imbalance(after, n) },
    unsafe,
    avoidable: hosts >= n ? unsafe.length : 0,
  };
}

function loads(
  before: Ring,
  after: Ring,
  n: number,
  moved: readonly Move[],
  bytesOf: (partition: Partition) => number,
): readonly NodeLoad[] {
  const replicasOn = (ring: Ring): Map<NodeName, number> =>
    new Map(describe(ring, n).map(({ name, replicas }) => [name, replicas]));
  const [old, now] = [replicasOn(before), replicasOn(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])].sort();
  return names.map((name) => {
    const gained = moved.filter(({ gains }) => gains.includes(name));
    return {
      name,
      before: old.get(name) ?? 0,
      after: now.get(name) ?? 0,
      gains: gained.length,
      bytes: gained.reduce((sum, { partition }) => sum + bytesOf(partition), 0),
    };
  });
}

function imbalance(ring: Ring, n: number): number {
  return describe(ring, n).reduce((worst, { replicas, fairReplicas }) => Math.max(worst, replicas / fairReplicas), 0);
}

/** Partitions of which two replicas are on one machine, or that have fewer than n. */
export function unsafePartitions(ring: Ring, n: number): readonly Partition[] {
  const hostOf = new Map(ring.nodes.map(({ name, host }) => [name, host]));
  const unsafe: Partition[] = [];
  for (let partition = 0; partition < ring.partitions; partition++) {
    const hosts = new Set<string | undefined>();
    for (const name of ring.replicas(partition, n)) hosts.add(hostOf.get(name));
    if (hosts.size < n) unsafe.push(partition);
  }
  return unsafe;
}
