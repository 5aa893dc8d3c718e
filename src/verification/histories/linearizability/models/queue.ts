/** A queue: first in, first out. */
import { type Operation, shownValue, type Value, valueKey } from '../../history.ts';
import { unknownKind } from '../../well-formed.ts';
import type { SequentialModel } from '../model.ts';
import { fromNowhere } from './from-nowhere.ts';

const KINDS = ['enqueue', 'dequeue'];

/** `enqueue` value; `dequeue` -> value, or `null` from an empty queue. */
export function queueModel(): SequentialModel<readonly string[]> {
  return {
    name: 'queue',
    problemOf,
    relevant,
    specialized,
    impossible,
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

/**
 * Henzinger, Sezgin & Vafeiadis ("Aspect-oriented linearizability proofs", CONCUR 2013): a value that comes out and was not put in, or
 * comes out twice, or before one that was put in earlier and comes out later. (Their fourth violation is left to the search.)
 */
function impossible(operations: readonly Operation[]): Operation | undefined {
  const fresh = fromNowhere(
    operations,
    ({ kind, input = null }) => (kind === 'enqueue' ? input : undefined),
    ({ kind, output }) => (kind === 'dequeue' ? output : undefined),
  );
  if (fresh !== undefined || !hasDistinctValues(operations)) return fresh;
  const out = new Map<string, Operation>();
  for (const operation of operations) {
    const { kind, output = null } = operation;
    if (kind !== 'dequeue' || output === null) continue;
    if (out.has(valueKey(output))) return operation;
    out.set(valueKey(output), operation);
  }
  return overtaking(operations, out);
}

/** In the order in which enqueues began, with the latest beginning of a dequeue among the values that were in before. */
function overtaking(operations: readonly Operation[], out: ReadonlyMap<string, Operation>): Operation | undefined {
  const entered = operations.flatMap((enqueue) => {
    const dequeue = out.get(valueKey(enqueue.input ?? null));
    return enqueue.kind === 'enqueue' && dequeue !== undefined ? [{ enqueue, dequeue }] : [];
  });
  const ends = entered.filter(({ enqueue }) => enqueue.outcome === 'ok');
  ends.sort((one, other) => (one.enqueue.responseMs ?? 0) - (other.enqueue.responseMs ?? 0));
  entered.sort((one, other) => one.enqueue.invocationMs - other.enqueue.invocationMs);
  let latest = Number.NEGATIVE_INFINITY;
  let next = 0;
  for (const { enqueue, dequeue } of entered) {
    for (let end = ends[next]; end !== undefined && (end.enqueue.responseMs ?? 0) < enqueue.invocationMs; end = ends[++next]) {
      latest = Math.max(latest, end.dequeue.invocationMs);
    }
    if ((dequeue.responseMs ?? Number.POSITIVE_INFINITY) < latest) return dequeue;
  }
  return undefined;
}

function hasDistinctValues(operations: readonly Operation[]): boolean {
  const entered = operations.filter(({ kind }) => kind === 'enqueue').map(({ input = null }) => valueKey(input));
  return new Set(entered).size === entered.length;
}

/**
 * Where values are distinct, a dequeue of unknown outcome can only have removed one that no other returned. And it harms nothing to let
 * dequeues come before enqueues, nor values that were put in at the same time in the order in which they came out.
 */
function specialized(operations: readonly Operation[]): SequentialModel<readonly string[]> {
  const model = queueModel();
  if (!hasDistinctValues(operations)) return model;
  const left = new Map<string, number>();
  for (const { kind, output, invocationMs } of operations) {
    if (kind === 'dequeue' && output !== undefined) left.set(valueKey(output), invocationMs);
  }
  const ranks = new Map(operations.map((operation) => [operation, left.get(valueKey(operation.input ?? null))]));
  const times = operations.map(({ invocationMs }) => invocationMs);
  const span = times.reduce((most, ms) => Math.max(most, ms), 0) - times.reduce((least, ms) => Math.min(least, ms), 0) + 1;
  return {
    ...model,
    step: (state, operation) => {
      const removesWanted = operation.kind === 'dequeue' && operation.outcome === 'unknown' && left.has(state[0] ?? '');
      return removesWanted ? undefined : model.step(state, operation);
    },
    rank: (operation) => {
      if (operation.kind === 'dequeue') return operation.invocationMs - span;
      return ranks.get(operation) ?? rankOfUnseen(operation, ranks);
    },
  };
}

/** What left unseen, did so between what surely came before it and what surely came behind it; without the latter it may still be there. */
function rankOfUnseen({ invocationMs, responseMs = 0 }: Operation, ranks: ReadonlyMap<Operation, number | undefined>): number {
  let [least, most] = [0, Number.POSITIVE_INFINITY];
  for (const [other, rank] of ranks) {
    if (other.kind !== 'enqueue' || rank === undefined) continue;
    if (other.responseMs !== undefined && other.responseMs < invocationMs) least = Math.max(least, rank);
    if (other.invocationMs > responseMs) most = Math.min(most, rank);
  }
  return (least + most) / 2;
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
