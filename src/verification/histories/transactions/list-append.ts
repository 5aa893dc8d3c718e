/**
 * Lists that are only appended to tell their own history: a read shows every version up to the one it saw. So the order of versions
 * is known, and from it every dependency (Elle, section 4).
 */
import type { Finding } from '../finding.ts';
import { sameValue, shownValue, type Value, valueKey } from '../history.ts';
import type { DependencyGraph } from './dependency-graph.ts';
import { listOf, viewOfLists } from './external-reads.ts';
import { describeTransaction, isAborted, isCommitted, type Step, type Transaction, type Transactions } from './transaction.ts';

interface ListRead {
  readonly reader: Transaction;
  readonly list: readonly Value[];
}

interface KeyHistory {
  readonly key: Step['key'];
  /** What others had appended when the reader came. */
  readonly external: ListRead[];
  /** The longest list that anybody saw, with own appends. */
  longest: ListRead | undefined;
  readonly all: ListRead[];
}

/** Fill the graph. @returns what is wrong even without a cycle. */
export function inferFromLists(transactions: Transactions, graph: DependencyGraph): Finding[] {
  const keys = new Map<Step['key'], KeyHistory>();
  const findings: Finding[] = [];
  for (const transaction of transactions.all) {
    if (!isCommitted(transaction)) continue;
    const { reads, contradictions } = viewOfLists(transaction);
    findings.push(...contradictions);
    for (const { key, value } of reads) historyOf(keys, key).external.push({ reader: transaction, list: listOf(value) });
    for (const { kind, key, value } of transaction.steps) {
      if (kind === 'r') observe(historyOf(keys, key), { reader: transaction, list: listOf(value) });
    }
  }
  for (const transaction of transactions.all) {
    for (const { kind, key } of transaction.steps) if (kind === 'append') historyOf(keys, key);
  }
  const last = lastAppends(transactions.all);
  const happened = new Set(transactions.all.filter(isCommitted));
  for (const { key, longest } of keys.values()) {
    for (const value of longest?.list ?? []) {
      const writer = transactions.writerOf(key, value);
      if (writer !== undefined) happened.add(writer);
    }
  }
  for (const history of keys.values()) {
    findings.push(...wrongReads(history, transactions, last), ...lostUpdates(history));
    addDependencies(history, { writerOf: transactions.writerOf, happened }, graph);
  }
  return findings;
}

function historyOf(keys: Map<Step['key'], KeyHistory>, key: Step['key']): KeyHistory {
  const known = keys.get(key);
  if (known !== undefined) return known;
  const history: KeyHistory = { key, external: [], all: [], longest: undefined };
  keys.set(key, history);
  return history;
}

function observe(history: KeyHistory, read: ListRead): void {
  history.all.push(read);
  if (history.longest === undefined || read.list.length > history.longest.list.length) history.longest = read;
}

/** The last value that each transaction appended to each key. */
function lastAppends(all: readonly Transaction[]): Map<Transaction, Map<Step['key'], Value>> {
  return new Map(
    all.map((transaction) => {
      const appends = transaction.steps.filter(({ kind }) => kind === 'append');
      return [transaction, new Map(appends.map(({ key, value }) => [key, value]))];
    }),
  );
}

function wrongReads(history: KeyHistory, { writerOf }: Transactions, last: ReturnType<typeof lastAppends>): Finding[] {
  const { key, longest } = history;
  const findings: Finding[] = [];
  const told = new Set<string>();
  const tell = (anomaly: string, about: Value, explanation: string, those: readonly Transaction[]): void => {
    if (told.has(`${anomaly} ${valueKey(about)}`)) return;
    told.add(`${anomaly} ${valueKey(about)}`);
    findings.push({ anomaly, key, explanation, operations: those.map(({ operation }) => operation) });
  };
  for (const { reader, list } of history.all) {
    const read = `${describeTransaction(reader)}`;
    if (new Set(list.map(valueKey)).size < list.length) {
      tell('duplicate elements', list, `A read of ${key} returned ${shownValue(list)}, with a value twice (${read}).`, [reader]);
    }
    const prefix = longest?.list.slice(0, list.length) ?? [];
    if (longest !== undefined && !sameValue(prefix, list)) {
      const explanation = `Two reads of ${key} returned ${shownValue(list)} and ${shownValue(longest.list)}, neither of which begins with the other (${read}; ${describeTransaction(longest.reader)}).`;
      tell('incompatible order', list, explanation, [reader, longest.reader]);
    }
    for (const value of list) {
      const writer = writerOf(key, value);
      if (writer === undefined)
        tell('phantom value', value, `A read of ${key} returned ${shownValue(value)}, which nobody appended (${read}).`, [
          reader,
        ]);
      else if (isAborted(writer)) {
        const explanation = `A read of ${key} returned ${shownValue(value)}, which a transaction that failed had appended (${read}; ${describeTransaction(writer)}).`;
        tell('G1a', value, explanation, [writer, reader]);
      }
    }
  }
  for (const { reader, list } of history.external) {
    const value = list.at(-1);
    const writer = value === undefined ? undefined : writerOf(key, value);
    if (value === undefined || writer === undefined || writer === reader || isAborted(writer)) continue;
    const final = last.get(writer)?.get(key);
    if (sameValue(final, value)) continue;
    const explanation = `A read of ${key} ended with ${shownValue(value)}, in the middle of a transaction that went on to append ${shownValue(final ?? null)} (${describeTransaction(reader)}; ${describeTransaction(writer)}).`;
    tell('G1b', value, explanation, [writer, reader]);
  }
  const dirty = (longest?.list ?? []).map((value) => ({ value, writer: writerOf(key, value) }));
  const aborted = dirty.findIndex(({ writer }) => writer !== undefined && isAborted(writer));
  const after = dirty.slice(aborted + 1).find(({ writer }) => writer !== undefined && isCommitted(writer));
  const [below, above] = [dirty[aborted], after];
  if (aborted !== -1 && below?.writer !== undefined && above?.writer !== undefined) {
    const explanation = `${shownValue(above.value)} was appended to ${key} and committed on top of ${shownValue(below.value)}, which failed (${describeTransaction(above.writer)}; ${describeTransaction(below.writer)}).`;
    tell('dirty update', above.value, explanation, [below.writer, above.writer]);
  }
  return findings;
}

/** Several transactions that read one version of a key, each without the others' work, and wrote to it. */
function lostUpdates({ key, external }: KeyHistory): Finding[] {
  return lostUpdatesAmong(
    key,
    external.map(({ reader, list }) => ({ reader, version: list })),
  );
}

export function lostUpdatesAmong(
  key: Step['key'],
  reads: readonly { readonly reader: Transaction; readonly version: Value }[],
): Finding[] {
  const updates = new Map<string, { readonly reader: Transaction; readonly version: Value }[]>();
  for (const read of reads) {
    if (!read.reader.steps.some((step) => step.kind !== 'r' && step.key === key)) continue;
    const those = updates.get(valueKey(read.version));
    if (those === undefined) updates.set(valueKey(read.version), [read]);
    else those.push(read);
  }
  return [...updates.values()].flatMap((those): Finding[] => {
    const [first, second] = those;
    if (first === undefined || second === undefined) return [];
    const told = those.map(({ reader }) => describeTransaction(reader)).join('; ');
    const explanation = `${those.length} transactions read ${shownValue(first.version)} from ${key}, and each wrote to it without the others' work: ${told}.`;
    return [{ anomaly: 'lost update', key, explanation, operations: those.map(({ reader }) => reader.operation) }];
  });
}

interface Known extends Pick<Transactions, 'writerOf'> {
  /** The committed ones, and those of which somebody saw something. */
  readonly happened: ReadonlySet<Transaction>;
}

function addDependencies({ key, external, longest }: KeyHistory, { writerOf, happened }: Known, graph: DependencyGraph): void {
  const order = longest?.list ?? [];
  const seen = new Set(order.map(valueKey));
  const add = (kind: 'ww' | 'wr' | 'rw', from: Transaction | undefined, to: Transaction | undefined, reason: string): void => {
    if (from !== undefined && to !== undefined) graph.add({ from: from.number, to: to.number, kind, key, reason });
  };
  for (const [index, value] of order.entries()) {
    const next = order[index + 1];
    if (next === undefined) break;
    add(
      'ww',
      writerOf(key, value),
      writerOf(key, next),
      `it appended ${shownValue(value)} to ${key}, and the other ${shownValue(next)} behind it`,
    );
  }
  for (const { reader, list } of external) {
    const [value, next] = [list.at(-1), order[list.length]];
    if (value !== undefined)
      add('wr', writerOf(key, value), reader, `the other read its append of ${shownValue(value)} to ${key}`);
    if (next !== undefined && sameValue(order.slice(0, list.length), list)) {
      add('rw', reader, writerOf(key, next), `it read ${key} without ${shownValue(next)}, which the other appended`);
    }
  }
  // What happened and was never read is behind everything that was.
  const tail = order.at(-1);
  const atEnd = external.filter(({ list }) => list.length === order.length);
  for (const writer of happened) {
    const own = writer.steps.find((step) => step.kind === 'append' && step.key === key && !seen.has(valueKey(step.value)));
    if (own === undefined) continue;
    const shown = shownValue(own.value);
    if (tail !== undefined)
      add('ww', writerOf(key, tail), writer, `nobody saw ${shown} in ${key}, so it is behind ${shownValue(tail)}`);
    for (const { reader } of atEnd) add('rw', reader, writer, `it read ${key} without ${shown}, which the other appended`);
  }
}
