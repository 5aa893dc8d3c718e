import { describe, expect, test } from 'vitest';
import { decodeRecord } from '../../src/protocols/versions/index.ts';
import { Distances, Simulation } from '../../src/runtime/simulated/index.ts';
import { DirectClient, type DirectOutcome } from '../../src/stores/kv/client/index.ts';
import { DEFAULT_SETTINGS, type KvRequest } from '../../src/stores/kv/index.ts';
import { CLUSTER_NAME, SimulatedCluster } from '../../src/verification/simulation/cluster.ts';
import { drawKvPlan, type KvRun, runKvPlan } from '../../src/verification/simulation/kv/index.ts';

const SEEDS = Array.from({ length: 60 }, (_unused, index) => BigInt(index + 1));
const ZONE_DELAY_MS = 40;
/** Several ways within a zone, and less than it takes until a read asks a further replica. */
const FAST_MS = 10;
/** More than the time after which a silent link ends. */
const LINKS_GIVEN_UP_MS = 25_000;

describe('a cluster in three zones that are cut off and lose their power as a whole', () => {
  const runs: KvRun[] = [];

  test('loses nothing, and in each part of it writes with W=1 go on', () => {
    for (const seed of SEEDS) {
      const run = runKvPlan(drawKvPlan(seed, { zones: 3, nodes: 6 }));
      expect(run.violation, `quorate simulate --seed ${seed} --zones 3 --nodes 6 --trace`).toBeUndefined();
      runs.push(run);
    }
  }, 60_000);

  test('has ended with siblings of both parts on every key of every run', () => {
    for (const run of runs) expect(run.siblings).toBeGreaterThan(0);
  });
});

/** Six nodes in so many zones, and a client that is near to all. */
class Zoned {
  readonly simulation = new Simulation(3n);
  readonly cluster: SimulatedCluster;
  readonly #client: DirectClient;

  constructor(zones: number, distances?: Readonly<Record<string, Readonly<Record<string, number>>>>) {
    const zoneOf = (index: number): string => `z${index % zones}`;
    const shape = { nodes: 6, partitions: 8, defaults: DEFAULT_SETTINGS, buckets: new Map(), zoneOf };
    this.cluster = new SimulatedCluster(this.simulation, shape);
    const zoneOfName = new Map(this.cluster.names.map((name, index) => [name, zoneOf(index)]));
    const names = [...new Set(zoneOfName.values())];
    const zoneOfProcess = (name: string): string | undefined => zoneOfName.get(name);
    this.simulation.network.setDistances(
      distances === undefined ? Distances.equal(zoneOfProcess, names, ZONE_DELAY_MS) : new Distances(zoneOfProcess, distances),
    );
    this.cluster.start();
    this.simulation.runFor(1_000);
    this.#client = new DirectClient(this.simulation.start('client').world, CLUSTER_NAME, this.cluster.addresses);
    this.simulation.runFor(1_000);
  }

  request(node: number, request: KvRequest): DirectOutcome {
    let outcome: DirectOutcome | undefined;
    this.#client.request(node, request, (result) => {
      outcome = result;
    });
    this.simulation.run(() => outcome !== undefined);
    return outcome!;
  }

  /** What a write through that node comes to: `done`, or the code of its error. */
  put(node: number, key: Uint8Array, value: string, w: number, strict = false): string {
    const change = { kind: 'put', contentType: '', value: new TextEncoder().encode(value) } as const;
    const outcome = this.request(node, {
      kind: 'change',
      bucket: 'b',
      key,
      context: undefined,
      change,
      w,
      strict,
      timeoutMs: 5_000,
    });
    return 'error' in outcome ? outcome.error.code : 'done';
  }

  /** @returns milliseconds. */
  timeOfGet(node: number, key: Uint8Array): number {
    const started = this.simulation.now;
    expect(this.request(node, { kind: 'get', bucket: 'b', key, r: 2, timeoutMs: 5_000 })).toHaveProperty('reply');
    return this.simulation.now - started;
  }

  /** @returns milliseconds. */
  timeOfPut(node: number, key: Uint8Array, w: number): number {
    const started = this.simulation.now;
    expect(this.put(node, key, 'timed', w)).toBe('done');
    return this.simulation.now - started;
  }

  values(node: number, key: Uint8Array): string[] {
    const outcome = this.request(node, { kind: 'get', bucket: 'b', key, r: 3, timeoutMs: 5_000 });
    if ('error' in outcome || outcome.reply.kind !== 'get' || outcome.reply.record === undefined) return [];
    return decodeRecord(outcome.reply.record).versions.map((version) => new TextDecoder().decode(version.value));
  }
}

const KEYS = Array.from({ length: 24 }, (_unused, index) => new TextEncoder().encode(`key${index}`));

describe('a read', () => {
  test('asks replicas of its own zone first: with two of them in it, no answer comes from afar', () => {
    const zones = new Zoned(2);
    for (const key of KEYS) expect(zones.put(0, key, 'first', 3)).toBe('done');
    for (const [index, key] of KEYS.entries()) {
      const times = zones.cluster.names.map((_name, node) => zones.timeOfGet(node, key));
      const fast = times.filter((time) => time < FAST_MS);
      // All three nodes of the zone with two replicas: either is one, or it passes the read on to one nearby.
      expect(fast.length, `key${index}: ${times.join(' ')} ms`).toBeGreaterThanOrEqual(3);
    }
  });
});

describe('a write', () => {
  test('costs the way to the W-th nearest zone and back, from whichever zone it is made', () => {
    const oneWayMs = { z0: { z1: 20, z2: 60 }, z1: { z0: 20, z2: 45 }, z2: { z0: 60, z1: 45 } } as const;
    const zones = new Zoned(3, oneWayMs);
    for (const [node, zone] of (['z0', 'z1', 'z2'] as const).entries()) {
      const others = Object.values(oneWayMs[zone]).sort((a, b) => a - b);
      for (const key of KEYS.slice(0, 8)) {
        for (const [w, way] of [0, ...others].entries()) {
          const time = zones.timeOfPut(node, key, w + 1);
          expect(time, `W=${w + 1} from ${zone}`).toBeGreaterThanOrEqual(2 * way);
          expect(time, `W=${w + 1} from ${zone}`).toBeLessThan(2 * way + FAST_MS);
        }
      }
    }
  });
});

describe('a whole zone that is cut off, once its links are given up', () => {
  const zones = new Zoned(3);
  const [inside, outside] = [1, 0];

  test('takes quorums of two by a stand-in, as the others do; a strict write finds one replica in it and fails', () => {
    const isCut = (index: number): boolean => index % 3 === inside;
    const names = [...zones.cluster.names];
    zones.simulation.partition([true, false].map((cut) => names.filter((_name, index) => isCut(index) === cut)));
    zones.simulation.runFor(LINKS_GIVEN_UP_MS);
    for (const key of KEYS) {
      expect(zones.put(inside, key, 'inside', 2)).toBe('done');
      expect(zones.put(outside, key, 'outside', 2)).toBe('done');
      expect(zones.put(inside, key, 'strict', 2, true)).toBe('not-enough-replicas');
      expect(zones.put(outside, key, 'outside, strictly', 2, true)).toBe('done');
    }
  });

  test('has when it is back what the others wrote, and they have what it wrote', () => {
    zones.simulation.heal();
    zones.simulation.runFor(LINKS_GIVEN_UP_MS);
    for (const key of KEYS) {
      for (const node of [inside, outside]) {
        expect(zones.values(node, key)).toEqual(expect.arrayContaining(['inside', 'outside', 'outside, strictly']));
      }
    }
  });
});
