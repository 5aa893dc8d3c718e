/**
 * Which fault happens when, and to whom: drawn from a seed, so that it can be repeated. One at a time, with calm between, so that the
 * picture shows what each does; every kind that was asked for occurs.
 */
import { SeededRandom } from '../../runtime/simulated/index.ts';
import type { Fault, FaultKind, PlannedFault } from './fault.ts';
import { type ChangeKind, drawChanges, membersAt, newcomersOf, type PlannedChange } from './ring-changes/index.ts';
import { shuffled } from './shuffled.ts';

export interface PlanOptions {
  readonly nodes: readonly string[];
  /** Length of the drill. */
  readonly seconds: number;
  readonly kinds: readonly FaultKind[];
  /** Changes of the ring meanwhile. */
  readonly changes?: readonly ChangeKind[];
  /** Of a node, also of one that is yet to join. Default: all are in one. */
  zoneOf?(node: string): string;
}

export interface DrillPlan {
  readonly seed: bigint;
  readonly durationMs: number;
  /** In the order of time; none overlaps another. */
  readonly faults: readonly PlannedFault[];
  /** In the order of time; faults go on meanwhile. */
  readonly changes: readonly PlannedChange[];
}

/** Load without faults at the beginning, to compare with. */
const LEAD_MS = 2_000;
/** A fault and the calm behind it, if time allows. */
const SLOT_MS = 6_000;
/** Of the lead, if the drill is short. */
const MOST_LEAD_SHARE = 0.15;

export function drawPlan(
  seed: bigint,
  { nodes, seconds, kinds, changes: changeKinds = [], zoneOf = () => '' }: PlanOptions,
): DrillPlan {
  const random = new SeededRandom(seed).fork('drill');
  const durationMs = seconds * 1_000;
  const changes = drawChanges(new SeededRandom(seed).fork('changes'), { nodes, durationMs, kinds: changeKinds });
  const everyone = [...nodes, ...newcomersOf(changes)];
  const leadMs = Math.min(LEAD_MS, durationMs * MOST_LEAD_SHARE);
  const count = kinds.length === 0 ? 0 : Math.max(kinds.length, Math.floor((durationMs - leadMs) / SLOT_MS));
  const slotMs = (durationMs - leadMs) / count;
  let deck: FaultKind[] = [];
  const faults = Array.from({ length: count }, (_unused, index): PlannedFault => {
    if (deck.length === 0) deck = shuffled(kinds, random);
    const kind = deck.pop() ?? 'kill';
    const startMs = slotMs * (0.05 + 0.1 * (random.below(1_000) / 1_000));
    const atMs = Math.round(leadMs + index * slotMs + startMs);
    return {
      fault: drawFault(kind, { members: membersAt(nodes, changes, atMs), everyone, zoneOf }, random),
      atMs,
      durationMs: Math.round(slotMs * (0.4 + 0.15 * (random.below(1_000) / 1_000))),
    };
  });
  return { seed, durationMs, faults, changes };
}

interface Place {
  readonly members: readonly string[];
  /** With those who are yet to join, and those who have left. */
  readonly everyone: readonly string[];
  zoneOf(node: string): string;
}

function drawFault(kind: FaultKind, { members: nodes, everyone, zoneOf }: Place, random: SeededRandom): Fault {
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
      const to = everyone.filter((node) => !from.includes(node));
      const oneWay = random.below(3) === 0;
      return oneWay && random.below(2) === 0 ? { kind, from: to, to: from, oneWay } : { kind, from, to, oneWay };
    }
    case 'zone': {
      const zone = zoneOf(nodes[random.below(nodes.length)] ?? '');
      const inside = everyone.filter((node) => zoneOf(node) === zone);
      return { kind, zone, nodes: inside, others: everyone.filter((node) => !inside.includes(node)) };
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
