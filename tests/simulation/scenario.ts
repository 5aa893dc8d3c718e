/**
 * One seed, one story: a cluster, clients that read and write a few keys, faults of every kind, then peace, and the final
 * reads against the checker. Checked are invariants 1 to 3 of the store (nothing acknowledged is lost, nothing deleted
 * returns, siblings are exactly the concurrent writes) and, as far as home replicas alone can give it, 5 (any one reachable
 * replica takes writes with W=1).
 */
import { decodeRecord, numberOf } from '../../src/protocols/versions/index.ts';
import type { ChangeRequest, GetReply } from '../../src/stores/kv/requests.ts';
import type { DirectClient, Outcome } from './direct-client.ts';
import { Violation } from './history.ts';
import { COUNTERS, PLAIN, type ScenarioOptions, Stage } from './stage.ts';
import { Trouble } from './trouble.ts';
import { ActingClient, judge, valuesOf } from './workload.ts';

export interface ScenarioResult {
  readonly digest: string;
  readonly writes: number;
  readonly acknowledged: number;
  readonly reads: number;
  readonly crashes: number;
  readonly simulatedMs: number;
  /** Keys that ended with more than one value: without some, the checks of siblings would be empty. */
  readonly siblings: number;
  readonly violation: Error | undefined;
  readonly trace: readonly string[];
}

const TROUBLE_MS = 8_000;
/** Links are dialled anew within this time after a fault. */
const RECONNECT_MS = 12_000;
const FINAL_ATTEMPTS = 5;
const encoder = new TextEncoder();

export function runScenario(seed: bigint, options: ScenarioOptions = {}): ScenarioResult {
  const stage = new Stage(seed, options);
  const trouble = new Trouble(stage, stage.random.fork('trouble'));
  let siblings = 0;
  let violation: Error | undefined;
  try {
    stage.startNodes();
    stage.simulation.runFor(1000);
    trouble.begin();
    const clients = 2 + stage.random.below(3);
    for (let index = 0; index < clients; index++) {
      new ActingClient(stage, `c${index}`, stage.random.fork(`client ${index}`)).act();
    }
    stage.simulation.runFor(TROUBLE_MS);
    trouble.end();
    loneReplicaTakesWrites(stage);
    siblings = finalReads(stage);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    violation = error;
  }
  const { writes, reads } = stage.history;
  const acknowledged = writes.filter((write) => write.fate === 'acknowledged').length;
  const { digest, now: simulatedMs, trace } = stage.simulation;
  return {
    digest,
    writes: writes.length,
    acknowledged,
    reads,
    crashes: trouble.crashes,
    simulatedMs,
    siblings,
    violation,
    trace,
  };
}

/** Invariant 5: a home replica, alone with a client, takes a write with W=1. */
function loneReplicaTakesWrites(stage: Stage): void {
  // With three nodes each is a home of every key; with more, the lone node may have to forward to one that is cut off.
  if (stage.names.length > 3) return;
  const { simulation, names, history } = stage;
  const lonely = stage.random.below(names.length);
  const name = names[lonely] as string;
  const client = stage.client('lonely client');
  simulation.runFor(1000);
  simulation.partition([[name, 'lonely client'], names.filter((other) => other !== name)]);
  const key = stage.keys[0] as string;
  const event = history.begin(stage.nextWrite(), key, false, new Set());
  const change = { kind: 'put', contentType: '', value: encoder.encode(event.id) } as const;
  const request: ChangeRequest = {
    kind: 'change',
    bucket: PLAIN,
    key: encoder.encode(key),
    context: undefined,
    change,
    w: 1,
    timeoutMs: 2000,
  };
  const outcome = complete(stage, client, lonely, request);
  judge(event, outcome);
  if ('error' in outcome) throw new Violation('one reachable replica did not take a write with W=1', outcome.error.message);
  simulation.heal();
  simulation.runFor(RECONNECT_MS);
}

/** @returns how many keys have siblings. */
function finalReads(stage: Stage): number {
  const client = stage.client('reader');
  stage.simulation.runFor(1000);
  let siblings = 0;
  for (const key of stage.keys) {
    // The first read repairs; the second, through another node, must find the same.
    const first = valuesOf(readAll(stage, client, 0, PLAIN, key));
    stage.history.onFinalRead(key, first);
    stage.simulation.runFor(1000);
    const second = valuesOf(readAll(stage, client, 1, PLAIN, key));
    stage.history.onFinalRead(key, second);
    if (first.join() !== second.join())
      throw new Violation('replicas differ after repair', `${key}: ${first.join(' ')}, then ${second.join(' ')}`);
    if (second.length > 1) siblings++;
  }
  const counter = readAll(stage, client, 0, COUNTERS, 'total').record;
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
    const outcome = complete(stage, client, node, { kind: 'get', bucket, key: encoder.encode(key), r: 3, timeoutMs: 5000 });
    if ('reply' in outcome && outcome.reply.kind === 'get') return outcome.reply;
    problem = 'error' in outcome ? outcome.error.message : outcome.reply.kind;
    stage.simulation.runFor(RECONNECT_MS);
  }
  throw new Violation('a healed cluster does not answer a read', problem);
}

function complete(stage: Stage, client: DirectClient, node: number, request: Parameters<DirectClient['request']>[1]): Outcome {
  let outcome: Outcome | undefined;
  stage.request(client, node, request, (result) => {
    outcome = result;
  });
  stage.simulation.run(() => outcome !== undefined, 10_000);
  if (outcome === undefined) throw new Violation('a request never ended', request.kind);
  return outcome;
}
