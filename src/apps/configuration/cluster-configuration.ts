/**
 * `quorate.json`: what all nodes of a cluster have in common. docs/configuration.md describes it for users.
 *
 * Everything is checked here, once, with the place in the file; the store behind relies on it.
 */

import { parseAddress } from '../../runtime/transport/index.ts';
import type { Address } from '../../runtime/world/index.ts';
import {
  type BucketOptions,
  type BucketSettings,
  bucketSettings,
  CONFLICTS,
  CONSISTENCIES,
  checkBucketName,
  DEFAULT_LIMITS,
  DEFAULT_SETTINGS,
  DURABILITIES,
  type Limits,
  PRESETS,
  type Preset,
} from '../../stores/kv/index.ts';
import { badConfiguration, Decoder } from './decoder.ts';
import { DEFAULT_ENGINE, type EngineChoice, readEngine } from './engine-choice.ts';
import { readSeeds, type SeedsSource } from './seeds.ts';

export interface NodeEntry {
  readonly name: string;
  /** For nodes and clients: `host:port` or `unix:/path`. */
  readonly address: Address;
  /** `host:port` of the HTTP gateway; `undefined` for none. */
  readonly http: Address | undefined;
  /** The machine: two replicas of a key share one only when there is no other choice. */
  readonly host: string;
  readonly zone: string;
  readonly weight: number;
  /** Where its data are kept. */
  readonly engine: EngineChoice;
}

export interface ClusterConfiguration {
  readonly cluster: string;
  readonly partitions: number;
  readonly nodes: readonly NodeEntry[];
  readonly defaults: BucketSettings;
  readonly buckets: ReadonlyMap<string, BucketSettings>;
  readonly limits: Limits;
  /** Requests under way at once on one node, at most. */
  readonly maxInFlight: number;
  /** Background work is held back while the foreground's 99.9th percentile is above it; `undefined` for the store's own. */
  readonly target: { readonly p999Ms: number } | undefined;
  /** With whom each node gossips now and then, and where a new node learns of the cluster. */
  readonly seeds: SeedsSource | undefined;
}

export const DEFAULT_PARTITIONS = 256;
export const DEFAULT_MAX_IN_FLIGHT = 4096;

const MOST_PARTITIONS = 65_536;
const MOST_NODES = 1_000;
const MOST_WEIGHT = 1_000;
const MOST_KEY_BYTES = 1_024;
/** A record takes half a frame of 16 MiB at most, so that the merge of two still fits one; keys and clocks need some of it. */
const MOST_VALUE_BYTES = 8 * 1024 * 1024 - 64 * 1024;
const MOST_IN_FLIGHT = 1_000_000;
const MOST_REPLICAS = 16;
const MOST_TARGET_MS = 60_000;

const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;
const NAME_RULE = '1 to 63 of a-z 0-9 . _ - with a letter or digit first';
/** A node's data lie in a directory of its name, beside the configuration. */
const RESERVED_NAMES = ['quorate.json', 'logs'];

/** @throws QuorateError `bad-configuration`. `source` is the file's name, for the messages. */
export function parseConfiguration(source: string, text: string): ClusterConfiguration {
  const document = Decoder.parse(source, text);
  const fields = document.fields([
    'cluster',
    'partitions',
    'nodes',
    'defaults',
    'buckets',
    'limits',
    'maxInFlight',
    'engine',
    'target',
    'seeds',
  ]);
  const cluster = fields.get('cluster').matching(NAME, NAME_RULE);
  const nodes = readNodes(fields.get('nodes'), fields.optional('engine', readEngine) ?? DEFAULT_ENGINE);
  const defaults = fields.optional('defaults', (value) => readSettings(value, '*', DEFAULT_SETTINGS)) ?? DEFAULT_SETTINGS;
  const buckets = fields.optional('buckets', (value) => readBuckets(value, defaults)) ?? new Map<string, BucketSettings>();
  const configuration: ClusterConfiguration = {
    cluster,
    partitions: fields.optional('partitions', readPartitions) ?? DEFAULT_PARTITIONS,
    nodes,
    defaults,
    buckets,
    seeds: fields.optional('seeds', readSeeds),
    limits: fields.optional('limits', readLimits) ?? DEFAULT_LIMITS,
    maxInFlight: fields.optional('maxInFlight', (value) => value.wholeNumber(1, MOST_IN_FLIGHT)) ?? DEFAULT_MAX_IN_FLIGHT,
    target: fields.optional('target', readTarget),
  };
  checkReplicas(source, configuration);
  return configuration;
}

function readPartitions(value: Decoder): number {
  const partitions = value.wholeNumber(1, MOST_PARTITIONS);
  if ((partitions & (partitions - 1)) !== 0) throw value.breaks('it must be a power of two');
  return partitions;
}

function readTarget(value: Decoder): { readonly p999Ms: number } {
  return { p999Ms: value.fields(['p999Ms']).get('p999Ms').wholeNumber(1, MOST_TARGET_MS) };
}

function readNodes(value: Decoder, engine: EngineChoice): readonly NodeEntry[] {
  const list = value.list();
  if (list.length === 0) throw value.breaks('a cluster needs at least one node');
  if (list.length > MOST_NODES) throw value.breaks(`a cluster has at most ${MOST_NODES} nodes`);
  const names = new Map<string, string>();
  const addresses = new Map<Address, string>();
  return list.map((item) => {
    const fields = item.fields(['name', 'address', 'http', 'host', 'zone', 'weight', 'engine']);
    const nameAt = fields.get('name');
    const name = nameAt.matching(NAME, NAME_RULE);
    if (RESERVED_NAMES.includes(name)) throw nameAt.breaks(`that name is reserved (as are ${RESERVED_NAMES.join(', ')})`);
    claim(names, name, nameAt);
    const addressAt = fields.get('address');
    const address = readAddress(addressAt);
    claim(addresses, address, addressAt);
    const http = fields.optional('http', (at) => {
      const gateway = readAddress(at);
      if (parseAddress(gateway).kind !== 'tcp') throw at.breaks('the HTTP gateway listens on host:port only');
      claim(addresses, gateway, at);
      return gateway;
    });
    return {
      name,
      address,
      http,
      host: fields.optional('host', (at) => at.matching(NAME, NAME_RULE)) ?? defaultHost(name, address),
      zone: fields.optional('zone', (at) => at.matching(NAME, NAME_RULE)) ?? 'default',
      weight: fields.optional('weight', (at) => at.wholeNumber(1, MOST_WEIGHT)) ?? 1,
      engine: fields.optional('engine', readEngine) ?? engine,
    };
  });
}

function claim(taken: Map<string, string>, value: string, at: Decoder): void {
  const other = taken.get(value);
  if (other !== undefined) throw at.breaks(`${other} has the same`);
  taken.set(value, at.path);
}

function readAddress(value: Decoder): Address {
  const address = value.text("it must be a text 'host:port' or 'unix:/path'");
  const parsed = value.checked(() => parseAddress(address));
  if (parsed.kind === 'tcp' && parsed.port === 0)
    throw value.breaks('the port must be 1 to 65535, since other nodes need to know it');
  return address;
}

/** Nodes at one host name share a machine, as far as the file tells. */
function defaultHost(name: string, address: Address): string {
  const parsed = parseAddress(address);
  return parsed.kind === 'tcp' ? parsed.host : name;
}

function readBuckets(value: Decoder, defaults: BucketSettings): ReadonlyMap<string, BucketSettings> {
  return new Map(
    value.entries().map(([name, at]) => {
      at.checked(() => checkBucketName(name));
      return [name, readSettings(at, name, defaults)] as const;
    }),
  );
}

const PRESET_NAMES = Object.keys(PRESETS) as readonly Preset[];

function readSettings(value: Decoder, name: string, defaults: BucketSettings): BucketSettings {
  const fields = value.fields(['preset', 'n', 'r', 'w', 'durability', 'conflict', 'consistency', 'ttlMs']);
  const count = (at: Decoder) => at.wholeNumber(1, MOST_REPLICAS);
  const options: BucketOptions = withoutUndefined({
    preset: fields.optional('preset', (at) => at.oneOf(PRESET_NAMES)),
    n: fields.optional('n', count),
    r: fields.optional('r', count),
    w: fields.optional('w', count),
    durability: fields.optional('durability', (at) => at.oneOf(DURABILITIES)),
    conflict: fields.optional('conflict', (at) => at.oneOf(CONFLICTS)),
    consistency: fields.optional('consistency', (at) => at.oneOf(CONSISTENCIES)),
    ttlMs: fields.optional('ttlMs', (at) => at.wholeNumber(1, Number.MAX_SAFE_INTEGER)),
  });
  return value.checked(() => bucketSettings(name, options, defaults));
}

/** What is absent must not hide a default when the options are spread over it. */
function withoutUndefined<Options extends Readonly<Record<string, unknown>>>(
  options: Options,
): { [Name in keyof Options]?: Exclude<Options[Name], undefined> } {
  const given: { [Name in keyof Options]?: Exclude<Options[Name], undefined> } = {};
  for (const name in options) {
    const value = options[name];
    if (value !== undefined) given[name] = value as Exclude<Options[typeof name], undefined>;
  }
  return given;
}

function readLimits(value: Decoder): Limits {
  const fields = value.fields(['keyBytes', 'valueBytes']);
  return {
    keyBytes: fields.optional('keyBytes', (at) => at.wholeNumber(1, MOST_KEY_BYTES)) ?? DEFAULT_LIMITS.keyBytes,
    valueBytes: fields.optional('valueBytes', (at) => at.wholeNumber(1, MOST_VALUE_BYTES)) ?? DEFAULT_LIMITS.valueBytes,
  };
}

function checkReplicas(source: string, { nodes, defaults, buckets }: ClusterConfiguration): void {
  for (const [name, { n }] of [['*', defaults] as const, ...buckets]) {
    if (n <= nodes.length) continue;
    const where = name === '*' ? 'defaults' : `buckets.${name}`;
    throw badConfiguration(source, `${where}: n=${n} needs ${n} nodes, the configuration has ${nodes.length}`);
  }
}
