/** What all parts of a story share. */
import { type SeededRandom, Simulation } from '../../src/runtime/simulated/index.ts';
import type { NodeWorld } from '../../src/runtime/world/index.ts';
import {
  type BucketSettings,
  DEFAULT_LIMITS,
  DEFAULT_SETTINGS,
  KvNode,
  type NodeConfiguration,
} from '../../src/stores/kv/index.ts';
import { DirectClient, type Outcome } from './direct-client.ts';
import { History } from './history.ts';

export interface ScenarioOptions {
  readonly trace?: boolean;
  /** Break the store on purpose, to see that the checker sees it. */
  readonly mutant?: 'acknowledge-before-durable' | 'reuse-actor-after-crash';
}

export const PLAIN = 'plain';
export const COUNTERS = 'counters';
const CLUSTER = 'simulated';
const CLEAN_STOP_KEY = Uint8Array.from([0x00, ...new TextEncoder().encode('kv/clean-stop')]);

/** N=3: quorums that meet, and quorums that do not. */
const QUORUMS = [
  { r: 2, w: 2 },
  { r: 1, w: 3 },
  { r: 1, w: 1 },
  { r: 3, w: 1 },
] as const;

export class Stage {
  readonly simulation: Simulation;
  readonly random: SeededRandom;
  readonly history = new History();
  readonly names: readonly string[];
  readonly keys: readonly string[];
  readonly #mutant: ScenarioOptions['mutant'];
  readonly #plain: BucketSettings;
  readonly #counters: BucketSettings;
  /** While true, clients act and faults happen. */
  troubled = true;
  /** Requests without an outcome yet. */
  open = 0;
  /** Of the counter: what certainly counts, and what may. */
  counted = 0;
  mayCount = 0;
  #serial = 0;

  constructor(seed: bigint, { trace = false, mutant }: ScenarioOptions) {
    this.simulation = new Simulation(seed, { trace });
    this.random = this.simulation.random.fork('story');
    this.#mutant = mutant;
    const nodes = 3 + this.random.below(3);
    this.names = Array.from({ length: nodes }, (_unused, index) => `n${index + 1}`);
    this.keys = Array.from({ length: 1 + this.random.below(4) }, (_unused, index) => `key${index}`);
    const durability = mutant === 'acknowledge-before-durable' ? 'memory' : 'disk';
    this.#plain = { ...DEFAULT_SETTINGS, ...QUORUMS[this.random.below(QUORUMS.length)], durability };
    this.#counters = { ...DEFAULT_SETTINGS, conflict: 'counter', durability };
  }

  get addresses(): readonly string[] {
    return this.names.map(addressOf);
  }

  startNodes(): void {
    for (const name of this.names) {
      this.simulation.start(name, (world) => {
        const node = new KvNode(world, this.#configuration(name));
        node.begin((error) => {
          if (error !== undefined) throw error;
          if (this.#mutant === 'reuse-actor-after-crash') this.#pretendCleanStop(name, world);
        });
      });
    }
  }

  /** Riak's bug 679: after a crash the node comes back under the actor it had, though it may have lost that actor's writes. */
  #pretendCleanStop(name: string, { engine }: NodeWorld): void {
    const actor = Uint8Array.from([0, 0, 0, 0, 0, this.names.indexOf(name) + 1, 0, 0, 0, 0, 0, 0]);
    engine.write([{ key: CLEAN_STOP_KEY, value: actor }], () => {});
  }

  client(name: string): DirectClient {
    const { world } = this.simulation.process(name).start();
    return new DirectClient(world, CLUSTER, this.addresses);
  }

  request(
    client: DirectClient,
    node: number,
    request: Parameters<DirectClient['request']>[1],
    then: (outcome: Outcome) => void,
  ): void {
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

  restartAll(): void {
    for (const name of this.names) if (!this.simulation.process(name).isRunning) this.simulation.restart(name);
  }

  #configuration(nodeName: string): NodeConfiguration {
    return {
      clusterName: CLUSTER,
      nodeName,
      partitions: 8,
      members: this.names.map((name) => ({ name, address: addressOf(name), host: name, zone: 'z', weight: 1 })),
      defaults: this.#plain,
      buckets: new Map([[COUNTERS, this.#counters]]),
      limits: DEFAULT_LIMITS,
      maxInFlight: 1000,
    };
  }
}

function addressOf(name: string): string {
  return `${name}:7401`;
}
