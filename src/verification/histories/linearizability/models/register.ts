/** Registers: one value, read and written; with compare-and-set, one per key, and keys that can be deleted. */
import { type Operation, sameValue, shownValue, type Value, valueKey } from '../../history.ts';
import { unknownKind } from '../../well-formed.ts';
import type { SequentialModel } from '../model.ts';
import { fromNowhere } from './from-nowhere.ts';

/**
 * `read` -> value; `write` value; `cas` [from, to], which returns nothing or `true` if it was done and `false` if the register held
 * something else. A register begins as `null`. With keys, each is a register of its own.
 */
export function registerModel(): SequentialModel<Value> {
  return { name: 'register', ...REGISTER, problemOf: (operation) => problemOf('register', ['read', 'write', 'cas'], operation) };
}

/** A register per key, with `delete`, which leaves `null`. */
export function mapModel(): SequentialModel<Value> {
  return {
    name: 'map',
    ...REGISTER,
    problemOf: (operation) => {
      const problem = problemOf('map', ['read', 'write', 'cas', 'delete'], operation);
      return problem ?? (operation.key === undefined ? `has a ${operation.kind} without a key` : undefined);
    },
  };
}

const REGISTER = {
  relevant,
  impossible: (operations: readonly Operation[]): Operation | undefined => fromNowhere(operations, broughtIn, seenBy),
  initial: (): Value => null,
  step: stepRegister,
  encode: (value: Value): string | number => (typeof value === 'number' ? value : valueKey(value)),
  describe: (value: Value): string => `holds ${shownValue(value)}`,
};

function stepRegister(state: Value, operation: Operation): Value | undefined {
  const { kind, input = null, output, outcome } = operation;
  switch (kind) {
    case 'read':
      return outcome === 'unknown' || sameValue(output, state) ? state : undefined;
    case 'write':
      return input;
    case 'delete':
      return null;
    default: {
      const { from, to } = compared(operation);
      const holds = sameValue(from, state);
      if (outcome === 'unknown') return holds ? to : state;
      if (output === false) return holds ? undefined : state;
      return holds ? to : undefined;
    }
  }
}

function compared({ input }: Operation): { readonly from: Value; readonly to: Value } {
  return Array.isArray(input) ? { from: input[0] ?? null, to: input[1] ?? null } : { from: null, to: null };
}

/**
 * A read that never returned says nothing. A write that never returned, of a value that nobody saw and no compare-and-set waits for,
 * can be taken out of every order that has it: what came after it overwrote it unseen. (Not so if a compare-and-set returned that
 * it found something else: it may have found this.)
 */
function relevant(operations: readonly Operation[]): readonly Operation[] {
  const returned = operations.filter(({ kind, outcome }) => outcome === 'ok' || kind !== 'read');
  if (returned.some(({ kind, output }) => kind === 'cas' && output === false)) return returned;
  const seen = new Set<string>();
  for (const operation of returned) {
    if (operation.kind === 'read') seen.add(valueKey(operation.output ?? null));
    if (operation.kind === 'cas') seen.add(valueKey(compared(operation).from));
  }
  return returned.filter((operation) => operation.outcome === 'ok' || seen.has(valueKey(written(operation))));
}

function broughtIn(operation: Operation): Value | undefined {
  return operation.kind === 'read' || operation.output === false ? undefined : written(operation);
}

function seenBy(operation: Operation): Value | undefined {
  if (operation.kind === 'read') return operation.output;
  return operation.kind === 'cas' && operation.output !== false ? compared(operation).from : undefined;
}

function written(operation: Operation): Value {
  if (operation.kind === 'cas') return compared(operation).to;
  return operation.kind === 'delete' ? null : (operation.input ?? null);
}

function problemOf(model: string, kinds: readonly string[], operation: Operation): string | undefined {
  const { kind, input, output } = operation;
  if (!kinds.includes(kind)) return unknownKind(model, operation, kinds);
  if (kind === 'read' && input !== undefined && input !== null) return `has a read with the input ${shownValue(input)}`;
  if (kind !== 'cas') return undefined;
  if (!Array.isArray(input) || input.length !== 2) return 'has a cas whose input is no pair [from, to]';
  if (output === undefined || output === null || typeof output === 'boolean') return undefined;
  return sameValue(output, input) ? undefined : `has a cas that returned ${shownValue(output)}, which is neither true nor false`;
}
