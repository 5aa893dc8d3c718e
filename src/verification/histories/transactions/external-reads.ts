/** What a transaction saw of the others' work, as opposed to its own. */
import type { Finding } from '../finding.ts';
import { sameValue, shownValue, type Value } from '../history.ts';
import { describeTransaction, type Step, type Transaction } from './transaction.ts';

export interface ExternalRead {
  readonly key: Step['key'];
  /** What was there when the transaction came: before its own writes. */
  readonly value: Value;
}

export interface OwnView {
  readonly reads: readonly ExternalRead[];
  /** Reads that contradict what the transaction itself had read or written before: the anomaly `internal`. */
  readonly contradictions: readonly Finding[];
}

/** Of registers: the first read of each key that comes before the transaction's own write. */
export function viewOfRegisters(transaction: Transaction): OwnView {
  const expected = new Map<Step['key'], Value>();
  const reads: ExternalRead[] = [];
  const contradictions: Finding[] = [];
  for (const { kind, key, value } of transaction.steps) {
    if (kind === 'r') {
      const own = expected.get(key);
      if (own === undefined) reads.push({ key, value });
      else if (!sameValue(own, value)) contradictions.push(internal(transaction, key, value, shownValue(own)));
    }
    expected.set(key, value);
  }
  return { reads, contradictions: [...contradictions, ...ownFuture(transaction, reads, (value) => [value])] };
}

/** Of lists: what was read without the values that the transaction itself had appended. */
export function viewOfLists(transaction: Transaction): OwnView {
  const base = new Map<Step['key'], readonly Value[]>();
  const appended = new Map<Step['key'], readonly Value[]>();
  const reads: ExternalRead[] = [];
  const contradictions: Finding[] = [];
  for (const { kind, key, value } of transaction.steps) {
    const own = appended.get(key) ?? [];
    if (kind !== 'r') {
      appended.set(key, [...own, value]);
      continue;
    }
    const list = listOf(value);
    const known = base.get(key);
    const before = list.slice(0, Math.max(list.length - own.length, 0));
    if (!sameValue(list.slice(before.length), own) || (known !== undefined && !sameValue(known, before))) {
      const rest = known === undefined ? `a list that ends with ${shownValue(own)}` : shownValue([...known, ...own]);
      contradictions.push(internal(transaction, key, value, rest));
    } else if (known === undefined) {
      base.set(key, before);
      reads.push({ key, value: before });
    }
  }
  return { reads, contradictions: [...contradictions, ...ownFuture(transaction, reads, listOf)] };
}

/** Reads of what the transaction itself wrote only later. */
function ownFuture(
  transaction: Transaction,
  reads: readonly ExternalRead[],
  seenIn: (read: Value) => readonly Value[],
): Finding[] {
  return reads.flatMap(({ key, value }) => {
    const seen = seenIn(value);
    const own = transaction.steps.filter((step) => step.kind !== 'r' && step.key === key);
    const early = own.find((step) => seen.some((one) => sameValue(one, step.value)));
    return early === undefined
      ? []
      : [internal(transaction, key, value, `nothing of ${shownValue(early.value)}, which it wrote later`)];
  });
}

export function listOf(value: Value): readonly Value[] {
  return Array.isArray(value) ? value : [];
}

function internal(transaction: Transaction, key: Step['key'], value: Value, expected: string): Finding {
  return {
    anomaly: 'internal',
    key,
    explanation: `A transaction read ${shownValue(value)} from ${key}, where its own steps before had left ${expected} (${describeTransaction(transaction)}).`,
    operations: [transaction.operation],
  };
}
