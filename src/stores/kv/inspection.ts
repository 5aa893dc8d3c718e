/** Answers about the cluster, from the JSON in which nodes give them. */
import { malformedReply } from './caller-errors.ts';
import type { ClusterStatus, Json, RingDescription } from './interface.ts';

type Kind = 'string' | 'number' | 'boolean';
type JsonObject = Readonly<Record<string, unknown>>;

/** @throws QuorateError `malformed-reply` */
export function parseStatus(json: string): ClusterStatus {
  return parsed('status', json, isStatus);
}

/** @throws QuorateError `malformed-reply` */
export function parseRing(json: string): RingDescription {
  return parsed('ring', json, isRing);
}

/** @throws QuorateError `malformed-reply` */
export function parseAnswer(what: string, json: string): Json {
  return parsed(what, json, isJson);
}

/** All that `JSON.parse` returns is. */
function isJson(_value: unknown): _value is Json {
  return true;
}

function parsed<Type>(what: string, json: string, is: (value: unknown) => value is Type): Type {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw malformedReply(what, 'it is not JSON', error);
  }
  if (is(value)) return value;
  throw malformedReply(what, 'a field is missing or of another type');
}

const STATUS = { cluster: 'string', answeredBy: 'string', version: 'string', partitions: 'number' } as const;
const NODE = {
  name: 'string',
  address: 'string',
  host: 'string',
  zone: 'string',
  weight: 'number',
  up: 'boolean',
  share: 'number',
} as const;
const SETTINGS = { n: 'number', r: 'number', w: 'number', durability: 'string', conflict: 'string' } as const;
const RING = { partitions: 'number', version: 'string' } as const;

function isStatus(value: unknown): value is ClusterStatus {
  if (!has(value, STATUS)) return false;
  const { nodes, buckets } = value;
  if (!Array.isArray(nodes) || !nodes.every((node) => has(node, NODE))) return false;
  return isObject(buckets) && Object.values(buckets).every((settings) => has(settings, SETTINGS));
}

function isRing(value: unknown): value is RingDescription {
  if (!has(value, RING)) return false;
  const { nodes, preferenceLists, changes } = value;
  if (changes !== undefined && typeof changes !== 'number') return false;
  if (!Array.isArray(nodes) || !nodes.every((node) => typeof node === 'string')) return false;
  const isIndex = (index: unknown): boolean => Number.isInteger(index) && Number(index) >= 0 && Number(index) < nodes.length;
  return Array.isArray(preferenceLists) && preferenceLists.every((list) => Array.isArray(list) && list.every(isIndex));
}

function has(value: unknown, fields: Readonly<Record<string, Kind>>): value is JsonObject {
  return isObject(value) && Object.entries(fields).every(([name, kind]) => typeof value[name] === kind);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
