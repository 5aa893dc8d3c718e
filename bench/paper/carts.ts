/**
 * Shopping carts in a simulated cluster: customers, each of whom changes a cart of their own from time to time, and robots, several of which
 * change the same carts at the same time without waiting for one another.
 */
import { decodeRecord } from '../../src/protocols/versions/index.ts';
import { type SeededRandom, Simulation } from '../../src/runtime/simulated/index.ts';
import { DirectClient, type DirectOutcome } from '../../src/stores/kv/client/index.ts';
import { contextIn, DEFAULT_SETTINGS } from '../../src/stores/kv/index.ts';
import { CLUSTER_NAME, SimulatedCluster } from '../../src/verification/simulation/cluster.ts';
import { drawFaults, type Fault, FaultInjector, type FaultKind } from '../../src/verification/simulation/faults/index.ts';

export interface Carts {
  readonly seed: bigint;
  readonly durationMs: number;
  readonly customers: number;
  /** Robots come in gangs: all of a gang work on one cart for a while. 0 for none. */
  readonly gangs: number;
  /** Of a gang, at least two. */
  readonly mostRobots: number;
  readonly faults: readonly FaultKind[];
}

export interface Seen {
  /** How many reads saw so many versions, by number of versions. */
  readonly versions: Map<number, number>;
  readonly reads: number;
  readonly failed: number;
}

const NODES = 5;
const PARTITIONS = 32;
const BUCKET = 'carts';
const TIMEOUT_MS = 1_000;
/** Between two changes of one customer, on the average. */
const THINKING_MS = 4_000;
/** A gang is at work once in so long on the average, each robot of it with some requests in a row. */
const GANG_PAUSE_MS = 120_000;
/** Between two faults, at least. */
const FAULT_PAUSE_MS = 60_000;
const LEAST_ROBOTS = 2;
/** All robots of a gang have begun within this. */
const ROBOTS_WITHIN_MS = 10;
const ROBOT_REQUESTS = 3;

const encoder = new TextEncoder();

export function runCarts(carts: Carts): Seen {
  const simulation = new Simulation(carts.seed);
  const shape = { nodes: NODES, partitions: PARTITIONS, defaults: DEFAULT_SETTINGS, buckets: new Map() };
  const cluster = new SimulatedCluster(simulation, shape);
  cluster.start();
  simulation.runFor(1_000);
  const seen = { versions: new Map<number, number>(), reads: 0, failed: 0 };
  const client = new DirectClient(simulation.start('shop').world, CLUSTER_NAME, cluster.addresses);
  simulation.runFor(1_000);
  const injector = new FaultInjector(simulation, { mayDecay: (key, name) => cluster.mayDecay(key, name) });
  const random = simulation.random.fork('carts');
  const mix = { nodes: cluster.names, clients: [], durationMs: carts.durationMs, kinds: carts.faults };
  injector.begin(sparse(drawFaults(random.fork('faults'), mix)));
  const end = simulation.now + carts.durationMs;
  const shop = { simulation, client, seen, end };
  for (let customer = 0; customer < carts.customers; customer++) {
    visit(shop, random.fork(`customer ${customer}`), `cart${customer}`);
  }
  for (let gang = 0; gang < carts.gangs; gang++) raid(shop, random.fork(`gang ${gang}`), gang, carts);
  simulation.run(end);
  return seen;
}

/** Faults are drawn by the dozen, to find bugs; of a shop's machines one fails now and then. */
function sparse(faults: readonly Fault[]): Fault[] {
  const kept: Fault[] = [];
  for (const fault of faults) if (fault.atMs >= FAULT_PAUSE_MS * (kept.length + 1)) kept.push(fault);
  return kept;
}

interface Shop {
  readonly simulation: Simulation;
  readonly client: DirectClient;
  readonly seen: { versions: Map<number, number>; reads: number; failed: number };
  readonly end: number;
}

/** Think, read the cart, put it back changed, and again. */
function visit(shop: Shop, random: SeededRandom, cart: string): void {
  shop.simulation.after(random.below(2 * THINKING_MS), () => {
    if (shop.simulation.now >= shop.end) return;
    change(shop, random, cart, () => visit(shop, random, cart));
  });
}

/** The robots of a gang begin about at once, on a cart that is the gang's for this time. */
function raid(shop: Shop, random: SeededRandom, gang: number, carts: Carts): void {
  shop.simulation.after(random.below(2 * GANG_PAUSE_MS), () => {
    if (shop.simulation.now >= shop.end) return;
    const cart = `cart${random.below(carts.customers)}`;
    const robots = LEAST_ROBOTS + random.below(carts.mostRobots - LEAST_ROBOTS + 1);
    for (let robot = 0; robot < robots; robot++) {
      const own = random.fork(`${shop.simulation.now} ${robot}`);
      shop.simulation.after(own.below(ROBOTS_WITHIN_MS), () => work(shop, own, cart, ROBOT_REQUESTS));
    }
    raid(shop, random, gang, carts);
  });
}

function work(shop: Shop, random: SeededRandom, cart: string, left: number): void {
  if (left > 0) change(shop, random, cart, () => work(shop, random, cart, left - 1));
}

/** Read at a node, and write with what was read, which merges what there was. */
function change(shop: Shop, random: SeededRandom, cart: string, then: () => void): void {
  const { client, seen } = shop;
  const key = encoder.encode(cart);
  client.request(random.below(NODES), { kind: 'get', bucket: BUCKET, key, r: 0, timeoutMs: TIMEOUT_MS }, (outcome) => {
    const context = count(seen, outcome);
    if (context === 'failed') {
      then();
      return;
    }
    const put = { kind: 'put', contentType: '', value: encoder.encode(`${random.below(1_000)}`) } as const;
    const request = { kind: 'change', bucket: BUCKET, key, context, change: put, w: 0, timeoutMs: TIMEOUT_MS } as const;
    client.request(random.below(NODES), request, then);
  });
}

function count(seen: Shop['seen'], outcome: DirectOutcome): Uint8Array | undefined | 'failed' {
  if ('error' in outcome || outcome.reply.kind !== 'get') {
    seen.failed++;
    return 'failed';
  }
  const { record } = outcome.reply;
  if (record === undefined) return undefined;
  const versions = decodeRecord(record).versions.length;
  seen.reads++;
  seen.versions.set(versions, (seen.versions.get(versions) ?? 0) + 1);
  return contextIn(outcome.reply);
}
