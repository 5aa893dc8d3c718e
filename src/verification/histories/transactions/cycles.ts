/**
 * Cycles of dependencies and their names, after Adya ("Weak consistency", PhD thesis, MIT 1999) as Elle uses them (Kingsbury & Alvaro,
 * "Elle: inferring isolation anomalies from experimental observations", VLDB 2020): G0 has only `ww`, G1c also `wr`, G-single exactly
 * one `rw`, G2-item several. A cycle that needs the order of processes or of time says so in its name.
 */
import type { Finding, Link } from '../finding.ts';
import type { Dependency, DependencyGraph, DependencyKind } from './dependency-graph.ts';
import { describeTransaction, type Transaction } from './transaction.ts';

/** How many places of one component are tried for the shortest cycle: any cycle is proof enough. */
const MOST_TRIED = 1_000;
/** The most findings of a kind: a broken store has thousands. */
const MOST_FOUND = 20;

/** @param outside the orders that count besides that of the data, the stronger evidence first. */
export function findCycles(
  graph: DependencyGraph,
  transactions: readonly Transaction[],
  outside: readonly ('process' | 'realtime')[],
): Finding[] {
  const findings: Finding[] = [];
  const told = new Set<number>();
  const data: readonly DependencyKind[][] = [['ww'], ['ww', 'wr'], ['ww', 'wr', 'rw']];
  for (let count = 0; count <= outside.length; count++) {
    for (const kinds of data) {
      const allowed = new Set([...kinds, ...outside.slice(0, count)]);
      for (const component of graph.components(allowed)) {
        // What makes a stronger anomaly makes weaker ones as well.
        if (component.some((node) => told.has(node))) continue;
        const cycle = shortestCycle(graph, component, allowed);
        for (const { from } of cycle) told.add(from);
        if (cycle.length > 0 && findings.length < MOST_FOUND) findings.push(findingFor(cycle, transactions));
      }
    }
  }
  return findings;
}

/** One with a single `rw` if there is one, since it is the graver anomaly. */
function shortestCycle(graph: DependencyGraph, component: readonly number[], kinds: ReadonlySet<DependencyKind>): Dependency[] {
  const within = new Set(component);
  const inside = component.flatMap((node) => graph.from(node).filter(({ to, kind }) => kinds.has(kind) && within.has(to)));
  const anti = inside.filter(({ kind }) => kind === 'rw').slice(0, MOST_TRIED);
  const single = shortestThrough(graph, anti, within, new Set([...kinds].filter((kind) => kind !== 'rw')));
  if (single.length > 0) return single;
  return shortestThrough(graph, anti.length > 0 ? anti : inside.slice(0, MOST_TRIED), within, kinds);
}

function shortestThrough(
  graph: DependencyGraph,
  through: readonly Dependency[],
  within: ReadonlySet<number>,
  kinds: ReadonlySet<DependencyKind>,
): Dependency[] {
  let shortest: Dependency[] = [];
  for (const edge of through) {
    const back = graph.path(edge.to, edge.from, within, kinds);
    if (back !== undefined && (shortest.length === 0 || back.length + 1 < shortest.length)) shortest = [edge, ...back];
    if (shortest.length === 2) break;
  }
  return shortest;
}

function nameOf(cycle: readonly Dependency[]): string {
  const kinds = cycle.map(({ kind }) => kind);
  const anti = kinds.filter((kind) => kind === 'rw').length;
  const name = anti > 1 ? 'G2-item' : anti === 1 ? 'G-single' : kinds.includes('wr') ? 'G1c' : 'G0';
  return kinds.includes('realtime') ? `${name}-realtime` : kinds.includes('process') ? `${name}-process` : name;
}

function findingFor(cycle: readonly Dependency[], transactions: readonly Transaction[]): Finding {
  const those = cycle.flatMap(({ from }) => transactions[from] ?? []);
  const nameFor = (number: number): string => `T${those.findIndex((one) => one.number === number) + 1}`;
  const members = those.map((one) => `${nameFor(one.number)} = ${describeTransaction(one)}`).join('; ');
  const reasons = cycle.map(({ from, to, reason }) => `${nameFor(from)} comes before ${nameFor(to)}, because ${reason}`);
  const links = cycle.flatMap(({ from, to, kind, key }): Link[] => {
    const [one, other] = [transactions[from]?.operation, transactions[to]?.operation];
    return one === undefined || other === undefined
      ? []
      : [{ from: one, to: other, label: key === undefined ? kind : `${kind} ${key}` }];
  });
  return {
    anomaly: nameOf(cycle),
    explanation: `${members}. ${reasons.join('. ')}. So none of them can be the first.`,
    operations: those.map(({ operation }) => operation),
    links,
  };
}
