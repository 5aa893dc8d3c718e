/**
 * Isolation, judged from the outside in the manner of Elle (Kingsbury & Alvaro, VLDB 2020): infer which transaction must have come
 * before which, and look for cycles. Every finding is a proof; that nothing is found is not.
 */
import { type Finding, type Judgement, judgementOf } from '../finding.ts';
import type { History } from '../history.ts';
import { findCycles } from './cycles.ts';
import { DependencyGraph } from './dependency-graph.ts';
import { inferFromLists } from './list-append.ts';
import { addProcessOrder, addRealTimeOrder } from './outside-order.ts';
import { inferFromRegisters } from './registers.ts';
import { isAborted, isCommitted, transactionsOf } from './transaction.ts';

/** What a store promises, the weakest first; each promises what those before it do. */
export const ISOLATION_LEVELS = [
  'read-uncommitted',
  'read-committed',
  'snapshot-isolation',
  'serializable',
  'strong-session-serializable',
  'strict-serializable',
] as const;
export type IsolationLevel = (typeof ISOLATION_LEVELS)[number];

export interface TransactionOptions {
  /** Default: `strict-serializable`. */
  readonly isolation?: IsolationLevel;
}

/**
 * Transactions of `["append", key, value]` and `["r", key, null]` on lists that begin empty.
 *
 * @throws QuorateError `bad-history`.
 */
export function checkListAppend(history: History, options: TransactionOptions = {}): Judgement {
  const transactions = transactionsOf(history, 'list-append', 'append');
  const graph = new DependencyGraph(transactions.all.length);
  return judge(transactions.all, graph, inferFromLists(transactions, graph), options);
}

/**
 * Transactions of `["w", key, value]` and `["r", key, null]` on registers that begin as `null`.
 *
 * @throws QuorateError `bad-history`.
 */
export function checkRegisterTransactions(history: History, options: TransactionOptions = {}): Judgement {
  const transactions = transactionsOf(history, 'register-transactions', 'w');
  const graph = new DependencyGraph(transactions.all.length);
  return judge(transactions.all, graph, inferFromRegisters(transactions, graph), options);
}

type All = ReturnType<typeof transactionsOf>['all'];

function judge(
  all: All,
  graph: DependencyGraph,
  direct: readonly Finding[],
  { isolation = 'strict-serializable' }: TransactionOptions,
): Judgement {
  const rank = ISOLATION_LEVELS.indexOf(isolation);
  const outside = (['process', 'realtime'] as const).slice(0, Math.max(rank - ISOLATION_LEVELS.indexOf('serializable'), 0));
  if (outside.includes('process')) addProcessOrder(graph, all);
  if (outside.includes('realtime')) addRealTimeOrder(graph, all);
  const findings = [...direct, ...findCycles(graph, all, outside)].filter(({ anomaly }) => rank >= forbiddenFrom(anomaly));
  return judgementOf(findings, {
    transactions: all.length,
    committed: all.filter(isCommitted).length,
    failed: all.filter(isAborted).length,
    ww: graph.count('ww'),
    wr: graph.count('wr'),
    rw: graph.count('rw'),
  });
}

/** The weakest level that an anomaly breaks; those that are not named break them all. */
function forbiddenFrom(anomaly: string): number {
  if (/^G2-item/.test(anomaly)) return ISOLATION_LEVELS.indexOf('serializable');
  if (/^(G-single|lost update)/.test(anomaly)) return ISOLATION_LEVELS.indexOf('snapshot-isolation');
  return /^G1/.test(anomaly) ? ISOLATION_LEVELS.indexOf('read-committed') : 0;
}
