/** What is known of the order of transactions without looking at the data. */
import type { DependencyGraph } from './dependency-graph.ts';
import { isAborted, isCommitted, type Transaction } from './transaction.ts';

export function addProcessOrder(graph: DependencyGraph, transactions: readonly Transaction[]): void {
  const last = new Map<Transaction['operation']['process'], Transaction>();
  for (const transaction of inOrderOf(transactions, 'invocationMs')) {
    const { process } = transaction.operation;
    const before = last.get(process);
    if (before !== undefined) {
      graph.add({
        from: before.number,
        to: transaction.number,
        kind: 'process',
        reason: `process ${process} did one after the other`,
      });
    }
    if (isCommitted(transaction)) last.set(process, transaction);
  }
}

/**
 * A committed transaction comes before all that begin after its end. Only those are told that do not follow from others: from the
 * transactions that have ended, and were followed by none that has ended too.
 */
export function addRealTimeOrder(graph: DependencyGraph, transactions: readonly Transaction[]): void {
  const ends = inOrderOf(transactions.filter(isCommitted), 'responseMs');
  const before = new Map<Transaction, readonly Transaction[]>();
  let frontier: Transaction[] = [];
  let next = 0;
  for (const transaction of inOrderOf(transactions, 'invocationMs')) {
    for (let ended = ends[next]; ended !== undefined && endOf(ended) < transaction.operation.invocationMs; ended = ends[++next]) {
      const followed = new Set(before.get(ended));
      frontier = frontier.filter((one) => !followed.has(one));
      frontier.push(ended);
    }
    before.set(transaction, [...frontier]);
    for (const { number, operation } of frontier) {
      const reason = `one returned at ${operation.responseMs} ms and the other was invoked at ${transaction.operation.invocationMs} ms`;
      graph.add({ from: number, to: transaction.number, kind: 'realtime', reason });
    }
  }
}

function endOf({ operation }: Transaction): number {
  return operation.responseMs ?? Number.POSITIVE_INFINITY;
}

function inOrderOf(transactions: readonly Transaction[], time: 'invocationMs' | 'responseMs'): Transaction[] {
  const those = transactions.filter((transaction) => !isAborted(transaction));
  return those.sort((one, other) => (one.operation[time] ?? 0) - (other.operation[time] ?? 0));
}
