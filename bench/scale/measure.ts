/** What the document tells of one size of cluster. */

import { append, encodeHistory, place } from '../../src/protocols/membership/index.ts';
import { DEFAULT_PARTITIONS, nodeName } from '../../src/protocols/ring/index.ts';
import { GossipingCluster, historyOf } from './cluster.ts';

export interface Spread {
  readonly median: number;
  readonly most: number;
}

export interface Scale {
  readonly nodes: number;
  /** Until a join is known everywhere; a round is a second. */
  readonly joinSeconds: Spread;
  /** From a crash until anybody suspects the node, and until all hold it dead. */
  readonly suspectedSeconds: Spread;
  readonly deadSeconds: Spread;
  /** Per node, frames and their headers, when nothing happens. */
  readonly gossipBytesPerSecond: number;
  readonly probeBytesPerSecond: number;
  readonly messagesPerSecond: number;
  /** Per node, in the ten seconds after a join. */
  readonly bytesPerSecondAfterJoin: number;
  readonly historyBytes: number;
  /** The ring of that history from nothing, by the clock of this machine. */
  readonly ringMs: number;
  /** That of the history with one more join, going on from there. */
  readonly nextRingMs: number;
}

const CALM_MS = 20_000;
const JOIN = {
  kind: 'join',
  node: nodeName('node-0'),
  address: '10.1.0.1:7401',
  host: 'rack-0',
  zone: 'zone-0',
  weight: 1,
} as const;

export function measure(nodes: number, seeds: readonly number[], now: () => number): Scale {
  const runs = seeds.map((seed) => run(nodes, seed));
  const history = historyOf(nodes);
  const before = now();
  const placed = place(history, DEFAULT_PARTITIONS);
  const ringMs = now() - before;
  const longer = append(history, nodeName('node-1'), JOIN);
  const again = now();
  place(longer, DEFAULT_PARTITIONS, placed);
  const nextRingMs = now() - again;
  const spread = (pick: (run: Run) => number): Spread => {
    const sorted = runs.map(pick).sort((a, b) => a - b);
    return { median: sorted[sorted.length >> 1] ?? 0, most: sorted.at(-1) ?? 0 };
  };
  return {
    nodes,
    joinSeconds: spread(({ join }) => join),
    suspectedSeconds: spread(({ suspected }) => suspected),
    deadSeconds: spread(({ dead }) => dead),
    gossipBytesPerSecond: spread(({ gossip }) => gossip).median,
    probeBytesPerSecond: spread(({ probes }) => probes).median,
    messagesPerSecond: spread(({ messages }) => messages).median,
    bytesPerSecondAfterJoin: spread(({ afterJoin }) => afterJoin).median,
    historyBytes: encodeHistory(history).length,
    ringMs,
    nextRingMs,
  };
}

interface Run {
  readonly join: number;
  readonly suspected: number;
  readonly dead: number;
  readonly gossip: number;
  readonly probes: number;
  readonly messages: number;
  readonly afterJoin: number;
}

function run(nodes: number, seed: number): Run {
  const cluster = new GossipingCluster(nodes, seed);
  cluster.runFor(2_000);
  const rate = (total: number, since: number, ms: number): number => ((total - since) * 1_000) / ms / nodes;
  const total = (): number => cluster.bytes.gossip + cluster.bytes.probes;

  const calm = { ...cluster.bytes, messages: cluster.messages.gossip + cluster.messages.probes };
  cluster.runFor(CALM_MS);
  const gossip = rate(cluster.bytes.gossip, calm.gossip, CALM_MS);
  const probes = rate(cluster.bytes.probes, calm.probes, CALM_MS);
  const messages = rate(cluster.messages.gossip + cluster.messages.probes, calm.messages, CALM_MS);

  const joined = { at: cluster.now, bytes: total() };
  cluster.decide(cluster.node(0), JOIN);
  cluster.runFor(60_000, () => cluster.allKnow(nodes + 1));
  const join = (cluster.now - joined.at) / 1_000;
  cluster.runFor(Math.max(0, 10_000 - (cluster.now - joined.at)));
  const afterJoin = rate(total(), joined.bytes, cluster.now - joined.at);

  const victim = cluster.node(nodes - 1);
  const crashed = cluster.now;
  victim.isUp = false;
  cluster.firstSuspected = Number.POSITIVE_INFINITY;
  cluster.runFor(180_000, () => cluster.allHoldDead(victim.name));
  const [suspected, dead] = [(cluster.firstSuspected - crashed) / 1_000, (cluster.now - crashed) / 1_000];
  return { join, suspected, dead, gossip, probes, messages, afterJoin };
}
