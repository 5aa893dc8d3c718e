/** A simulated cluster with the public client: for tests that read as stories. Promises need turns of the real event loop. */
import { Simulation } from '../../src/runtime/simulated/index.ts';
import { ClientExecutor } from '../../src/stores/kv/client/index.ts';
import { type BucketOptions, bucketSettings, createQuorate, DEFAULT_SETTINGS, type Quorate } from '../../src/stores/kv/index.ts';
import { CLUSTER_NAME, SimulatedCluster } from '../../src/verification/simulation/cluster.ts';

const BEGINNING_MS = 1_000;
const LIMIT_MS = 600_000;

export class SmallCluster {
  readonly simulation: Simulation;
  readonly cluster: SimulatedCluster;
  readonly quorate: Quorate;

  constructor(buckets: Readonly<Record<string, BucketOptions>> = {}, nodes = 3, trace?: (line: string) => void) {
    this.simulation = new Simulation(1n, trace === undefined ? {} : { trace });
    this.cluster = new SimulatedCluster(this.simulation, {
      nodes,
      partitions: 8,
      defaults: DEFAULT_SETTINGS,
      buckets: new Map(Object.entries(buckets).map(([name, options]) => [name, bucketSettings(name, options)])),
    });
    this.cluster.start();
    this.quorate = this.connect('client', this.cluster.addresses);
    this.simulation.runFor(BEGINNING_MS);
  }

  connect(name: string, addresses: readonly string[]): Quorate {
    const { world } = this.simulation.process(name).start();
    const executor = new ClientExecutor(world, { addresses, clusterName: CLUSTER_NAME });
    return createQuorate(executor, () => new Promise((resolve) => executor.close(resolve)));
  }

  /** Lets time go on until the promise is settled. */
  async until<Result>(promise: Promise<Result>): Promise<Result> {
    let isOver = false;
    const over = (): void => {
      isOver = true;
    };
    promise.then(over, over);
    await this.simulation.runAsync(() => isOver, LIMIT_MS);
    return promise;
  }

  pass(milliseconds: number): Promise<boolean> {
    return this.simulation.runAsync(this.simulation.now + milliseconds);
  }
}
