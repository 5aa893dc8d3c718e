/** Writes a history down while it happens, for the programs that make one. */
import { invariant } from '../../runtime/errors/index.ts';
import type { History, Operation, OperationOutcome, Process, Value } from './history.ts';

/** The open end of an operation; one of its functions is to be called, once. Without a call the operation never returned. */
export interface OpenOperation {
  ok(output?: Value): void;
  fail(): void;
  /** The process gives up and goes on; the operation may take effect whenever it likes. */
  unknown(): void;
}

export interface Call {
  readonly process: Process;
  readonly kind: string;
  readonly key?: string | number;
  readonly input?: Value;
}

/** A nanosecond, in milliseconds. */
const LEAST_STEP_MS = 1e-6;

interface Recorded {
  readonly call: Call;
  readonly invocationMs: number;
  end: Pick<Operation, 'output' | 'responseMs' | 'outcome'>;
}

/**
 * One recorder for all processes, in one thread: what it hears first is stamped first. No two stamps are equal, even if the clock
 * stands still, as virtual time does: so the history keeps the order in which things happened.
 */
export class HistoryRecorder {
  readonly #nowMs: () => number;
  readonly #operations: Recorded[] = [];
  #lastMs = Number.NEGATIVE_INFINITY;

  /** @param nowMs a clock that does not go back: that of the world. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  invoke(call: Call): OpenOperation {
    const recorded: Recorded = { call, invocationMs: this.#stamp(), end: { outcome: 'unknown' } };
    this.#operations.push(recorded);
    const end = (outcome: OperationOutcome, output?: Value): void => {
      invariant(recorded.end.responseMs === undefined, `${call.kind} of process ${call.process} returned twice`);
      recorded.end = { outcome, responseMs: this.#stamp(), ...(output === undefined ? {} : { output }) };
    };
    return { ok: (output) => end('ok', output), fail: () => end('fail'), unknown: () => end('unknown') };
  }

  /** What was recorded so far; what is still open is unknown. */
  history(model?: string): History {
    const operations = this.#operations.map(({ call, invocationMs, end }): Operation => ({ ...call, invocationMs, ...end }));
    return { operations, ...(model === undefined ? {} : { model }) };
  }

  #stamp(): number {
    this.#lastMs = Math.max(this.#nowMs(), this.#lastMs + LEAST_STEP_MS);
    return this.#lastMs;
  }
}
