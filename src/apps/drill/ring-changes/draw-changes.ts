/** Which node joins, leaves or is replaced when: drawn from the seed of the drill, apart from its faults. */
import type { Random } from '../shuffled.ts';
import { shuffled } from '../shuffled.ts';
import { type ChangeKind, membersAt, type PlannedChange, type RingChange } from './ring-change.ts';

export interface ChangeOptions {
  readonly nodes: readonly string[];
  readonly durationMs: number;
  readonly kinds: readonly ChangeKind[];
}

/** So many replicas has each key of a drill; a cluster does not become smaller. */
const LEAST_MEMBERS = 3;
/** From the beginning to the first, and from the last to the end, as shares of the drill. */
const FIRST_SHARE = 0.1;
const LAST_SHARE = 0.7;
const MOST_WEIGHT = 3;

/** Each kind once; a leave that would leave too few nodes is left out. In the order of time. */
export function drawChanges(random: Random, { nodes, durationMs, kinds }: ChangeOptions): readonly PlannedChange[] {
  // Who joins makes room for who leaves.
  const order = [...kinds.filter((kind) => kind === 'join'), ...shuffled(kinds, random).filter((kind) => kind !== 'join')];
  const stepMs = (durationMs * (LAST_SHARE - FIRST_SHARE)) / Math.max(1, order.length);
  const changes: PlannedChange[] = [];
  for (const [place, kind] of order.entries()) {
    const members = membersAt(nodes, changes, durationMs);
    if (kind === 'leave' && members.length <= LEAST_MEMBERS) continue;
    const change = drawChange(kind, { members, newcomer: `n${nodes.length + 1 + newcomers(changes)}`, random });
    const atMs = durationMs * FIRST_SHARE + stepMs * (place + random.below(500) / 1_000);
    changes.push({ change, atMs: Math.round(atMs) });
  }
  return changes;
}

function drawChange(
  kind: ChangeKind,
  { members, newcomer, random }: { readonly members: readonly string[]; readonly newcomer: string; readonly random: Random },
): RingChange {
  const node = members[random.below(members.length)] ?? '';
  switch (kind) {
    case 'join':
      return { kind, node: newcomer };
    case 'leave':
      return { kind, node };
    case 'replace':
      return { kind, node, by: newcomer };
    case 'weight':
      return { kind, node, weight: 2 + random.below(MOST_WEIGHT - 1) };
  }
}

function newcomers(changes: readonly PlannedChange[]): number {
  return changes.filter(({ change: { kind } }) => kind === 'join' || kind === 'replace').length;
}
