import { describe, expect, test } from 'vitest';
import { Distances, Simulation } from '../../src/runtime/simulated/index.ts';
import { DirectClient, type DirectOutcome } from '../../src/stores/kv/client/index.ts';
import { DEFAULT_SETTINGS, type KvRequest } from '../../src/stores/kv/index.ts';
import { CLUSTER_NAME, SimulatedCluster } from '../../src/verification/simulation/cluster.ts';
import { drawKvPlan, type KvRun, runKvPlan } from '../../src/verification/simulation/kv/index.ts';

const SEEDS = Array.from({ length: 60 }, (_unused, index) => BigInt(index + 1));
const ZONE_DELAY_MS = 40;
/** Several ways within a zone, and less than it takes until a read asks a further replica. */
const FAST_MS = 10;

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

/** Six nodes in two zones, so that each key has two replicas in one zone and one in the other. */
class TwoZones {
  readonly simulation = new Simulation(3n);
  readonly zoneOf = (index: number): string => `z${index % 2}`;
  readonly cluster = new SimulatedCluster(this.simulation, {
    nodes: 6,
    partitions: 8,
    defaults: DEFAULT_SETTINGS,
    buckets: new Map(),
    zoneOf: this.zoneOf,
  });
  readonly #client: DirectClient;

  constructor() {
    const zones = new Map(this.cluster.names.map((name, index) => [name, this.zoneOf(index)]));
    this.simulation.network.setDistances(Distances.equal((name) => zones.get(name), ['z0', 'z1'], ZONE_DELAY_MS));
    this.cluster.start();
    this.simulation.runFor(1_000);
    this.#client = new DirectClient(this.simulation.start('client').world, CLUSTER_NAME, this.cluster.addresses);
    this.simulation.runFor(1_000);
  }

  /** @returns how long it took, in milliseconds. */
  request(node: number, request: KvRequest): number {
    const started = this.simulation.now;
    let outcome: DirectOutcome | undefined;
    this.#client.request(node, request, (result) => {
      outcome = result;
    });
    this.simulation.run(() => outcome !== undefined);
    expect(outcome).toHaveProperty('reply');
    return this.simulation.now - started;
  }
}

describe('a read', () => {
  test('asks replicas of its own zone first: with two of them in it, no answer comes from afar', () => {
    const zones = new TwoZones();
    const keys = Array.from({ length: 24 }, (_unused, index) => new TextEncoder().encode(`key${index}`));
    for (const key of keys) {
      const change = { kind: 'put', contentType: '', value: key } as const;
      zones.request(0, { kind: 'change', bucket: 'b', key, context: undefined, change, w: 3, timeoutMs: 5_000 });
    }
    const reads = keys.map((key) =>
      zones.cluster.names.map((_name, node) => zones.request(node, { kind: 'get', bucket: 'b', key, r: 2, timeoutMs: 5_000 })),
    );
    for (const [index, times] of reads.entries()) {
      const fast = times.filter((time) => time < FAST_MS);
      // All three nodes of the zone with two replicas: either is one, or it passes the read on to one nearby.
      expect(fast.length, `key${index}: ${times.join(' ')} ms`).toBeGreaterThanOrEqual(3);
    }
  });
});
