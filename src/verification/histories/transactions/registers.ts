/**
 * Registers that are overwritten do not tell the order of their versions. Some of it can be inferred (Elle, section 5): `null` comes
 * first, and what a transaction read comes before what it wrote to the same key. What cannot be inferred is not judged.
 */
import type { Finding } from '../finding.ts';
import { shownValue, type Value, valueKey } from '../history.ts';
import type { DependencyGraph } from './dependency-graph.ts';
import { viewOfRegisters } from './external-reads.ts';
import { lostUpdatesAmong } from './list-append.ts';
import { describeTransaction, isAborted, isCommitted, type Step, type Transaction, type Transactions } from './transaction.ts';

interface RegisterRead {
  readonly reader: Transaction;
  readonly version: Value;
}

interface KeyHistory {
  readonly reads: RegisterRead[];
  /** For each version, those that are known to come after it, with who wrote them. */
  readonly after: Map<string, { readonly version: Value; readonly writer: Transaction }[]>;
}

/** Fill the graph. @returns what is wrong even without a cycle. */
export function inferFromRegisters(transactions: Transactions, graph: DependencyGraph): Finding[] {
  const keys = new Map<Step['key'], KeyHistory>();
  const findings: Finding[] = [];
  for (const transaction of transactions.all) {
    if (!isCommitted(transaction)) continue;
    const { reads, contradictions } = viewOfRegisters(transaction);
    findings.push(...contradictions);
    const first = new Map(reads.map(({ key, value }) => [key, value]));
    for (const { key, value } of reads) historyOf(keys, key).reads.push({ reader: transaction, version: value });
    for (const [key, version] of finalWrites(transaction)) {
      const { after } = historyOf(keys, key);
      follow(after, null, version, transaction);
      const read = first.get(key);
      if (read !== undefined && read !== null) follow(after, read, version, transaction);
    }
  }
  for (const [key, history] of keys) {
    for (const read of history.reads) findings.push(...wrongRead(key, read, transactions));
    findings.push(...lostUpdatesAmong(key, history.reads));
    addDependencies(key, history, transactions, graph);
  }
  return findings;
}

function historyOf(keys: Map<Step['key'], KeyHistory>, key: Step['key']): KeyHistory {
  const known = keys.get(key);
  if (known !== undefined) return known;
  const history: KeyHistory = { reads: [], after: new Map() };
  keys.set(key, history);
  return history;
}

function finalWrites({ steps }: Transaction): Map<Step['key'], Value> {
  return new Map(steps.filter(({ kind }) => kind === 'w').map(({ key, value }) => [key, value]));
}

function follow(after: KeyHistory['after'], from: Value, version: Value, writer: Transaction): void {
  const known = after.get(valueKey(from));
  if (known === undefined) after.set(valueKey(from), [{ version, writer }]);
  else known.push({ version, writer });
}

function wrongRead(key: Step['key'], { reader, version }: RegisterRead, { writerOf }: Transactions): Finding[] {
  if (version === null) return [];
  const writer = writerOf(key, version);
  const shown = shownValue(version);
  const finding = (anomaly: string, explanation: string): Finding[] => {
    const operations = [writer, reader].flatMap((one) => one?.operation ?? []);
    return [{ anomaly, key, explanation, operations }];
  };
  const read = describeTransaction(reader);
  if (writer === undefined) return finding('phantom value', `A read of ${key} returned ${shown}, which nobody wrote (${read}).`);
  const wrote = describeTransaction(writer);
  if (isAborted(writer)) {
    return finding('G1a', `A read of ${key} returned ${shown}, which a transaction that failed had written (${read}; ${wrote}).`);
  }
  const final = finalWrites(writer).get(key) ?? null;
  if (valueKey(final) === valueKey(version)) return [];
  const explanation = `A read of ${key} returned ${shown}, in the middle of a transaction that went on to write ${shownValue(final)} (${read}; ${wrote}).`;
  return finding('G1b', explanation);
}

function addDependencies(
  key: Step['key'],
  { reads, after }: KeyHistory,
  { writerOf }: Transactions,
  graph: DependencyGraph,
): void {
  for (const { reader, version } of reads) {
    const shown = shownValue(version);
    const source = version === null ? undefined : writerOf(key, version);
    if (source !== undefined) {
      graph.add({ from: source.number, to: reader.number, kind: 'wr', key, reason: `the other read its ${shown} from ${key}` });
    }
    for (const { version: next, writer } of after.get(valueKey(version)) ?? []) {
      const reason = `it read ${shown} from ${key}, which the other's ${shownValue(next)} overwrote`;
      graph.add({ from: reader.number, to: writer.number, kind: 'rw', key, reason });
      if (source === undefined) continue;
      const over = `its ${shown} in ${key} was overwritten by the other's ${shownValue(next)}`;
      graph.add({ from: source.number, to: writer.number, kind: 'ww', key, reason: over });
    }
  }
}
