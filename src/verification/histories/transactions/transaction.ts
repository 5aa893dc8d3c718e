/** Transactions as histories have them: an operation `txn` whose input is a list of steps, and whose output is the same with what was read. */
import { badHistory } from '../errors.ts';
import { describeOperation, type History, type Operation, sameValue, shownValue, type Value } from '../history.ts';
import { checkShapes, unknownKind } from '../well-formed.ts';

/** `["append", key, value]`, `["w", key, value]` or `["r", key, null]`; in the output of the last the value that was read. */
export interface Step {
  readonly kind: 'append' | 'w' | 'r';
  readonly key: string | number;
  readonly value: Value;
}

export interface Transaction {
  readonly number: number;
  readonly operation: Operation;
  /** Of a committed one with what it read; else only what it would write: its reads say nothing. */
  readonly steps: readonly Step[];
}

export interface Transactions {
  readonly all: readonly Transaction[];
  /** Who wrote a value to a key: values are distinct. */
  writerOf(key: Step['key'], value: Value): Transaction | undefined;
}

export function isCommitted({ operation }: Transaction): boolean {
  return operation.outcome === 'ok';
}

export function isAborted({ operation }: Transaction): boolean {
  return operation.outcome === 'fail';
}

/**
 * @param write the kind of write that the model has.
 * @throws QuorateError `bad-history`, also if a value is written twice to a key.
 */
export function transactionsOf(history: History, model: string, write: 'append' | 'w'): Transactions {
  checkShapes(history, (operation) => problemOf(operation, model, write));
  const writers = new Map<string, Transaction>();
  const all = history.operations.map((operation, number): Transaction => {
    const committed = operation.outcome === 'ok';
    const steps = stepsOf(committed ? (operation.output ?? operation.input) : operation.input);
    const transaction = { number, operation, steps: committed ? steps : steps.filter(({ kind }) => kind !== 'r') };
    for (const { kind, key, value } of steps) {
      if (kind === 'r') continue;
      if (writers.has(place(key, value))) {
        throw badHistory(
          `writes ${shownValue(value)} to key ${key} a second time; this model needs distinct values`,
          history.lines?.[number],
        );
      }
      writers.set(place(key, value), transaction);
    }
    return transaction;
  });
  return { all, writerOf: (key, value) => writers.get(place(key, value)) };
}

export function describeTransaction({ operation }: Transaction): string {
  return describeOperation(operation);
}

function stepsOf(value: Value | undefined): Step[] {
  return Array.isArray(value) ? value.flatMap((step: Value) => stepOf(step) ?? []) : [];
}

function stepOf(value: Value): Step | undefined {
  if (!Array.isArray(value) || value.length < 2 || value.length > 3) return undefined;
  const [kind, key, written = null]: readonly Value[] = value;
  if (kind !== 'append' && kind !== 'w' && kind !== 'r') return undefined;
  return typeof key === 'string' || typeof key === 'number' ? { kind, key, value: written } : undefined;
}

function place(key: Step['key'], value: Value): string {
  return `${JSON.stringify(key)}:${JSON.stringify(value)}`;
}

function problemOf(operation: Operation, model: string, write: 'append' | 'w'): string | undefined {
  if (operation.kind !== 'txn') return unknownKind(model, operation, ['txn']);
  const { input, output, outcome } = operation;
  const wrong =
    wrongSteps(input, model, write) ?? (outcome === 'ok' && output !== undefined ? wrongSteps(output, model, write) : undefined);
  if (wrong !== undefined) return wrong;
  const given = stepsOf(input);
  if (outcome !== 'ok') return undefined;
  const returned = stepsOf(output ?? input);
  const same = given.length === returned.length && given.every((step, index) => isSameStep(step, returned[index]));
  if (!same) return 'has a transaction whose output has other steps than its input';
  const odd =
    write === 'append' ? returned.find(({ kind, value }) => kind === 'r' && value !== null && !Array.isArray(value)) : undefined;
  return odd === undefined ? undefined : `has a read of ${shownValue(odd.value)}, which is no list`;
}

function isSameStep(given: Step, returned: Step | undefined): boolean {
  if (returned === undefined || given.kind !== returned.kind || given.key !== returned.key) return false;
  return given.kind === 'r' || sameValue(given.value, returned.value);
}

function wrongSteps(value: Value | undefined, model: string, write: 'append' | 'w'): string | undefined {
  if (!Array.isArray(value)) return `has a transaction ${shownValue(value ?? null)}, which is no list of steps`;
  for (const step of value) {
    const kind = stepOf(step)?.kind;
    if (kind === 'r' || kind === write) continue;
    return `has the step ${shownValue(step)}; those of the model ${model} are ["r", key, null] and ["${write}", key, value]`;
  }
  return undefined;
}
