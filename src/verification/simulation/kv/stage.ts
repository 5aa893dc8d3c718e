/** The cluster of one run, its clients, and what they remember. */

import { QuorateError } from '../../../runtime/errors/index.ts';
import { type SimulatedProcess, Simulation } from '../../../runtime/simulated/index.ts';
import type { NodeWorld } from '../../../runtime/world/index.ts';
import { DirectClient, type DirectOutcome } from '../../../stores/kv/client/index.ts';
import {
  type BucketSettings,
  DEFAULT_LIMITS,
  DEFAULT_SETTINGS,
  type Durability,
  KvNode,
  type KvRequest,
  type NodeConfiguration,
} from '../../../stores/kv/index.ts';
import { FaultInjector } from '../faults/index.ts';
import { History } from './history.ts';
import { clientName, type KvSetup, nodeName } from './kv-plan.ts';

/** What a test changes to see that a broken store is noticed. */
export interface StageOptions {
  readonly trace?: boolean | ((line: string) => void);
  readonly durability?: Durability;
  /** Called after each start of a node. */
  readonly onNodeStarted?: (name: string, world: NodeWorld) => void;
}

export const PLAIN = 'plain';
export const COUNTERS = 'counters';
export const COUNTER_KEY = 'total';
const CLUSTER = 'simulated';
/** Data of the store's own begins with a zero byte: a node that lost it does not start, which is right and teaches nothing. */
const META_SPACE = 0x00;
const RESTART_MS = 500;

export class Stage {
  readonly simulation: Simulation;
  readonly history = new History();
  readonly names: readonly string[];
  readonly keys: readonly string[];
  readonly injector: FaultInjector;
  /** Requests without an outcome yet. */
  open = 0;
  /** Of the counter: what certainly counts, and what may. */
  counted = 0;
  mayCount = 0;
  readonly #options: StageOptions;
  readonly #plain: BucketSettings;
  readonly #counters: BucketSettings;
  readonly #partitions: number;
  #serial = 0;

  constructor(seed: bigint, setup: KvSetup, options: StageOptions) {
    const { trace = false, durability = 'disk' } = options;
    this.simulation = new Simulation(seed, { trace });
    this.injector = new FaultInjector(this.simulation, { mayDecay: (key, name) => this.#mayDecay(key, name) });
    this.#options = options;
    this.names = Array.from({ length: setup.nodes }, (_unused, index) => nodeName(index));
    this.keys = Array.from({ length: setup.keys }, (_unused, index) => `key${index}`);
    this.#partitions = setup.partitions;
    this.#plain = { ...DEFAULT_SETTINGS, r: setup.r, w: setup.w, durability };
    this.#counters = { ...DEFAULT_SETTINGS, conflict: 'counter', durability };
  }

  startNodes(): void {
    const members = this.names.map((name) => ({ name, address: addressOf(name), host: name, zone: 'z', weight: 1 }));
    for (const name of this.names) {
      const configuration = this.#configuration(name, members);
      const process = this.simulation.process(name);
      process.start((world) => {
        const node = new KvNode(world, configuration);
        node.begin((error) => {
          if (error === undefined) this.#options.onNodeStarted?.(name, world);
          else this.#onStartFailed(process, error);
        });
      });
    }
  }

  /** A damaged record can be mended only if another replica holds the key; else all of it was on one disk, which is then gone. */
  #mayDecay(key: Uint8Array, name: string): boolean {
    if (key[0] === META_SPACE) return false;
    return this.names.some((other) => other !== name && this.simulation.process(other).disk.holds(key));
  }

  /** A node that cannot write to its disk ends; whoever watches over it starts it again a little later. */
  #onStartFailed(process: SimulatedProcess, error: unknown): void {
    if (!(error instanceof QuorateError)) throw error;
    this.simulation.note(`${process.name} does not start: ${error.message}`);
    this.simulation.after(0, () => {
      if (process.isRunning) process.crash();
    });
    this.simulation.after(RESTART_MS, () => {
      if (!process.isRunning) process.restart();
    });
  }

  clientAt(index: number): DirectClient {
    return this.client(clientName(index));
  }

  client(name: string): DirectClient {
    const { world } = this.simulation.process(name).start();
    return new DirectClient(world, CLUSTER, this.names.map(addressOf));
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

  #configuration(name: string, members: NodeConfiguration['members']): NodeConfiguration {
    return {
      clusterName: CLUSTER,
      nodeName: name,
      partitions: this.#partitions,
      members,
      defaults: this.#plain,
      buckets: new Map([[COUNTERS, this.#counters]]),
      limits: DEFAULT_LIMITS,
      maxInFlight: 1_000,
    };
  }
}

function addressOf(name: string): string {
  return `${name}:7401`;
}
