/** One node as a process: the real world, storage, the node, its HTTP gateway and its metrics, put together and taken apart. */

import { QuorateError } from '../../runtime/errors/index.ts';
import { type HttpServer, makeDirectory, realWorld, serveHttp } from '../../runtime/real/index.ts';
import { VERSION } from '../../runtime/version/index.ts';
import type { Address, Log, NodeWorld } from '../../runtime/world/index.ts';
import { KvNode } from '../../stores/kv/index.ts';
import { type ClusterConfiguration, nodeConfiguration, nodeEntry } from '../configuration/index.ts';
import { httpGateway } from '../http/index.ts';
import { nodeMetrics } from '../metrics/index.ts';
import { quorateOf } from './node-executor.ts';
import { openEngine } from './open-engine.ts';
import { readinessOf } from './readiness.ts';
import { seedAddresses } from './seeds.ts';

export interface ServerOptions {
  readonly configuration: ClusterConfiguration;
  /** The configuration's file, for the messages. */
  readonly source: string;
  /** Which of the configuration's nodes this one is. */
  readonly node: string;
  /** It is new: no member until an administrator decides so. */
  readonly join?: boolean;
  /** Of this node alone; made if it is missing. */
  readonly directory: string;
  readonly log: Log;
  /** See `RealWorldOptions`. */
  readonly detours?: ReadonlyMap<Address, Address>;
}

export interface RunningServer {
  readonly address: Address;
  readonly httpAddress: Address | undefined;
  /** What is missing for a read and a write of every bucket; `undefined` for nothing. */
  unreadiness(): string | undefined;
  /** Take no more requests, finish those under way, close the storage. Idempotent. */
  stop(): Promise<void>;
}

/** A POST spends up to six bytes of JSON on one of a value. */
const JSON_OVERHEAD = 6;
const BODY_FRAME_BYTES = 64 * 1024;

/**
 * @throws QuorateError `bad-configuration`, `address-in-use`, `address-not-available`, `directory-in-use`, `file-not-writable`
 *   and what else the engine says of its directory. Nothing stays open then.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { configuration, directory, log } = options;
  const entry = nodeEntry(options.source, configuration, options.node);
  const seeds = await seedsOf(options);
  await makeDirectory(directory);
  const outside = realWorld({ log, ...(options.detours === undefined ? {} : { detours: options.detours }) });
  const metrics = nodeMetrics({
    cluster: configuration.cluster,
    node: entry.name,
    version: VERSION,
    peers: async () => (await quorate.status()).nodes.filter(({ name }) => name !== entry.name),
    ready: () => node.ready(),
    ask: (topic) => quorate.administration.ask(topic),
  });
  const engine = await openEngine(options.source, entry, directory, outside, (ms) => metrics.syncs.observe(ms));
  const world: NodeWorld = { ...outside, engine };
  const node = new KvNode(
    world,
    nodeConfiguration(configuration, entry.name, { join: options.join === true, seeds }),
    metrics.requests,
  );
  const quorate = quorateOf(node);
  let http: HttpServer | undefined;
  try {
    await node.start();
    if (entry.http !== undefined) {
      const gateway = httpGateway({
        node: entry.name,
        kv: quorate.kv,
        quorate,
        settingsOf: (bucket) => configuration.buckets.get(bucket) ?? configuration.defaults,
        limits: configuration.limits,
        metrics,
        readiness: () => readinessOf(node, quorate.administration),
        log,
      });
      const maxBodyBytes = configuration.limits.valueBytes * JSON_OVERHEAD + BODY_FRAME_BYTES;
      http = await serveHttp((request) => gateway.fetch(request), { address: entry.http, maxBodyBytes });
    }
  } catch (error) {
    await node.stop();
    throw error;
  }
  log.info('listening', { address: entry.address, http: http?.address, directory, version: VERSION });
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    log.info('stopping');
    await http?.close();
    await node.stop();
    log.info('stopped');
  };
  return {
    address: entry.address,
    httpAddress: http?.address,
    unreadiness: () => node.unreadiness(),
    stop: () => (stopped ??= stop()),
  };
}

/** A member goes on without its seeds for now, since it knows the others; whoever is new has nobody else to ask. */
async function seedsOf({ configuration, source, join, log }: ServerOptions): Promise<readonly Address[] | undefined> {
  if (configuration.seeds === undefined) return undefined;
  try {
    return await seedAddresses(source, configuration.seeds);
  } catch (error) {
    if (!(error instanceof QuorateError) || join === true) throw error;
    log.warn('the seeds are not known; this node goes on without them', { problem: error.message });
    return [];
  }
}
