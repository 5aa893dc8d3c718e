/**
 * Causal consistency, by the bad patterns of Bouajjani, Enea, Guerraoui & Hamza ("On verifying causal consistency", POPL 2017,
 * table 2): a history with distinct values is causally consistent (CC) if it has none of CyclicCO, ThinAirRead, WriteCOInitRead and
 * WriteCORead, and causally convergent (CCv) if it does not have CyclicCF either. Time plays no part; sessions do.
 *
 * Two names that users know better are given where they fit: a stale read of what was deleted is a resurrection, and two
 * compare-and-sets that both succeeded on one value are a lost update.
 */
import { ofKey } from '../by-key.ts';
import { type Finding, type Judgement, judgementOf, type Link } from '../finding.ts';
import { describeOperation, type History, shownValue } from '../history.ts';
import { type CausalOrder, causalOrder, predecessors, topologically } from './causal-order.ts';
import { type Access, type Sessions, sessionsOf } from './sessions.ts';
import { lastKnownWrites, type StaleRead, staleReads, writesByKey } from './superseded.ts';

export interface CausalOptions {
  /** Whether concurrent writes must be seen in one order by all who see both (CCv). Default: no. */
  readonly convergent?: boolean;
}

/**
 * `read` -> value; `write` value; `delete`; `cas` [from, to]; `siblings` -> list of all values that are not superseded. Values written
 * to a key are distinct.
 *
 * @throws QuorateError `bad-history`.
 */
export function checkCausal(history: History, { convergent = false }: CausalOptions = {}): Judgement {
  const sessions = sessionsOf(history, 'causal');
  const findings = [...thinAirReads(sessions), ...lostUpdates(sessions)];
  const figures = { accesses: sessions.accesses.length, sessions: sessions.sessions.length };
  const order = causalOrder(sessions);
  if ('cycle' in order) return judgementOf([...findings, cyclic('CyclicCO', order.cycle)], figures);
  findings.push(...staleReads(sessions, order).map(staleFinding));
  if (convergent && findings.length === 0) findings.push(...conflictCycle(sessions, order));
  return judgementOf(findings, figures);
}

export function thinAirReads({ accesses }: Sessions): Finding[] {
  return accesses.flatMap(({ key, operation, thinAir }) =>
    thinAir.map((value) => ({
      anomaly: 'ThinAirRead',
      ...(key === undefined ? {} : { key }),
      explanation: `Process ${operation.process} read ${shownValue(value)}${ofKey(key)}, which nobody wrote.`,
      operations: [operation],
    })),
  );
}

function lostUpdates({ accesses }: Sessions): Finding[] {
  const first = new Map<Access, Access>();
  const findings: Finding[] = [];
  for (const access of accesses) {
    const [source] = access.sources;
    if (access.operation.kind !== 'cas' || source === undefined) continue;
    const other = first.get(source);
    if (other === undefined) first.set(source, access);
    else {
      const operations = [source.operation, other.operation, access.operation];
      const explanation = `Two compare-and-sets succeeded on the same value${ofKey(access.key)}: ${describeOperation(other.operation)}; ${describeOperation(access.operation)}.`;
      findings.push({
        anomaly: 'lost update',
        ...(access.key === undefined ? {} : { key: access.key }),
        explanation,
        operations,
      });
    }
  }
  return findings;
}

function staleFinding({ read, source, newer }: StaleRead): Finding {
  const { key } = read;
  const what = describeOperation(read.operation);
  const than =
    source === undefined ? 'which is older than' : `but what it read (${describeOperation(source.operation)}) is superseded by`;
  const anomaly = source === undefined ? 'WriteCOInitRead' : newer.deletes ? 'resurrection after delete' : 'WriteCORead';
  const links: Link[] = [{ from: newer.operation, to: read.operation, label: 'known to' }];
  if (source !== undefined) {
    links.unshift({ from: source.operation, to: newer.operation, label: 'superseded by' });
    links.push({ from: source.operation, to: read.operation, label: 'read by' });
  }
  return {
    anomaly: read.siblings ? 'missing sibling' : anomaly,
    ...(key === undefined ? {} : { key }),
    explanation: `${what}, ${read.siblings ? 'without' : than} ${describeOperation(newer.operation)}, which that process already knew of.`,
    operations: [source?.operation, newer.operation, read.operation].filter((one) => one !== undefined),
    links,
  };
}

/**
 * CyclicCF: a write that a read knew of, and did not return, must come before the one it returned; these conflicts and causal order
 * together must not be a cycle. The last known write of each session stands for those before it.
 */
function conflictCycle(sessions: Sessions, order: CausalOrder): Finding[] {
  const writes = writesByKey(sessions);
  const conflicts = new Map<Access, Access[]>();
  for (const read of sessions.accesses) {
    const [source] = read.sources;
    if (!read.reads || read.siblings || source === undefined) continue;
    const losers = lastKnownWrites(read, writes, order).filter((write) => write !== source);
    conflicts.set(source, [...(conflicts.get(source) ?? []), ...losers]);
  }
  const sorted = topologically(sessions.accesses, (access) => [...predecessors(access), ...(conflicts.get(access) ?? [])]);
  return 'cycle' in sorted ? [cyclic('CyclicCF', sorted.cycle)] : [];
}

function cyclic(anomaly: string, cycle: readonly Access[]): Finding {
  const links = cycle.map((from, index): Link => {
    const to = cycle[(index + 1) % cycle.length] ?? from;
    const label = to.sources.includes(from) ? 'read by' : to.before === from ? 'then' : 'lost against';
    return { from: from.operation, to: to.operation, label };
  });
  const told = links.map(({ from, label }) => `${describeOperation(from)} (${label})`).join(' -> ');
  return {
    anomaly,
    explanation: `Each came before the next: ${told} -> the first.`,
    operations: cycle.map(({ operation }) => operation),
    links,
  };
}
