/**
 * One plan, one story: a cluster with an atomic bucket, clients that read, write and delete a few keys through any node, faults
 * of every kind. What they saw must be linearizable, each key by itself: invariant 6 of the store.
 */
import { decodeRecord } from '../../../protocols/versions/index.ts';
import { Simulation, type TraceSink } from '../../../runtime/simulated/index.ts';
import { DirectClient } from '../../../stores/kv/client/index.ts';
import { bucketSettings, DEFAULT_SETTINGS, describeKvFrame, type GetReply, type KvRequest } from '../../../stores/kv/index.ts';
import { checkLinearizability, describeOperation, HistoryRecorder, mapModel, Violation } from '../../histories/index.ts';
import { CLUSTER_NAME, SimulatedCluster } from '../cluster.ts';
import { FaultInjector } from '../faults/index.ts';
import { clientName, type KvOperation, type KvPlan } from '../kv/index.ts';

export interface AtomicOptions {
  readonly trace?: boolean | TraceSink;
}

export interface AtomicRun {
  readonly digest: string;
  readonly reads: number;
  readonly writes: number;
  /** Reads and writes that were answered. */
  readonly answered: number;
  readonly faults: number;
  readonly crashes: number;
  readonly events: number;
  readonly simulatedMs: number;
  /** Whether the history could be judged within the steps there are: with many writes of unknown outcome it may not be. */
  readonly isJudged: boolean;
  readonly violation: Error | undefined;
  readonly trace: readonly string[];
}

const BUCKET = 'registers';
const BEGINNING_MS = 1_000;
const TIMEOUT_MS = 700;
/** Links are dialled anew within this time after a fault. */
const RECONNECT_MS = 12_000;
/** Each key is read so often in the end, by different nodes. */
const FINAL_READS = 4;
const STEPS_MAXIMUM = 200_000;
const decoder = new TextDecoder();
const encoder = new TextEncoder();

export function runAtomicPlan(plan: KvPlan, options: AtomicOptions = {}): AtomicRun {
  const stage = new AtomicStage(plan, options);
  const { simulation, injector } = stage;
  let violation: Error | undefined;
  let isJudged = true;
  try {
    stage.run();
    isJudged = stage.judge();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    violation = error;
    simulation.note(`VIOLATION: ${error.message}`);
  }
  const { digest, now: simulatedMs, trace } = simulation;
  const { reads, writes, answered } = stage;
  const events = simulation.scheduler.fired;
  return { digest, reads, writes, answered, ...injector.counts, events, simulatedMs, isJudged, violation, trace };
}

class AtomicStage {
  readonly simulation: Simulation;
  readonly injector: FaultInjector;
  reads = 0;
  writes = 0;
  answered = 0;
  readonly #plan: KvPlan;
  readonly #cluster: SimulatedCluster;
  readonly #history: HistoryRecorder;
  #open = 0;
  #serial = 0;

  constructor(plan: KvPlan, { trace = false }: AtomicOptions) {
    this.#plan = plan;
    this.simulation = new Simulation(plan.seed, { trace, describeFrame: describeKvFrame });
    this.#cluster = new SimulatedCluster(this.simulation, {
      nodes: plan.setup.nodes,
      partitions: plan.setup.partitions,
      defaults: DEFAULT_SETTINGS,
      buckets: new Map([[BUCKET, bucketSettings(BUCKET, { consistency: 'atomic' })]]),
    });
    this.injector = new FaultInjector(this.simulation, { mayDecay: (key, name) => this.#cluster.mayDecay(key, name) });
    this.#history = new HistoryRecorder(() => this.simulation.now);
  }

  run(): void {
    const { simulation, injector } = this;
    const { setup, faults, operations, durationMs } = this.#plan;
    this.#cluster.start();
    simulation.runFor(BEGINNING_MS);
    const clients = Array.from({ length: setup.clients }, (_unused, index) => this.#client(clientName(index)));
    injector.begin(faults);
    for (const operation of operations) {
      const client = clients[operation.client % clients.length];
      if (client !== undefined) simulation.after(operation.atMs, () => this.#act(client, operation));
    }
    simulation.runFor(durationMs);
    injector.end();
    simulation.run(() => this.#open === 0, 60_000);
    simulation.runFor(RECONNECT_MS);
    const reader = this.#client('reader');
    simulation.runFor(BEGINNING_MS);
    const before = this.answered;
    for (let key = 0; key < setup.keys; key++) {
      for (let count = 0; count < FINAL_READS; count++) {
        this.#act(reader, { kind: 'read', atMs: 0, client: 0, node: count % setup.nodes, key, amount: 0 });
        simulation.run(() => this.#open === 0, 60_000);
      }
    }
    // A link to a machine that lost its power looks open until something is sent over it: not every one need be answered.
    if (this.answered === before)
      throw new Violation('a healed cluster does not answer', `none of ${setup.keys * FINAL_READS} reads`);
  }

  /** @returns whether it could be judged. */
  judge(): boolean {
    const result = checkLinearizability(this.#history.history('map'), mapModel(), { mostSteps: STEPS_MAXIMUM });
    if (result.verdict !== 'violation') return result.verdict === 'ok';
    const [{ key, operations } = { key: '', operations: [] }] = result.violations;
    const told = operations.map((each) => `${each.invocationMs}..${each.responseMs ?? '?'} ${describeOperation(each)}`);
    throw new Violation('an atomic bucket is not linearizable', `key ${key}:\n${told.join('\n')}`);
  }

  #client(name: string): DirectClient {
    const { world } = this.simulation.process(name).start();
    return new DirectClient(world, CLUSTER_NAME, this.#cluster.addresses);
  }

  #act(client: DirectClient, { kind, node, key: place }: KvOperation): void {
    const key = `key${place}`;
    // Each operation is a process of its own: a client may have several open.
    const process = this.#serial++;
    const isRead = kind === 'read' || kind === 'count';
    if (isRead) this.reads++;
    else this.writes++;
    const value = `w${process}`;
    const call = isRead
      ? this.#history.invoke({ process, kind: 'read', key })
      : kind === 'delete'
        ? this.#history.invoke({ process, kind: 'delete', key })
        : this.#history.invoke({ process, kind: 'write', key, input: value });
    this.simulation.note(`${process}: ${isRead ? 'reads' : kind === 'delete' ? 'deletes' : 'writes'} ${key} at n${node + 1}`);
    this.#open++;
    client.request(node, requestOf(isRead ? 'read' : kind, key, value), (outcome) => {
      this.#open--;
      if ('error' in outcome) {
        this.simulation.note(`${process}: ${outcome.error.message}`);
        if (outcome.error.outcome === 'not-applied') call.fail();
        else call.unknown();
        return;
      }
      this.answered++;
      const output = outcome.reply.kind === 'get' ? storedIn(outcome.reply) : undefined;
      this.simulation.note(`${process}: ${output === undefined ? 'done' : `has read ${output ?? 'nothing'}`}`);
      call.ok(output);
    });
  }
}

function requestOf(kind: KvOperation['kind'], key: string, value: string): KvRequest {
  const common = { bucket: BUCKET, key: encoder.encode(key), timeoutMs: TIMEOUT_MS };
  if (kind === 'read') return { kind: 'get', ...common, r: 0 };
  const change =
    kind === 'delete' ? ({ kind: 'delete' } as const) : ({ kind: 'put', contentType: '', value: encoder.encode(value) } as const);
  return { kind: 'change', ...common, context: undefined, change, w: 0 };
}

function storedIn({ record }: GetReply): string | null {
  const version = record === undefined ? undefined : decodeRecord(record).versions[0];
  return version === undefined || version.deleted ? null : decoder.decode(version.value);
}
