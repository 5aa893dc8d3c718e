/**
 * What clients did and saw: the one thing every checker in this folder judges, whatever system it came from.
 *
 * An operation is an interval of time: from its invocation by a process to the response. Precedence is taken from the intervals
 * alone (Herlihy & Wing, "Linearizability", TOPLAS 1990, section 2): one operation precedes another if it responded before the
 * other was invoked, or if both are of one process, which does one thing at a time. Two instants that are equal prove nothing.
 */

/** What an operation takes and returns: anything that JSON can say. */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [name: string]: Value };

/** A client, session or thread: it has at most one operation open. */
export type Process = string | number;

/**
 * `ok`: it happened, between invocation and response. `fail`: it certainly did not happen. `unknown`: it may have happened, at
 * any time after its invocation, or may still happen.
 */
export type OperationOutcome = 'ok' | 'fail' | 'unknown';

export interface Operation {
  readonly process: Process;
  /** The function that was called: `read`, `write`, `txn`. Each model names those that it knows. */
  readonly kind: string;
  /** The object it was called on, where there are several. */
  readonly key?: string | number;
  /** What it was given; without one: nothing, or `null`. */
  readonly input?: Value;
  /** What it returned; without one nothing was returned, or nothing that says more than `ok`. */
  readonly output?: Value;
  /** Milliseconds since any one instant, the same for all processes; fractions count. */
  readonly invocationMs: number;
  /**
   * When the process heard of the outcome. Always there for `ok` and `fail`. Of an `unknown` operation it is when the process gave
   * up and could go on to the next, while the operation may still take effect; without it the process never did anything again.
   */
  readonly responseMs?: number;
  readonly outcome: OperationOutcome;
}

export interface History {
  /** In the order of invocation. */
  readonly operations: readonly Operation[];
  /** The model it was recorded for, if it says. */
  readonly model?: string;
  /** The line of the file on which each operation was invoked, if it came from one. */
  readonly lines?: readonly number[];
}

/** An operation in a few words, for messages and pictures: `process 2: read x -> 5`. */
export function describeOperation(operation: Operation): string {
  return `process ${operation.process}: ${describeCall(operation)}`;
}

/** The same without its process. */
export function describeCall({ kind, key, input, output, outcome }: Operation): string {
  if (kind === 'txn')
    return `${shownSteps(outcome === 'ok' ? (output ?? input) : input)}${outcome === 'ok' ? '' : ending(outcome)}`;
  const call = [kind, key === undefined ? '' : `${key}`, input === undefined ? '' : shownValue(input)].filter(
    (part) => part !== '',
  );
  if (outcome !== 'ok') return `${call.join(' ')}${ending(outcome)}`;
  return output === undefined ? call.join(' ') : `${call.join(' ')} -> ${shownValue(output)}`;
}

function ending(outcome: OperationOutcome): string {
  return outcome === 'fail' ? ' -> failed' : ' -> ?';
}

/** The steps of a transaction, as `append x 1, r y [2]`. */
function shownSteps(steps: Value | undefined): string {
  if (!Array.isArray(steps)) return shownValue(steps ?? null);
  const shown = (part: Value): string => (typeof part === 'string' ? part : shownValue(part));
  return steps.map((step: Value) => (Array.isArray(step) ? step.map(shown).join(' ') : shown(step))).join(', ');
}

export function shownValue(value: Value): string {
  const text = JSON.stringify(value);
  return text.length <= MOST_SHOWN ? text : `${text.slice(0, MOST_SHOWN - 3)}...`;
}

const MOST_SHOWN = 80;

/** Whether two values are the same by what they say. */
export function sameValue(one: Value | undefined, other: Value | undefined): boolean {
  if (one === other) return true;
  const [a, b] = [one ?? null, other ?? null];
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return a === b;
  return valueKey(a) === valueKey(b);
}

/** Equal for equal values and for no others; the names of an object count in any order. */
export function valueKey(value: Value): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(valueKey).join()}]`;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
  return `{${entries.map(([name, inner]) => `${JSON.stringify(name)}:${valueKey(inner)}`).join()}}`;
}
