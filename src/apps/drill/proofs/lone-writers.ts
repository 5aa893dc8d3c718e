/**
 * Proof 5: one client for each node, that is told of no other one and writes with W=1. As long as its node is reachable, whatever happens to the
 * others, no write may be refused. Each write has a key of its own, so that in the end each can be missed.
 */
import { QuorateError } from '../../../runtime/errors/index.ts';
import type { Timers } from '../../../runtime/world/index.ts';
import type { Quorate } from '../../../stores/kv/index.ts';
import type { HistoryRecorder } from '../../../verification/histories/index.ts';
import type { Fault } from '../fault.ts';
import type { HappenedFault } from '../measure.ts';

export interface LoneWritersOptions {
  readonly bucket: string;
  readonly recorder: HistoryRecorder;
  readonly timers: Timers;
  readonly timeoutMs: number;
  nowMs(): number;
}

export interface LoneAttempt {
  readonly node: string;
  readonly beganMs: number;
  readonly endedMs: number;
  /** Why it was refused, if it was. */
  readonly refusal?: string;
}

export interface LoneWrites {
  /** With nodes that were reachable all the while. */
  readonly attempts: number;
  /** Of those, while something befell other nodes or the ways between them. */
  readonly inTrouble: number;
  /** In words. */
  readonly refused: readonly string[];
}

const PAUSE_MS = 100;
/** A node that was killed or stood still is reachable again when its clients have found that out. */
const BACK_WITHIN_MS = 3_000;

export class LoneWriters {
  readonly attempts: LoneAttempt[] = [];
  readonly keys = new Set<string>();
  readonly #options: LoneWritersOptions;
  readonly #running = new Map<string, Promise<void>>();
  /** Nodes that nobody writes to any more. */
  readonly #left = new Set<string>();
  #stopped = false;

  constructor(options: LoneWritersOptions) {
    this.#options = options;
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Resolves when the last write of all has ended. @throws what is no answer of the store. */
  async ended(): Promise<void> {
    await Promise.all(this.#running.values());
  }

  /** A client of this node alone, until {@link stop} or {@link leave}. */
  run(node: string, quorate: Quorate): void {
    const running = this.#run(node, quorate);
    // Should it fail, `ended` tells.
    running.catch(() => {});
    this.#running.set(node, running);
  }

  /** Resolves when nothing is under way at that node any more. */
  async leave(node: string): Promise<void> {
    this.#left.add(node);
    await this.#running.get(node);
  }

  async #run(node: string, quorate: Quorate): Promise<void> {
    const { bucket: name, recorder, timers, timeoutMs, nowMs } = this.#options;
    const bucket = quorate.kv.bucket(name);
    for (let serial = 0; !this.#stopped && !this.#left.has(node); serial++) {
      const key = `alone-${node}-${serial}`;
      this.keys.add(key);
      const beganMs = nowMs();
      const open = recorder.invoke({ process: `alone with ${node}`, kind: 'put', key, input: { id: key, after: [] } });
      try {
        await bucket.put(key, key, { w: 1, timeoutMs });
        open.ok();
        this.attempts.push({ node, beganMs, endedMs: nowMs() });
      } catch (error) {
        if (!(error instanceof QuorateError)) throw error;
        if (error.outcome === 'not-applied') open.fail();
        else open.unknown();
        const attempt = { node, beganMs, endedMs: nowMs() };
        // A client that has learnt of the ring asks the key's home itself: that this one dies with the request is no refusal.
        this.attempts.push(error.code === 'connection-lost' ? attempt : { ...attempt, refusal: error.message });
      }
      await new Promise<void>((resolve) => void timers.after(PAUSE_MS, resolve));
    }
  }
}

/** What counts of the attempts: those whose node was reachable from before the beginning until the end. */
export function judgeLoneWrites(attempts: readonly LoneAttempt[], faults: readonly HappenedFault[]): LoneWrites {
  const reachable = attempts.filter((attempt) => {
    return !faults.some((fault) => during(attempt, fault, BACK_WITHIN_MS) && keepsAway(fault.fault, attempt.node));
  });
  return {
    attempts: reachable.length,
    inTrouble: reachable.filter((attempt) => faults.some((fault) => during(attempt, fault, 0))).length,
    refused: reachable.flatMap(({ node, beganMs, refusal }) =>
      refusal === undefined ? [] : [`at ${(beganMs / 1_000).toFixed(1)} s ${node} refused a write with W=1: ${refusal}`],
    ),
  };
}

function during({ beganMs, endedMs }: LoneAttempt, fault: HappenedFault, graceMs: number): boolean {
  return beganMs <= fault.endedMs + graceMs && endedMs >= fault.beganMs;
}

/** Whether clients cannot reach the node meanwhile, or it cannot take anything. Cut links are between nodes only. */
function keepsAway(fault: Fault, node: string): boolean {
  return fault.kind !== 'partition' && fault.kind !== 'zone' && fault.nodes.includes(node);
}
