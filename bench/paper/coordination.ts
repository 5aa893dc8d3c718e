/** What table 2 compares, whichever world it runs in: a client that goes through a balancer, and one that knows the ring. */
import { fromConfiguration, ringOf } from '../../src/protocols/membership/index.ts';
import type { Ring } from '../../src/protocols/ring/index.ts';
import type { DirectClient } from '../../src/stores/kv/client/index.ts';
import { type KvRequest, partitionOfKey } from '../../src/stores/kv/index.ts';

export const BUCKET = 'b';
export const REPLICAS = 3;
const TIMEOUT_MS = 10_000;
const VALUE = new Uint8Array(256).fill(7);

/** The addresses that the client was given: the balancer first, then the nodes in the order of their names. */
const BALANCER = 0;
const FIRST_NODE = 1;

export const MODES = ['server-driven', 'client-driven'] as const;
export const VERBS = ['read', 'write'] as const;

export type Mode = (typeof MODES)[number];
export type Verb = (typeof VERBS)[number];

export function ringOfNodes(names: readonly string[], partitions: number): Ring {
  return ringOf(
    fromConfiguration(names.map((name) => ({ name, address: `${name}:7401`, host: name, zone: 'z', weight: 1 }))),
    partitions,
  );
}

export interface Caller {
  readonly client: DirectClient;
  readonly ring: Ring;
  readonly names: readonly string[];
  /** 0 .. bound - 1. */
  below(bound: number): number;
}

/** One request as its mode wants it. `done` hears whether it was answered. */
export function call(caller: Caller, mode: Mode, verb: Verb, key: string, done: (answered: boolean) => void): void {
  const target = mode === 'server-driven' ? BALANCER : FIRST_NODE + homeOf(caller, key);
  caller.client.request(target, requestOf(verb, key), (outcome) => done('reply' in outcome));
}

/** One of the home replicas, each as often as the others. */
function homeOf({ ring, names, below }: Caller, key: string): number {
  const homes = ring.replicas(partitionOfKey(BUCKET, key, ring.partitions), REPLICAS);
  return names.indexOf(homes[below(homes.length)] as string);
}

function requestOf(verb: Verb, key: string): KvRequest {
  const bytes = new TextEncoder().encode(key);
  if (verb === 'read') return { kind: 'get', bucket: BUCKET, key: bytes, r: 0, timeoutMs: TIMEOUT_MS };
  const change = { kind: 'put', contentType: '', value: VALUE } as const;
  return { kind: 'change', bucket: BUCKET, key: bytes, context: undefined, change, w: 0, timeoutMs: TIMEOUT_MS };
}
