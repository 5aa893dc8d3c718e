import { type Operation, type Value, valueKey } from '../../history.ts';

/** What an operation brings into the object, or shows to have been in it; `undefined`: nothing. */
export type ValueOf = (operation: Operation) => Value | undefined;

/** An operation that returned a value which nobody had begun to bring in by then. */
export function fromNowhere(operations: readonly Operation[], brought: ValueOf, shown: ValueOf): Operation | undefined {
  const earliest = new Map<string, number>();
  for (const operation of operations) {
    const value = brought(operation);
    if (value === undefined) continue;
    const key = valueKey(value);
    earliest.set(key, Math.min(earliest.get(key) ?? Number.POSITIVE_INFINITY, operation.invocationMs));
  }
  return operations.find((operation) => {
    const value = operation.outcome === 'ok' ? shown(operation) : undefined;
    if (value === undefined || value === null) return false;
    return (earliest.get(valueKey(value)) ?? Number.POSITIVE_INFINITY) > (operation.responseMs ?? Number.POSITIVE_INFINITY);
  });
}
