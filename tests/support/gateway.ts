/** For the tests of this folder: a whole node, in memory and alone, behind the gateway. What the gateway promises rests on the store. */
import { afterEach, beforeEach, expect } from 'vitest';
import { httpGateway } from '../../src/apps/http/index.ts';
import { openMemoryEngine } from '../../src/runtime/engines/index.ts';
import { realWorld, silentLog } from '../../src/runtime/real/index.ts';
import { type BucketSettings, bucketSettings, createKv, KvNode } from '../../src/stores/kv/index.ts';

const DEFAULTS = bucketSettings('*', { n: 1, r: 1, w: 1 });
const BUCKETS = new Map<string, BucketSettings>(
  (['set', 'counter', 'map', 'max', 'latest'] as const).map((conflict) => [
    conflict,
    bucketSettings(conflict, { conflict }, DEFAULTS),
  ]),
);
const LIMITS = { keyBytes: 1024, valueBytes: 1000 };

export interface Gateway {
  node: KvNode;
  unreadiness: string | undefined;
  waitingRegisters: readonly number[];
  fetch(path: string, init?: RequestInit): Promise<Response>;
  put(path: string, body: string | Uint8Array<ArrayBuffer>, headers?: Record<string, string>): Promise<Response>;
  post(path: string, change: unknown): Promise<Response>;
}

/** A new one before each test, stopped after it. */
export function gatewayForTests(): Gateway {
  let app: ReturnType<typeof httpGateway>;
  const fetch = async (path: string, init?: RequestInit): Promise<Response> => app.request(`http://localhost${path}`, init);
  const gateway: Gateway = {
    node: soleNode(),
    unreadiness: undefined,
    waitingRegisters: [],
    fetch,
    put: (path, body, headers = { 'content-type': 'text/plain' }) => fetch(path, { method: 'PUT', body, headers }),
    post: (path, change) => fetch(path, { method: 'POST', body: JSON.stringify(change) }),
  };
  beforeEach(async () => {
    gateway.unreadiness = undefined;
    gateway.waitingRegisters = [];
    gateway.node = soleNode();
    await gateway.node.start();
    app = httpGateway({
      node: 'n1',
      kv: createKv(gateway.node),
      quorate: {
        status: () => Promise.reject(new Error('not asked here')),
        ring: () => Promise.resolve({ partitions: 1, version: 'x', nodes: ['n1'], preferenceLists: [[0]] }),
      },
      settingsOf: (bucket) => BUCKETS.get(bucket) ?? DEFAULTS,
      limits: LIMITS,
      metrics: { contentType: 'text/plain; version=0.0.4', scrape: () => Promise.resolve('samples\n') },
      readiness: () => ({
        ready: gateway.unreadiness === undefined,
        reason: gateway.unreadiness ?? '',
        ...(gateway.waitingRegisters.length === 0 ? {} : { waitingRegisters: gateway.waitingRegisters }),
      }),
      log: silentLog,
    });
  });
  afterEach(() => gateway.node.stop());
  return gateway;
}

function soleNode(): KvNode {
  const world = realWorld();
  return new KvNode(
    { ...world, engine: openMemoryEngine({ timers: world.timers }) },
    {
      clusterName: 'test',
      nodeName: 'n1',
      partitions: 8,
      members: [{ name: 'n1', address: undefined, host: 'n1', zone: 'z', weight: 1 }],
      defaults: DEFAULTS,
      buckets: BUCKETS,
      limits: LIMITS,
      maxInFlight: 100,
    },
  );
}

export function contextIn(response: Response): string {
  const context = response.headers.get('quorate-context') ?? '';
  expect(context).not.toBe('');
  return context;
}

/** The body of an error, its fixed parts checked. */
export async function problemOf(response: Response): Promise<Record<string, unknown>> {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const problem = (await response.json()) as Record<string, unknown>;
  expect(problem['status']).toBe(response.status);
  expect(problem['title']).toEqual(expect.any(String));
  expect(problem['next']).toEqual(expect.any(String));
  return problem;
}
