/** The cluster of one run, its clients, and what they remember. */
import { Simulation, type TraceSink } from '../../../runtime/simulated/index.ts';
import type { NodeWorld } from '../../../runtime/world/index.ts';
import { DirectClient, type DirectOutcome } from '../../../stores/kv/client/index.ts';
import {
  type BucketSettings,
  DEFAULT_SETTINGS,
  type Durability,
  describeKvFrame,
  type KvRequest,
} from '../../../stores/kv/index.ts';
import { KnownWrites } from '../../histories/index.ts';
import { CLUSTER_NAME, SimulatedCluster } from '../cluster.ts';
import { FaultInjector } from '../faults/index.ts';
import { clientName, type KvSetup } from './kv-plan.ts';
import { placeInZones, zoneOfIndex } from './zones.ts';

/** What a test changes to see that a broken store is noticed. */
export interface StageOptions {
  readonly trace?: boolean | TraceSink;
  readonly durability?: Durability;
  /** Beside the plain one and that of counters. */
  readonly buckets?: ReadonlyMap<string, BucketSettings>;
  /** Whether a stored value may lose bits, beyond what the cluster says of it. */
  readonly mayDecay?: (key: Uint8Array) => boolean;
  /** As of {@link SimulatedCluster}. */
  readonly newcomers?: number;
  /** The same. */
  readonly nameOfNewcomer?: (index: number) => string;
  /** Default true. */
  readonly antiEntropy?: boolean;
  /** Called after each start of a node. */
  readonly onNodeStarted?: (name: string, world: NodeWorld) => void;
}

export const PLAIN = 'plain';
export const COUNTERS = 'counters';
export const COUNTER_KEY = 'total';

export class Stage {
  readonly simulation: Simulation;
  readonly history = new KnownWrites();
  readonly cluster: SimulatedCluster;
  readonly keys: readonly string[];
  readonly injector: FaultInjector;
  /** Machines that are gone for good. */
  readonly destroyed = new Set<string>();
  /** The nodes that serve when there is peace again, by their places among the names of the cluster; all, as long as the ring is not changed. */
  inService: readonly number[];
  /** Requests without an outcome yet. */
  open = 0;
  /** Of the counter: what certainly counts, and what may. */
  counted = 0;
  mayCount = 0;
  #serial = 0;

  constructor(seed: bigint, { nodes, clients, partitions, keys, r, w, zoned }: KvSetup, options: StageOptions) {
    const {
      trace = false,
      durability = 'disk',
      antiEntropy = true,
      nameOfNewcomer,
      onNodeStarted,
      newcomers = 0,
      buckets = [],
      mayDecay = () => true,
    } = options;
    this.simulation = new Simulation(seed, { trace, describeFrame: describeKvFrame });
    this.cluster = new SimulatedCluster(this.simulation, {
      nodes,
      newcomers,
      partitions,
      defaults: { ...DEFAULT_SETTINGS, r, w, durability },
      buckets: new Map([[COUNTERS, { ...DEFAULT_SETTINGS, conflict: 'counter', durability }], ...buckets]),
      antiEntropy,
      ...(zoned === undefined ? {} : { zoneOf: (index: number) => zoneOfIndex(index, zoned.zones) }),
      ...(nameOfNewcomer === undefined ? {} : { nameOfNewcomer }),
      ...(onNodeStarted === undefined ? {} : { onNodeStarted }),
    });
    if (zoned !== undefined) {
      const clientNames = Array.from({ length: clients }, (_unused, index) => clientName(index));
      const zones = new Map(
        [...this.cluster.names.entries(), ...clientNames.entries()].map(([index, name]) => [
          name,
          zoneOfIndex(index, zoned.zones),
        ]),
      );
      placeInZones(this.simulation, zoned, (name) => zones.get(name));
    }
    this.injector = new FaultInjector(this.simulation, {
      mayDecay: (key, name) => mayDecay(key) && this.cluster.mayDecay(key, name),
      restart: (process) => {
        if (!this.destroyed.has(process.name)) process.restart();
      },
    });
    this.inService = [...this.cluster.names.keys()];
    this.keys = Array.from({ length: keys }, (_unused, index) => `key${index}`);
  }

  clientAt(index: number): DirectClient {
    return this.client(clientName(index));
  }

  client(name: string): DirectClient {
    const { world } = this.simulation.process(name).start();
    return new DirectClient(world, CLUSTER_NAME, this.cluster.addresses);
  }

  request(client: DirectClient, node: number, request: KvRequest, then: (outcome: DirectOutcome) => void): void {
    this.open++;
    client.request(node, request, (outcome) => {
      this.open--;
      then(outcome);
    });
  }

  /** The name of the next write, and its value. */
  nextWrite(): string {
    return `w${this.#serial++}`;
  }
}
