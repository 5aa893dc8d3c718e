/** The nodes of a simulated cluster, each a process with a disk of its own, whoever drives them. */
import { QuorateError } from '../../runtime/errors/index.ts';
import type { SimulatedProcess, Simulation } from '../../runtime/simulated/index.ts';
import type { Address, NodeWorld } from '../../runtime/world/index.ts';
import { type BucketSettings, DEFAULT_LIMITS, KvNode, type NodeConfiguration } from '../../stores/kv/index.ts';

export interface ClusterOptions {
  readonly nodes: number;
  /** Of the ring; a power of two. */
  readonly partitions: number;
  readonly defaults: BucketSettings;
  readonly buckets: ReadonlyMap<string, BucketSettings>;
  /** All nodes are in one by default. */
  readonly zoneOf?: (index: number) => string;
  /** So many more, which are no members until an administrator joins them. */
  readonly newcomers?: number;
  /** Counted on by default. */
  readonly nameOfNewcomer?: (index: number) => string;
  /** As of {@link NodeConfiguration}. */
  readonly antiEntropy?: boolean;
  /** Called after each start of a node. */
  readonly onNodeStarted?: (name: string, world: NodeWorld) => void;
}

export const CLUSTER_NAME = 'simulated';
/** Data of the store's own begins with a zero byte: a node that lost it does not start, which is right and teaches nothing. */
const META_SPACE = 0x00;
const RESTART_MS = 500;
const MAX_IN_FLIGHT = 1_000;

export function nodeName(index: number): string {
  return `n${index + 1}`;
}

/** A name that does not change its meaning with the number of nodes. */
export function newcomerName(index: number): string {
  return `m${index + 1}`;
}

export class SimulatedCluster {
  /** The first members, and behind them those that wait to be let in. */
  readonly names: readonly string[];
  readonly #simulation: Simulation;
  readonly #options: ClusterOptions;

  constructor(simulation: Simulation, options: ClusterOptions) {
    this.#simulation = simulation;
    this.#options = options;
    const { nodes, newcomers = 0, nameOfNewcomer = (index: number) => nodeName(nodes + index) } = options;
    this.names = [
      ...Array.from({ length: nodes }, (_unused, index) => nodeName(index)),
      ...Array.from({ length: newcomers }, (_unused, index) => nameOfNewcomer(index)),
    ];
  }

  get addresses(): readonly Address[] {
    return this.names.map(addressOf);
  }

  start(): void {
    const { nodes, zoneOf = () => 'z' } = this.#options;
    const all = this.names.map((name, index) => {
      return { name, address: addressOf(name), host: name, zone: zoneOf(index), weight: 1 };
    });
    const members = all.slice(0, nodes);
    for (const [index, own] of all.entries()) {
      const { name } = own;
      const usual = this.#configuration(name, index < nodes ? members : []);
      const configuration = index < nodes ? usual : { ...usual, newcomer: own, seeds: members.map(({ address }) => address) };
      const process = this.#simulation.process(name);
      process.start((world) => {
        new KvNode(world, configuration).begin((error) => {
          if (error === undefined) this.#options.onNodeStarted?.(name, world);
          else this.#onStartFailed(process, error);
        });
      });
    }
  }

  /** A damaged record can be mended only if another replica holds the key; else all of it was on one disk, which is then gone. */
  mayDecay(key: Uint8Array, name: string): boolean {
    if (key[0] === META_SPACE) return false;
    return this.names.some((other) => other !== name && this.#simulation.process(other).disk.holds(key));
  }

  /** A node that cannot write to its disk ends; whoever watches over it starts it again a little later. */
  #onStartFailed(process: SimulatedProcess, error: unknown): void {
    if (!(error instanceof QuorateError)) throw error;
    this.#simulation.note(`${process.name} does not start: ${error.message}`);
    this.#simulation.after(0, () => {
      if (process.isRunning) process.crash();
    });
    this.#simulation.after(RESTART_MS, () => {
      if (!process.isRunning) process.restart();
    });
  }

  #configuration(nodeName: string, members: NodeConfiguration['members']): NodeConfiguration {
    const { partitions, defaults, buckets, antiEntropy = true } = this.#options;
    return {
      clusterName: CLUSTER_NAME,
      nodeName,
      partitions,
      members,
      defaults,
      buckets,
      limits: DEFAULT_LIMITS,
      maxInFlight: MAX_IN_FLIGHT,
      antiEntropy,
    };
  }
}

export function addressOf(name: string): Address {
  return `${name}:7401`;
}
