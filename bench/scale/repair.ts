/**
 * Repair after a node is lost for good: whole nodes with the code of production in the simulated world, each frame counted by what it is for.
 * An administrator removes the node, and its partitions are rebuilt from the replicas that are left.
 */
import { Simulation } from '../../src/runtime/simulated/index.ts';
import { DirectClient, type DirectOutcome } from '../../src/stores/kv/client/index.ts';
import { DEFAULT_SETTINGS, type KvRequest } from '../../src/stores/kv/index.ts';
import { CLUSTER_NAME, SimulatedCluster } from '../../src/verification/simulation/cluster.ts';

export interface Repair {
  readonly nodes: number;
  readonly keys: number;
  /** Replicas that the lost node had: partitions, and records. */
  readonly lostPartitions: number;
  readonly lostRecords: number;
  /** From the decision until no replica was left to be moved. */
  readonly seconds: number;
  /** Of frames between nodes in that time, whichever. */
  readonly bytes: Readonly<Record<Purpose, number>>;
  readonly messages: Readonly<Record<Purpose, number>>;
  /** Per node and second when nothing happens. */
  readonly calmBytes: Readonly<Record<Purpose, number>>;
  /** Received by the node that got most, of what is transfer. */
  readonly mostBytesReceived: number;
}

export type Purpose = 'transfer' | 'anti-entropy' | 'membership' | 'other';

const PARTITIONS = 256;
const KEYS = 20_000;
export const VALUE_BYTES = 256;
const BUCKET = 'b';
const REPLICAS = 3;
const FRAME_HEADER_BYTES = 12;
const CALM_MS = 60_000;
const DEAD_WITHIN_MS = 60_000;
const REBUILT_WITHIN_MS = 3_600_000;
const LOOK_EVERY_MS = 250;
const WRITES_AT_A_TIME = 200;
const TIMEOUT_MS = 10_000;
const DATA = { from: Uint8Array.of(1), to: Uint8Array.of(2) };
/** Of a reply. */
const REPLY = 0x80;
const encoder = new TextEncoder();

interface Counts {
  readonly bytes: Record<Purpose, number>;
  readonly messages: Record<Purpose, number>;
  readonly received: Map<string, number>;
}

export function repair(nodes: number, seed: bigint): Repair {
  return new RepairedCluster(nodes, seed).run();
}

class RepairedCluster {
  readonly #simulation: Simulation;
  readonly #cluster: SimulatedCluster;
  readonly #nodes: number;
  #client: DirectClient | undefined;
  #counts = noCounts();

  constructor(nodes: number, seed: bigint) {
    this.#nodes = nodes;
    this.#simulation = new Simulation(seed, {
      trace: (line) => this.#onLine(line),
      describeFrame: ({ kind, body }) => `frame ${kind} ${body.length + FRAME_HEADER_BYTES} end`,
    });
    const shape = { nodes, partitions: PARTITIONS, defaults: DEFAULT_SETTINGS, buckets: new Map() };
    this.#cluster = new SimulatedCluster(this.#simulation, shape);
  }

  run(): Repair {
    const simulation = this.#simulation;
    this.#cluster.start();
    simulation.runFor(5_000);
    this.#client = new DirectClient(simulation.start('client').world, CLUSTER_NAME, this.#cluster.addresses);
    simulation.runFor(2_000);
    this.#fill();
    simulation.runFor(CALM_MS);
    this.#counts = noCounts();
    simulation.runFor(CALM_MS);
    const calm = this.#counts.bytes;
    const perNodeAndSecond = (purpose: Purpose): number => (calm[purpose] * 1_000) / CALM_MS / this.#nodes;

    const victim = this.#cluster.names.at(-1) ?? '';
    const lostRecords = [...simulation.process(victim).world.engine.range(DATA)].length;
    const lostPartitions = this.#partitionsOf(this.#nodes - 1);
    simulation.crash(victim);
    simulation.runFor(DEAD_WITHIN_MS);
    this.#counts = noCounts();
    const decidedMs = simulation.now;
    const plan = this.#answer({ kind: 'administer', command: 'cluster-plan', argument: removal(victim), timeoutMs: TIMEOUT_MS });
    const commit = JSON.stringify((JSON.parse(plan) as { readonly commit: unknown }).commit);
    this.#answer({ kind: 'administer', command: 'cluster-commit', argument: commit, timeoutMs: TIMEOUT_MS });
    while (this.#seatsLeft() > 0) {
      if (simulation.now - decidedMs > REBUILT_WITHIN_MS)
        throw new Error(`${this.#nodes} nodes were not repaired within an hour`);
      simulation.runFor(LOOK_EVERY_MS);
    }
    const { bytes, messages, received } = this.#counts;
    return {
      ...{ nodes: this.#nodes, keys: KEYS, lostPartitions, lostRecords, bytes, messages },
      seconds: (simulation.now - decidedMs) / 1_000,
      calmBytes: byPurpose(perNodeAndSecond),
      mostBytesReceived: Math.max(0, ...received.values()),
    };
  }

  #fill(): void {
    const value = new Uint8Array(VALUE_BYTES).fill(7);
    let [begun, stored] = [0, 0];
    const next = (): void => {
      if (begun === KEYS) return;
      const key = encoder.encode(`key${begun++}`);
      const change = { kind: 'put', contentType: '', value } as const;
      const request = {
        kind: 'change',
        bucket: BUCKET,
        key,
        context: undefined,
        change,
        w: REPLICAS,
        timeoutMs: TIMEOUT_MS,
      } as const;
      this.#client?.request(begun % this.#nodes, request, (outcome) => {
        if ('error' in outcome) throw outcome.error;
        stored++;
        next();
      });
    };
    for (let count = 0; count < WRITES_AT_A_TIME; count++) next();
    if (!this.#simulation.run(() => stored === KEYS, 600_000)) throw new Error(`${stored} of ${KEYS} keys could be stored`);
  }

  /** Of a healthy cluster: those that the node at this place is a home of. */
  #partitionsOf(place: number): number {
    const ring = JSON.parse(this.#answer({ kind: 'inspect', topic: 'ring', argument: '', timeoutMs: TIMEOUT_MS })) as {
      readonly nodes: readonly string[];
      readonly preferenceLists: readonly (readonly number[])[];
    };
    const index = ring.nodes.indexOf(this.#cluster.names[place] ?? '');
    return ring.preferenceLists.filter((list) => list.slice(0, REPLICAS).includes(index)).length;
  }

  /** As the first node knows; asking it costs nothing here, for only frames between nodes are counted. */
  #seatsLeft(): number {
    const answer = this.#answer({ kind: 'inspect', topic: 'cluster', argument: '', timeoutMs: TIMEOUT_MS });
    return (JSON.parse(answer) as { readonly seatsLeft: number }).seatsLeft;
  }

  #answer(request: KvRequest): string {
    let outcome: DirectOutcome | undefined;
    this.#client?.request(0, request, (result) => {
      outcome = result;
    });
    this.#simulation.run(() => outcome !== undefined, TIMEOUT_MS);
    if (outcome === undefined || 'error' in outcome)
      throw new Error(`${request.kind} was not answered`, { cause: outcome?.error });
    if (outcome.reply.kind !== 'inspect' && outcome.reply.kind !== 'administer')
      throw new Error(`answered as ${outcome.reply.kind}`);
    return outcome.reply.json;
  }

  /** `... n2 received from n1: frame 17 71 end` */
  #onLine(line: string): void {
    const found = /(\S+) +received from (\S+): frame (\d+) (\d+) end/.exec(line);
    const [, to = '', from = '', kind, size] = found ?? [];
    if (found === null || to.startsWith('client') || from.startsWith('client')) return;
    const purpose = purposeOf(Number(kind) & ~REPLY);
    this.#counts.bytes[purpose] += Number(size);
    this.#counts.messages[purpose]++;
    if (purpose === 'transfer') this.#counts.received.set(to, (this.#counts.received.get(to) ?? 0) + Number(size));
  }
}

function removal(node: string): string {
  return JSON.stringify({ decisions: [{ kind: 'remove', node }], force: true });
}

/** See `src/stores/kv/messages/kinds.ts`. */
function purposeOf(kind: number): Purpose {
  const range = kind >> 4;
  return range === 2 ? 'membership' : range === 3 ? 'transfer' : range === 4 ? 'anti-entropy' : 'other';
}

function byPurpose(of: (purpose: Purpose) => number): Record<Purpose, number> {
  return { transfer: of('transfer'), 'anti-entropy': of('anti-entropy'), membership: of('membership'), other: of('other') };
}

function noCounts(): Counts {
  return { bytes: byPurpose(() => 0), messages: byPurpose(() => 0), received: new Map() };
}
