/** A log: values are appended, get indices from 0 on, and stay. */
import { type Operation, sameValue, shownValue, type Value, valueKey } from '../../history.ts';
import { unknownKind } from '../../well-formed.ts';
import type { SequentialModel } from '../model.ts';
import { fromNowhere } from './from-nowhere.ts';

const KINDS = ['append', 'read'];

/**
 * A log as its last entry, with the log before it. The same values appended to the same log give the same object, so logs of any
 * length are compared by their numbers.
 */
interface LogState {
  readonly number: number;
  readonly length: number;
  readonly value: Value;
  readonly before: LogState | undefined;
  readonly after: Map<string, LogState>;
  readonly count: { logs: number };
}

/**
 * `append` value -> its index, or nothing if the client is not told; `read` index -> the value there, or `null` beyond the end; `read`
 * of nothing -> all values, as a list.
 */
export function logModel(): SequentialModel<LogState> {
  return {
    name: 'log',
    problemOf,
    relevant: (operations) => operations.filter(({ kind, outcome }) => outcome === 'ok' || kind === 'append'),
    impossible: (operations) =>
      fromNowhere(
        operations,
        ({ kind, input = null }) => (kind === 'append' ? input : undefined),
        ({ kind, input, output }) => (kind === 'read' && typeof input === 'number' ? output : undefined),
      ),
    initial: () => ({ number: 0, length: 0, value: null, before: undefined, after: new Map(), count: { logs: 1 } }),
    step: (state, operation) => {
      if (operation.kind === 'read') return reads(state, operation) ? state : undefined;
      const { input = null, output, outcome } = operation;
      if (outcome === 'ok' && typeof output === 'number' && output !== state.length) return undefined;
      return appended(state, input);
    },
    encode: ({ number }) => number,
    describe: ({ length, value }) => (length === 0 ? 'is empty' : `has ${length} entries, the last of them ${shownValue(value)}`),
  };
}

function appended(state: LogState, value: Value): LogState {
  const key = valueKey(value);
  const known = state.after.get(key);
  if (known !== undefined) return known;
  const { count, length } = state;
  const log: LogState = { number: count.logs++, length: length + 1, value, before: state, after: new Map(), count };
  state.after.set(key, log);
  return log;
}

function reads(state: LogState, { input, output = null }: Operation): boolean {
  if (typeof input === 'number') {
    if (input >= state.length) return output === null;
    let entry: LogState | undefined = state;
    while (entry !== undefined && entry.length > input + 1) entry = entry.before;
    return sameValue(entry?.value, output);
  }
  if (!Array.isArray(output) || output.length !== state.length) return false;
  for (let entry: LogState | undefined = state; entry !== undefined && entry.length > 0; entry = entry.before) {
    if (!sameValue(output[entry.length - 1], entry.value)) return false;
  }
  return true;
}

function problemOf(operation: Operation): string | undefined {
  const { kind, input, output, outcome } = operation;
  if (!KINDS.includes(kind)) return unknownKind('log', operation, KINDS);
  if (kind === 'append') {
    if (output === undefined || isIndex(output) || sameValue(output, input)) return undefined;
    return `has an append that returned ${shownValue(output)}, which is no index`;
  }
  if (input !== undefined && input !== null && !isIndex(input)) return `has a read of ${shownValue(input)}, which is no index`;
  if (outcome !== 'ok' || typeof input === 'number' || Array.isArray(output)) return undefined;
  return `has a read of the whole log that returned ${shownValue(output ?? null)}, which is no list`;
}

function isIndex(value: Value): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
