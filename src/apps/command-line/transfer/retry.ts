/** Trying again while a node is away: what may be repeated, with which pauses, and for how long. */
import { QuorateError } from '../../../runtime/errors/index.ts';
import { Backoff } from '../../../runtime/transport/index.ts';
import type { Clock, Random, Timers } from '../../../runtime/world/index.ts';

export interface RetryOptions {
  readonly world: { readonly clock: Clock; readonly timers: Timers; readonly random: Random };
  /** From the first failure on; then the last failure is thrown. */
  readonly limitMs: number;
  /** Ends the pauses. */
  readonly signal: AbortSignal;
  readonly onRetry?: (error: QuorateError) => void;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;

/** Failures of the moment. All others say something about the request, and would say it again. */
const PASSING = new Set([
  'timeout',
  'not-enough-replicas',
  'connection-lost',
  'unreachable',
  'overloaded',
  'stopping',
  'damaged-record',
]);

export function isPassing(error: unknown): error is QuorateError {
  return error instanceof QuorateError && PASSING.has(error.code);
}

/** `attempt` must be safe to repeat. It is given the failure before, if there was one. */
export async function retrying<Result>(
  attempt: (previous: QuorateError | undefined) => Promise<Result>,
  { world, limitMs, signal, onRetry }: RetryOptions,
): Promise<Result> {
  const backoff = new Backoff(world.random, FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
  let previous: QuorateError | undefined;
  let firstFailure: number | undefined;
  for (;;) {
    try {
      return await attempt(previous);
    } catch (error) {
      firstFailure ??= world.clock.now();
      if (!isPassing(error) || signal.aborted || world.clock.now() - firstFailure >= limitMs) throw error;
      onRetry?.(error);
      previous = error;
      await pause(world.timers, backoff.next(), signal);
    }
  }
}

function pause(timers: Timers, durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      timer.cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = timers.after(durationMs, end);
    signal.addEventListener('abort', end);
  });
}
