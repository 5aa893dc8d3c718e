/**
 * The four session guarantees of Terry et al. ("Session guarantees for weakly consistent replicated data", PDIS 1994). Of two writes
 * one is newer here if its session knew of the other; of concurrent writes neither is, and a read may return either. What is
 * broken is named after the shortest way in which the session could know of the newer write.
 */
import { type Finding, type Judgement, judgementOf, type Link } from '../finding.ts';
import { describeOperation, type History } from '../history.ts';
import { type CausalOrder, causalOrder } from './causal-order.ts';
import { thinAirReads } from './check-causal.ts';
import { type Access, sessionsOf } from './sessions.ts';
import { lastKnownWrites, staleReads, type WritesByKey, writesByKey } from './superseded.ts';

/** Operations as for `causal`. @throws QuorateError `bad-history`. */
export function checkSessions(history: History): Judgement {
  const sessions = sessionsOf(history, 'sessions');
  const findings = thinAirReads(sessions);
  const figures = { accesses: sessions.accesses.length, sessions: sessions.sessions.length };
  const order = causalOrder(sessions);
  if ('cycle' in order) {
    const operations = order.cycle.map(({ operation }) => operation);
    const explanation = `Each came before the next: ${operations.map(describeOperation).join(' -> ')} -> the first.`;
    return judgementOf([...findings, { anomaly: 'read from the future', explanation, operations }], figures);
  }
  const writes = writesByKey(sessions);
  for (const { read, source } of staleReads(sessions, order)) {
    const why = broken({ read, source, order, writes });
    if (why !== undefined) findings.push(findingFor(read, source, why));
  }
  return judgementOf(findings, figures);
}

interface Stale {
  readonly read: Access;
  readonly source: Access | undefined;
  readonly order: CausalOrder;
  readonly writes: WritesByKey;
}

interface Broken {
  readonly guarantee: string;
  readonly newer: Access;
  /** The access by which the session of the read knew of the newer write. */
  readonly through: readonly Access[];
}

function broken(stale: Stale): Broken | undefined {
  return readYourWrites(stale) ?? monotonicReads(stale) ?? monotonicWrites(stale) ?? writesFollowReads(stale);
}

/** The session itself wrote the newer one. */
function readYourWrites(stale: Stale): Broken | undefined {
  const { read, order, writes } = stale;
  const newer = lastKnownWrites(read, writes, order).find((write) => sameSession(write, read) && isNewer(write, stale));
  return newer === undefined ? undefined : { guarantee: 'read your writes', newer, through: [] };
}

/** The session read the newer one before. */
function monotonicReads(stale: Stale): Broken | undefined {
  const { read } = stale;
  for (let earlier = read.before; earlier !== undefined; earlier = earlier.before) {
    const newer = earlier.key === read.key ? earlier.sources.find((source) => isNewer(source, stale)) : undefined;
    if (newer !== undefined) return { guarantee: 'monotonic reads', newer, through: [earlier] };
  }
  return undefined;
}

/** The session read something that the writer of the newer one wrote after it. */
function monotonicWrites(stale: Stale): Broken | undefined {
  return behindReads(stale, (own) => (own.writes && isNewer(own, stale) ? own : undefined), 'monotonic writes');
}

/** The session read something whose writer had read the newer one before. */
function writesFollowReads(stale: Stale): Broken | undefined {
  return behindReads(stale, (own) => own.sources.find((source) => isNewer(source, stale)), 'writes follow reads');
}

/** Look through what writers had done on the key before the writes that the session read, of any key; at everything once. */
function behindReads(stale: Stale, newerAt: (own: Access) => Access | undefined, guarantee: string): Broken | undefined {
  const met = new Set<Access>();
  for (let earlier = stale.read.before; earlier !== undefined; earlier = earlier.before) {
    for (const written of earlier.sources) {
      for (let own = written.before; own !== undefined && !met.has(own); own = own.before) {
        met.add(own);
        const newer = own.key === stale.read.key ? newerAt(own) : undefined;
        if (newer !== undefined)
          return { guarantee, newer, through: newer === own ? [written, earlier] : [own, written, earlier] };
      }
    }
  }
  return undefined;
}

function isNewer(write: Access, { read, source, order }: Stale): boolean {
  if (read.siblings) return !write.deletes && !read.sources.some((one) => one === write || order.precedes(write, one));
  return source === undefined ? !write.deletes : order.precedes(source, write);
}

function sameSession(one: Access, other: Access): boolean {
  return one.session === other.session;
}

function findingFor(read: Access, source: Access | undefined, { guarantee, newer, through }: Broken): Finding {
  const way = through.map(({ operation }) => describeOperation(operation)).join('; ');
  const older = source === undefined ? 'nothing of it' : `the older ${describeOperation(source.operation)}`;
  const chain = [newer, ...through, read];
  const links = chain.slice(1).map((to, index): Link => {
    const from = chain[index] ?? to;
    return { from: from.operation, to: to.operation, label: to.sources.includes(from) ? 'read by' : 'then' };
  });
  return {
    anomaly: guarantee,
    ...(read.key === undefined ? {} : { key: read.key }),
    explanation:
      `${describeOperation(read.operation)}: it saw ${older}, though its session knew of ${describeOperation(newer.operation)}` +
      `${way === '' ? '' : `, through ${way}`}.`,
    operations: [...new Set([source, ...chain].filter((one) => one !== undefined).map(({ operation }) => operation))],
    links,
  };
}
