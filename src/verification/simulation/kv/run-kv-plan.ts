/**
 * One plan, one story: a cluster, clients that read and write a few keys, faults of every kind, then peace, and the final
 * reads against the checker. Checked are invariants 1 to 3 of the store (nothing acknowledged is lost, nothing deleted
 * returns, siblings are exactly the concurrent writes), of 4 that no hints remain, and 5 (any one reachable node takes writes with
 * W=1).
 */
import { decodeRecord, numberOf } from '../../../protocols/versions/index.ts';
import type { DirectClient, DirectOutcome } from '../../../stores/kv/client/index.ts';
import type { GetReply, KvRequest } from '../../../stores/kv/index.ts';
import { Violation } from '../../histories/index.ts';
import { ActingClient, changeRequest, judge, valuesOf } from './acting-client.ts';
import { cutZoneTakesWrites } from './cut-zone.ts';
import { clientName, type KvPlan } from './kv-plan.ts';
import { COUNTER_KEY, COUNTERS, PLAIN, Stage, type StageOptions } from './stage.ts';

export interface KvRun {
  readonly digest: string;
  readonly writes: number;
  readonly acknowledged: number;
  readonly reads: number;
  readonly faults: number;
  readonly crashes: number;
  readonly events: number;
  readonly simulatedMs: number;
  /** Keys that ended with more than one value: without some, the checks of siblings would be empty. */
  readonly siblings: number;
  readonly violation: Error | undefined;
  readonly trace: readonly string[];
}

/** Links are dialled anew within this time after a fault. */
const RECONNECT_MS = 12_000;
/** Longer than any frame takes between zones when there are no faults. */
const CALM_MS = 1_000;
const FINAL_ATTEMPTS = 5;
const encoder = new TextEncoder();

export function runKvPlan(plan: KvPlan, options: StageOptions = {}): KvRun {
  const stage = new Stage(plan.seed, plan.setup, options);
  const { simulation, injector } = stage;
  let siblings = 0;
  let violation: Error | undefined;
  try {
    stage.cluster.start();
    simulation.runFor(1_000);
    const clients = Array.from({ length: plan.setup.clients }, (_unused, index) => {
      return new ActingClient(stage, clientName(index), stage.clientAt(index));
    });
    injector.begin(plan.faults);
    for (const operation of plan.operations) {
      simulation.after(operation.atMs, () => clients[operation.client % clients.length]?.act(operation));
    }
    simulation.runFor(plan.durationMs);
    injector.end();
    simulation.run(() => stage.open === 0, 60_000);
    simulation.runFor(RECONNECT_MS);
    everythingArrives(stage);
    loneNodeTakesWrites(stage);
    hintsAreHandedOver(stage);
    if (plan.setup.zoned !== undefined && cutZoneTakesWrites(stage, plan.setup.zoned.zones, complete)) healed(stage);
    siblings = finalReads(stage);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    violation = error;
    simulation.note(`VIOLATION: ${error.message}`);
  }
  const { writes, reads } = stage.history;
  const { digest, now: simulatedMs, trace } = simulation;
  return {
    digest,
    writes: writes.length,
    acknowledged: writes.filter((write) => write.fate === 'acknowledged').length,
    reads,
    ...injector.counts,
    events: simulation.scheduler.fired,
    simulatedMs,
    siblings,
    violation,
    trace,
  };
}

/**
 * What was sent during the faults may be under way for minutes, with everything that was sent behind it: writes on which their client has
 * given up, and which are done when they arrive. Peace begins behind the last of them.
 */
export function everythingArrives({ simulation }: Stage): void {
  const leftMs = simulation.network.lastArrivalMs - simulation.now;
  if (leftMs < CALM_MS) return;
  simulation.runFor(leftMs + RECONNECT_MS);
}

/**
 * Invariant 5: any node, alone with a client, takes a write with W=1, of whichever key. At once if it is a home of the key; else as soon as it
 * knows that the homes do not answer: a link to them looks open until something is sent over it.
 */
export function loneNodeTakesWrites(stage: Stage): void {
  const { simulation, history } = stage;
  const { names } = stage.cluster;
  const lonely = simulation.random.pick(stage.inService);
  const name = names[lonely] as string;
  const client = stage.client('lonely client');
  simulation.runFor(1_000);
  simulation.partition([[name, 'lonely client'], names.filter((other) => other !== name)]);
  let problem = '';
  for (let attempt = 0; attempt < FINAL_ATTEMPTS; attempt++) {
    const event = history.begin(stage.nextWrite(), stage.keys[0] as string, false, history.nothing);
    const change = { kind: 'put', contentType: '', value: encoder.encode(event.id) } as const;
    const outcome = complete(stage, client, lonely, changeRequest(PLAIN, event.key, undefined, change, 1));
    judge(event, outcome);
    problem = 'error' in outcome ? outcome.error.message : '';
    if (problem === '') break;
    simulation.runFor(RECONNECT_MS);
  }
  if (problem !== '') throw new Violation('one reachable node did not take a write with W=1', problem);
  healed(stage);
}

function healed({ simulation }: Stage): void {
  simulation.heal();
  simulation.runFor(RECONNECT_MS);
}

/**
 * Of invariant 4: after healing and quiet, nobody holds anything for anyone. But for what a node that is no member any more has taken before it heard of
 * that, if it has been deleted and forgotten meanwhile: it is for an administrator to decide about (docs/decisions/0088).
 */
export function hintsAreHandedOver(stage: Stage): void {
  const client = stage.client('clerk');
  stage.simulation.runFor(1_000);
  let held: string[] = [];
  for (let attempt = 0; attempt < FINAL_ATTEMPTS; attempt++) {
    held = stage.cluster.names.flatMap((name, node) => {
      if (stage.destroyed.has(name)) return [];
      const question = { kind: 'inspect', topic: 'hints', argument: '', timeoutMs: 1_000 } as const;
      const outcome = complete(stage, client, node, question);
      if ('error' in outcome || outcome.reply.kind !== 'inspect') return [`${name} does not say`];
      const { targets }: { readonly targets: readonly { readonly waitsFor: string }[] } = JSON.parse(outcome.reply.json);
      const left = stage.inService.includes(node) ? targets : targets.filter(({ waitsFor }) => waitsFor !== 'an administrator');
      return left.length === 0 ? [] : [`${name}: ${JSON.stringify(left)}`];
    });
    if (held.length === 0) return;
    stage.simulation.runFor(RECONNECT_MS);
  }
  throw new Violation('hints remain after healing and quiet', held.join('; '));
}

/** @returns how many keys have siblings. */
export function finalReads(stage: Stage, reader = 'reader'): number {
  const client = stage.client(reader);
  const [one = 0, another = one] = stage.inService;
  stage.simulation.runFor(1_000);
  let siblings = 0;
  for (const key of stage.keys) {
    // The first read repairs; the second, through another node, must find the same.
    const first = valuesOf(readAll(stage, client, one, PLAIN, key));
    stage.simulation.note(`final read of ${key}: ${first.join(' ')}`);
    stage.history.onFinalRead(key, first);
    stage.simulation.runFor(1_000);
    const second = valuesOf(readAll(stage, client, another, PLAIN, key));
    stage.history.onFinalRead(key, second);
    if (first.join() !== second.join())
      throw new Violation('replicas differ after repair', `${key}: ${first.join(' ')}, then ${second.join(' ')}`);
    if (second.length > 1) siblings++;
  }
  const counter = readAll(stage, client, one, COUNTERS, COUNTER_KEY).record;
  const total = counter === undefined ? 0 : decodeRecord(counter).versions.reduce((sum, version) => sum + numberOf(version), 0);
  if (total < stage.counted || total > stage.mayCount) {
    throw new Violation('the counter is wrong', `${total}, but ${stage.counted} to ${stage.mayCount} were counted`);
  }
  return siblings;
}

/**
 * A read of all three replicas. The first ones may fail: a link to a machine that lost its power looks open until something is
 * sent over it.
 */
function readAll(stage: Stage, client: DirectClient, node: number, bucket: string, key: string): GetReply {
  let problem = '';
  for (let attempt = 0; attempt < FINAL_ATTEMPTS; attempt++) {
    const outcome = complete(stage, client, node, { kind: 'get', bucket, key: encoder.encode(key), r: 3, timeoutMs: 5_000 });
    if ('reply' in outcome && outcome.reply.kind === 'get') return outcome.reply;
    problem = 'error' in outcome ? outcome.error.message : outcome.reply.kind;
    stage.simulation.runFor(RECONNECT_MS);
  }
  throw new Violation('a healed cluster does not answer a read', problem);
}

/** Lets time go on until the request is answered, or given up. */
export function complete(stage: Stage, client: DirectClient, node: number, request: KvRequest): DirectOutcome {
  let outcome: DirectOutcome | undefined;
  stage.request(client, node, request, (result) => {
    outcome = result;
  });
  stage.simulation.run(() => outcome !== undefined, 10_000);
  if (outcome === undefined) throw new Violation('a request never ended', request.kind);
  return outcome;
}
