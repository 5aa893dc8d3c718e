import type { Operation } from './history.ts';

/** Each key's operations, in the order of the history. */
export function byKey(operations: readonly Operation[]): Map<Operation['key'], Operation[]> {
  const keys = new Map<Operation['key'], Operation[]>();
  for (const operation of operations) {
    const those = keys.get(operation.key);
    if (those === undefined) keys.set(operation.key, [operation]);
    else those.push(operation);
  }
  return keys;
}

/** ` of key x`, or nothing where there are no keys. */
export function ofKey(key: Operation['key']): string {
  return key === undefined ? '' : ` of key ${key}`;
}
