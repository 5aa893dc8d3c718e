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

function problemOf(operation: Operation): string | undefined {
  if (!KINDS.includes(operation.kind)) return unknownKind('queue', operation, KINDS);
  if (operation.kind === 'enqueue' && (operation.input ?? null) === null) {
    return 'has an enqueue of null, which is what an empty queue returns';
  }
  return undefined;
}
