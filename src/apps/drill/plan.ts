/**
 * Which fault happens when, and to whom: drawn from a seed, so that it can be repeated. One at a time, with calm between, so that the
 * picture shows what each does; every kind that was asked for occurs.
 */
import { SeededRandom } from '../../runtime/simulated/index.ts';
import type { Fault, FaultKind, PlannedFault } from './fault.ts';

export interface PlanOptions {
  readonly nodes: readonly string[];
  /** Length of the drill. */
  readonly seconds: number;
  readonly kinds: readonly FaultKind[];
}

export interface DrillPlan {
  readonly seed: bigint;
  readonly durationMs: number;
  /** In the order of time; none overlaps another. */
  readonly faults: readonly PlannedFault[];
}

/** Load without faults at the beginning, to compare with. */
const LEAD_MS = 2_000;
/** A fault and the calm behind it, if time allows. */
const SLOT_MS = 6_000;
/** Of the lead, if the drill is short. */
const MOST_LEAD_SHARE = 0.15;

export function drawPlan(seed: bigint, { nodes, seconds, kinds }: PlanOptions): DrillPlan {
  const random = new SeededRandom(seed).fork('drill');
  const durationMs = seconds * 1_000;
  const leadMs = Math.min(LEAD_MS, durationMs * MOST_LEAD_SHARE);
  const count = kinds.length === 0 ? 0 : Math.max(kinds.length, Math.floor((durationMs - leadMs) / SLOT_MS));
  const slotMs = (durationMs - leadMs) / count;
  let deck: FaultKind[] = [];
  const faults = Array.from({ length: count }, (_unused, index): PlannedFault => {
    if (deck.length === 0) deck = shuffled(kinds, random);
    const kind = deck.pop() ?? 'kill';
    const startMs = slotMs * (0.05 + 0.1 * (random.below(1_000) / 1_000));
    return {
      fault: drawFault(kind, nodes, random),
      atMs: Math.round(leadMs + index * slotMs + startMs),
      durationMs: Math.round(slotMs * (0.4 + 0.15 * (random.below(1_000) / 1_000))),
    };
  });
  return { seed, durationMs, faults };
}

function drawFault(kind: FaultKind, nodes: readonly string[], random: SeededRandom): Fault {
  switch (kind) {
    case 'kill': {
      // Now and then all at once: only then are there writes that no process remembers.
      const all = random.below(3) === 0;
      return { kind, nodes: all ? nodes : some(nodes, random) };
    }
    case 'pause':
      return { kind, nodes: some(nodes, random) };
    case 'partition': {
      const from = some(nodes, random);
      const to = nodes.filter((node) => !from.includes(node));
      const oneWay = random.below(3) === 0;
      return oneWay && random.below(2) === 0 ? { kind, from: to, to: from, oneWay } : { kind, from, to, oneWay };
    }
    case 'slow':
      return { kind, nodes: some(nodes, random), delayMs: 20 + random.below(180), kilobitsPerSecond: 64 << random.below(5) };
    case 'disk':
      return { kind, nodes: [nodes[random.below(nodes.length)] ?? ''] };
  }
}

/** At least one, at most a minority. */
function some(nodes: readonly string[], random: SeededRandom): readonly string[] {
  const most = Math.max(1, Math.ceil(nodes.length / 2) - 1);
  const chosen = shuffled(nodes, random).slice(0, 1 + random.below(most));
  return nodes.filter((node) => chosen.includes(node));
}

function shuffled<Item>(items: readonly Item[], random: SeededRandom): Item[] {
  const result = [...items];
  for (let index = result.length - 1; index > 0; index--) {
    const other = random.below(index + 1);
    [result[index], result[other]] = [result[other] as Item, result[index] as Item];
  }
  return result;
}
