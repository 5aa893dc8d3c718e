/** The plan of a run of the kv store: a cluster, its quorums, and what its clients ask for when. */
import { SeededRandom } from '../../../runtime/simulated/index.ts';
import { nodeName } from '../cluster.ts';
import { choice, fieldsOf, malformed, whole } from '../decoding.ts';
import { drawFaults, type FaultKind, milderFaults, USUAL_FAULTS, withoutProcesses } from '../faults/index.ts';
import { type Plan, type PlanForm, shortened } from '../plan.ts';
import type { Reductions } from '../shrink.ts';
import { drawZoneFaults, type ZoneSetup } from './zones.ts';

export interface KvSetup {
  readonly nodes: number;
  readonly clients: number;
  readonly keys: number;
  /** Of the ring; a power of two. */
  readonly partitions: number;
  readonly r: number;
  readonly w: number;
  /** Without it, all are in one place. */
  readonly zoned?: ZoneSetup;
}

const OPERATION_KINDS = ['read', 'put', 'blind-put', 'delete', 'count'] as const;

/** `put` supersedes what its client last saw of the key, `blind-put` nothing; `count` adds to the one counter there is. */
export interface KvOperation {
  readonly kind: (typeof OPERATION_KINDS)[number];
  readonly atMs: number;
  readonly client: number;
  /** Which node it is sent to. */
  readonly node: number;
  readonly key: number;
  /** Only for `count`. */
  readonly amount: number;
}

export type KvPlan = Plan<KvSetup, KvOperation>;

/** What is fixed; the rest is drawn from the seed. */
export interface KvPlanOptions {
  readonly nodes?: number;
  readonly clients?: number;
  readonly durationMs?: number;
  readonly faults?: readonly FaultKind[];
  /** Nodes and clients are spread over so many zones, and whole zones are cut off and lose their power. */
  readonly zones?: number;
}

/** N=3: quorums that meet, and quorums that do not. */
const QUORUMS = [
  { r: 2, w: 2 },
  { r: 1, w: 3 },
  { r: 1, w: 1 },
  { r: 3, w: 1 },
] as const;
const DURATION_MS = 8_000;
const MOST = {
  nodes: 1_000,
  clients: 1_000,
  keys: 100_000,
  partitions: 65_536,
  amount: 1_000_000,
  zones: 16,
  zoneDelayMs: 10_000,
};
const LEAST_NODES = 3;
const USUAL_CLIENTS = 4;
/** Runs shorter than this say nothing more than runs of this length. */
const LEAST_DURATION_MS = 50;
/** Between continents. */
const ZONE_DELAY_MS_MAX = 60;
/** A pause between two operations of a client lasts up to this. */
const PAUSE_MS_MAX = 160;

export function clientName(index: number): string {
  return `c${index}`;
}

export function drawKvPlan(seed: bigint, options: KvPlanOptions = {}): KvPlan {
  const random = new SeededRandom(seed).fork('kv plan');
  const quorum = random.pick(QUORUMS);
  const { zones = 1 } = options;
  const setup: KvSetup = {
    nodes: options.nodes ?? Math.max(zones, LEAST_NODES + random.below(3)),
    clients: options.clients ?? 2 + random.below(3),
    // Few clients meet on few keys; many of them on one key would only pile up siblings.
    keys: (1 + random.below(4)) * Math.ceil((options.clients ?? USUAL_CLIENTS) / USUAL_CLIENTS),
    partitions: 8,
    ...quorum,
    ...(zones === 1 ? {} : { zoned: { zones, zoneDelayMs: random.fork('zones').below(ZONE_DELAY_MS_MAX) } }),
  };
  const durationMs = options.durationMs ?? DURATION_MS;
  const nodes = Array.from({ length: setup.nodes }, (_unused, index) => nodeName(index));
  const clients = Array.from({ length: setup.clients }, (_unused, index) => clientName(index));
  // With W=1 a write is on one disk for a while: one whose bits flip may then be its only one.
  const decayingDisks = setup.w >= 2 && random.below(4) === 0 ? 1 : 0;
  const kinds: readonly FaultKind[] = options.faults ?? [...USUAL_FAULTS, 'bit-flips'];
  const faults = drawFaults(random.fork('faults'), { nodes, clients, durationMs, kinds, decayingDisks });
  if (zones > 1) faults.push(...drawZoneFaults(random.fork('zone faults'), zones, { nodes, clients, durationMs }));
  const operations = clients.flatMap((name, client) => drawOperations(random.fork(name), client, setup, durationMs));
  operations.sort((a, b) => a.atMs - b.atMs || a.client - b.client);
  return { seed, durationMs, setup, faults, operations };
}

function drawOperations(random: SeededRandom, client: number, setup: KvSetup, durationMs: number): KvOperation[] {
  const operations: KvOperation[] = [];
  for (let atMs = random.below(PAUSE_MS_MAX); atMs < durationMs; atMs += 1 + random.below(PAUSE_MS_MAX)) {
    const drawn = random.below(10);
    const kind = drawn < 4 ? 'read' : drawn < 5 ? 'count' : drawn < 6 ? 'delete' : drawn < 8 ? 'put' : 'blind-put';
    const [node, key, amount] = [random.below(setup.nodes), random.below(setup.keys), 1 + random.below(5)];
    operations.push({ kind, atMs, client, node, key, amount: kind === 'count' ? amount : 0 });
  }
  return operations;
}

export const KV_PLAN_FORM: PlanForm<KvSetup, KvOperation> = {
  subject: 'kv',
  setup(value, path) {
    const fields = fieldsOf(value, path);
    const partitions = whole(fields, 'partitions', 1, MOST.partitions);
    if (!Number.isInteger(Math.log2(partitions))) throw malformed(`${path}.partitions`, partitions, 'a power of two');
    return {
      nodes: whole(fields, 'nodes', LEAST_NODES, MOST.nodes),
      clients: whole(fields, 'clients', 1, MOST.clients),
      keys: whole(fields, 'keys', 1, MOST.keys),
      partitions,
      r: whole(fields, 'r', 1, 3),
      w: whole(fields, 'w', 1, 3),
      ...(fields.value['zoned'] === undefined ? {} : { zoned: decodeZoned(fields.value['zoned'], `${path}.zoned`) }),
    };
  },
  operation(value, path) {
    const fields = fieldsOf(value, path);
    return {
      kind: choice(fields, 'kind', OPERATION_KINDS),
      atMs: whole(fields, 'atMs', 0, Number.MAX_SAFE_INTEGER),
      client: whole(fields, 'client', 0, MOST.clients - 1),
      node: whole(fields, 'node', 0, MOST.nodes - 1),
      key: whole(fields, 'key', 0, MOST.keys - 1),
      amount: whole(fields, 'amount', 0, MOST.amount),
    };
  },
};

function decodeZoned(value: unknown, path: string): ZoneSetup {
  const fields = fieldsOf(value, path);
  return { zones: whole(fields, 'zones', 2, MOST.zones), zoneDelayMs: whole(fields, 'zoneDelayMs', 0, MOST.zoneDelayMs) };
}

type AnyOperation = Pick<KvOperation, 'atMs' | 'client' | 'node' | 'key'>;

/** Of plans whose setup and operations may say more than those of `KvPlan`. */
export function kvReductions<Setup extends KvSetup, Operation extends AnyOperation>(): Reductions<Plan<Setup, Operation>> {
  return {
    lists: [
      {
        items: ({ faults }) => faults,
        keep: (plan, places) => ({ ...plan, faults: plan.faults.filter((_fault, place) => places.has(place)) }),
      },
      {
        items: ({ operations }) => operations,
        keep: (plan, places) => ({ ...plan, operations: plan.operations.filter((_operation, place) => places.has(place)) }),
      },
    ],
    *simpler(plan) {
      const { setup } = plan;
      for (let nodes = LEAST_NODES; nodes < setup.nodes; nodes++) yield withNodes(plan, nodes);
      const last = Math.max(
        LEAST_DURATION_MS,
        ...plan.operations.map(({ atMs }) => atMs + 1),
        ...plan.faults.map(({ atMs }) => atMs + 1),
      );
      if (last < plan.durationMs) yield shortened(plan, last);
      if (plan.durationMs > 2 * LEAST_DURATION_MS) yield shortened(plan, Math.floor(plan.durationMs / 2));
      const clients = Math.max(1, ...plan.operations.map(({ client }) => client + 1));
      if (clients < setup.clients) yield { ...plan, setup: { ...setup, clients } };
      const keys = Math.max(1, ...plan.operations.map(({ key }) => key + 1));
      if (keys < setup.keys) yield { ...plan, setup: { ...setup, keys } };
      if (setup.keys > 1)
        yield { ...plan, setup: { ...setup, keys: 1 }, operations: plan.operations.map((each) => ({ ...each, key: 0 })) };
      if (setup.zoned !== undefined && setup.zoned.zoneDelayMs > 0)
        yield { ...plan, setup: { ...setup, zoned: { ...setup.zoned, zoneDelayMs: 0 } } };
      for (const [place, fault] of plan.faults.entries()) {
        for (const milder of milderFaults(fault)) yield { ...plan, faults: plan.faults.with(place, milder) };
      }
    },
  };
}

export const KV_REDUCTIONS = kvReductions<KvSetup, KvOperation>();

/** The same on fewer nodes: faults of those that are gone are gone too, their requests go to the others. */
function withNodes<Setup extends KvSetup, Operation extends AnyOperation>(
  plan: Plan<Setup, Operation>,
  nodes: number,
): Plan<Setup, Operation> {
  const gone = new Set(Array.from({ length: plan.setup.nodes - nodes }, (_unused, index) => nodeName(nodes + index)));
  return {
    ...plan,
    setup: { ...plan.setup, nodes },
    faults: plan.faults.map((fault) => withoutProcesses(fault, gone)).filter((fault) => fault !== undefined),
    operations: plan.operations.map((operation) => ({ ...operation, node: operation.node % nodes })),
  };
}
