/** All that `/metrics` of a node shows: its requests, its services, its links, its process. */
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Json } from '../../stores/kv/index.ts';
import { requestExposition, syncExposition } from './exposition.ts';
import { Bins, LATENCY_BOUNDS_MS, RequestMetrics } from './request-metrics.ts';
import { storeExposition, TOPICS } from './store-exposition.ts';

export interface MetricsSources {
  readonly cluster: string;
  readonly node: string;
  readonly version: string;
  /** The other nodes and whether there is a link to them now; asked at each scrape. */
  peers(): Promise<readonly { readonly name: string; readonly up: boolean }[]>;
  /** Whether the node has enough peers; asked at each scrape. */
  ready(): boolean;
  /** What a service of the node tells; asked at each scrape. @throws QuorateError for what it cannot tell */
  ask(topic: string): Promise<Json>;
}

export interface NodeMetrics {
  /** The node's observer. */
  readonly requests: RequestMetrics;
  /** How long the disk, or the database, took to make writes durable, in milliseconds: one for all that gathered meanwhile. */
  readonly syncs: Bins;
  readonly contentType: string;
  /** The text of a scrape. */
  scrape(): Promise<string>;
}

/** Each call has its own registry: several nodes in one process do not mix, and tests leave nothing behind. */
export function nodeMetrics(sources: MetricsSources): NodeMetrics {
  const requests = new RequestMetrics();
  const syncs = new Bins(LATENCY_BOUNDS_MS);
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 20 });
  new Gauge({
    name: 'quorate_build_info',
    help: 'Always 1; the labels tell version, cluster and node.',
    labelNames: ['version', 'cluster', 'node'],
    registers: [registry],
  }).set({ version: sources.version, cluster: sources.cluster, node: sources.node }, 1);
  new Gauge({
    name: 'quorate_kv_ready',
    help: '1 if this node reaches enough peers for a read and a write of a default bucket.',
    registers: [registry],
    collect() {
      this.set(sources.ready() ? 1 : 0);
    },
  });
  new Gauge({
    name: 'quorate_kv_link_up',
    help: '1 if this node can talk to that peer now.',
    labelNames: ['peer'],
    registers: [registry],
    async collect() {
      for (const { name, up } of await sources.peers()) this.set({ peer: name }, up ? 1 : 0);
    },
  });
  return {
    requests,
    syncs,
    contentType: registry.contentType,
    scrape: async () =>
      `${requestExposition(requests)}${syncExposition(syncs)}${await storeMetrics(sources)}${await registry.metrics()}`,
  };
}

/** Of a node that is stopping, or has no such service, what it can tell. */
async function storeMetrics(sources: MetricsSources): Promise<string> {
  const told = await Promise.allSettled(TOPICS.map((topic) => sources.ask(topic)));
  const answers = TOPICS.map((topic, index) => {
    const answer = told[index];
    return [topic, answer?.status === 'fulfilled' ? answer.value : undefined] as const;
  });
  return storeExposition(Object.fromEntries(answers.filter(([, answer]) => answer !== undefined)));
}
