/** A queue: first in, first out. */
import { type Operation, shownValue, type Value, valueKey } from '../../history.ts';
import { unknownKind } from '../../well-formed.ts';
import type { SequentialModel } from '../model.ts';

const KINDS = ['enqueue', 'dequeue'];

/** `enqueue` value; `dequeue` -> value, or `null` from an empty queue. */
export function queueModel(): SequentialModel<readonly string[]> {
  return {
    name: 'queue',
    problemOf,
    relevant,
    ranks,
    initial: () => [],
    step: (state, { kind, input = null, output = null, outcome }) => {
      if (kind === 'enqueue') return [...state, valueKey(input)];
      const [first] = state;
      if (outcome === 'ok' && (first ?? 'null') !== valueKey(output)) return undefined;
      return state.slice(1);
    },
    encode: (state) => state.join(),
    describe: (state) => (state.length === 0 ? 'is empty' : `holds ${shownValue(state.map((text): Value => JSON.parse(text)))}`),
  };
}

/** Values that were put in at the same time went in in the order in which they came out; dequeues come as they were invoked. */
function ranks(operations: readonly Operation[]): readonly number[] {
  const left = new Map<string, number>();
  for (const { kind, output, invocationMs } of operations) {
    if (kind === 'dequeue' && output !== undefined) left.set(valueKey(output), invocationMs);
  }
  return operations.map(({ kind, input = null, invocationMs }) => {
    return kind === 'enqueue' ? (left.get(valueKey(input)) ?? Number.POSITIVE_INFINITY) : invocationMs;
  });
}

/**
 * What was put in by an operation that never returned, and was never seen, can be taken out of every order that has it, together with
 * the dequeue of unknown outcome that removed it, if one did.
 */
function relevant(operations: readonly Operation[]): readonly Operation[] {
  const seen = new Set(
    operations.flatMap(({ kind, output }) => (kind === 'dequeue' && output !== undefined ? [valueKey(output)] : [])),
  );
  return operations.filter(
    ({ kind, outcome, input = null }) => outcome === 'ok' || kind === 'dequeue' || seen.has(valueKey(input)),
  );
}

function problemOf(operation: Operation): string | undefined {
  if (!KINDS.includes(operation.kind)) return unknownKind('queue', operation, KINDS);
  if (operation.kind === 'enqueue' && (operation.input ?? null) === null) {
    return 'has an enqueue of null, which is what an empty queue returns';
  }
  return undefined;
}
