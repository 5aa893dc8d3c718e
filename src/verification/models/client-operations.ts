/**
 * What the clients of a checked group did and saw, kept in the state so that every state can be judged by it.
 *
 * It holds just what linearizability asks for: each client's operations in order, and for each the number of operations that every
 * other client had completed when it began. Two runs that differ in nothing else come together in one state; this is the history of
 * the published counts (Herlihy and Wing 1990, section 2, for the order it keeps).
 */
import type { ProcessId } from '../../protocols/process/index.ts';

export type Call = { readonly kind: 'write'; readonly value: string } | { readonly kind: 'read' };

export interface Begun {
  readonly call: Call;
  /** For each other client that had completed any: how many. */
  readonly after: ReadonlyMap<ProcessId, number>;
}

export interface Completed extends Begun {
  /** What was read; undefined for nothing, and for writes. */
  readonly result: string | undefined;
}

export interface ClientOperations {
  readonly completed: ReadonlyMap<ProcessId, readonly Completed[]>;
  readonly begun: ReadonlyMap<ProcessId, Begun>;
}

export const NO_OPERATIONS: ClientOperations = { completed: new Map(), begun: new Map() };

export function invoke(operations: ClientOperations, client: ProcessId, call: Call): ClientOperations {
  const after = new Map<ProcessId, number>();
  for (const [other, completed] of operations.completed) if (other !== client) after.set(other, completed.length);
  return { completed: operations.completed, begun: new Map(operations.begun).set(client, { call, after }) };
}

export function complete(operations: ClientOperations, client: ProcessId, result: string | undefined): ClientOperations {
  const operation = operations.begun.get(client);
  if (operation === undefined) return operations;
  const begun = new Map(operations.begun);
  begun.delete(client);
  const mine = [...(operations.completed.get(client) ?? []), { ...operation, result }];
  return { completed: new Map(operations.completed).set(client, mine), begun };
}

/** The client's open operation did not happen, and never will. */
export function forget(operations: ClientOperations, client: ProcessId): ClientOperations {
  const begun = new Map(operations.begun);
  begun.delete(client);
  return { completed: operations.completed, begun };
}

/**
 * Whether some order of the operations explains all results: it keeps to the order in time, and each read gives what was written
 * last. An operation that has only begun may have happened or not.
 */
export function isLinearizable(operations: ClientOperations): boolean {
  let verdict = verdicts.get(operations);
  if (verdict === undefined) {
    verdict = explains(operations, new Map(), undefined, new Set());
    verdicts.set(operations, verdict);
  }
  return verdict;
}

/** Many states share their operations, which are never changed. */
const verdicts = new WeakMap<ClientOperations, boolean>();

/** Wing and Gong's search: try each operation that may come next. The histories are of a few operations only. */
function explains(
  operations: ClientOperations,
  placed: ReadonlyMap<ProcessId, number>,
  value: string | undefined,
  placedBegun: ReadonlySet<ProcessId>,
): boolean {
  let complete = true;
  for (const [client, completed] of operations.completed) {
    const place = placed.get(client) ?? 0;
    const operation = completed[place];
    if (operation === undefined) continue;
    complete = false;
    if (!mayComeNext(operation, placed)) continue;
    const { call, result } = operation;
    if (call.kind === 'read' && result !== value) continue;
    const next = call.kind === 'write' ? call.value : value;
    if (explains(operations, new Map(placed).set(client, place + 1), next, placedBegun)) return true;
  }
  if (complete) return true;
  for (const [client, { call, after }] of operations.begun) {
    if (placedBegun.has(client) || call.kind === 'read' || !mayComeNext({ after }, placed)) continue;
    if ((placed.get(client) ?? 0) < (operations.completed.get(client)?.length ?? 0)) continue;
    if (explains(operations, placed, call.value, new Set(placedBegun).add(client))) return true;
  }
  return false;
}

function mayComeNext({ after }: Pick<Begun, 'after'>, placed: ReadonlyMap<ProcessId, number>): boolean {
  for (const [other, count] of after) if ((placed.get(other) ?? 0) < count) return false;
  return true;
}
