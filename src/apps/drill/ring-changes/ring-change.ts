/** Changes of the ring in a drill, as data: an administrator's decisions while faults happen. */

/** In the order in which `--help` names them. */
export const CHANGE_KINDS = ['join', 'replace', 'leave', 'weight'] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

export type RingChange =
  /** A node of the reserve is started and let in. */
  | { readonly kind: 'join'; readonly node: string }
  /** The machine is gone for good (SIGKILL, never started again), and one of the reserve takes its place. */
  | { readonly kind: 'replace'; readonly node: string; readonly by: string }
  /** The node hands over what it has, and is then switched off for good. */
  | { readonly kind: 'leave'; readonly node: string }
  | { readonly kind: 'weight'; readonly node: string; readonly weight: number };

export interface PlannedChange {
  readonly change: RingChange;
  /** Milliseconds from the beginning of the drill; later if the one before has not come to rest by then. */
  readonly atMs: number;
}

/** A change as it happened, in milliseconds from the beginning. */
export interface HappenedChange extends PlannedChange {
  readonly beganMs: number;
  /** When it was decided; `undefined`: never. */
  readonly decidedMs: number | undefined;
  /** When all members said that nothing was left to be moved. */
  readonly settledMs: number | undefined;
  /** Why it was not decided, or has not come to rest. */
  readonly failure?: string;
}

/** In a few words: `replace n2 n5`. */
export function describeChange(change: RingChange): string {
  switch (change.kind) {
    case 'join':
    case 'leave':
      return `${change.kind} ${change.node}`;
    case 'replace':
      return `replace ${change.node} ${change.by}`;
    case 'weight':
      return `weight ${change.node} ${change.weight}`;
  }
}

/** Who is in reserve before such changes. */
export function newcomersOf(changes: readonly PlannedChange[]): readonly string[] {
  return changes.flatMap(({ change }) => (change.kind === 'join' ? [change.node] : change.kind === 'replace' ? [change.by] : []));
}

/** The members when all changes that are planned before this moment have been made. */
export function membersAt(nodes: readonly string[], changes: readonly PlannedChange[], atMs: number): readonly string[] {
  let members = nodes;
  for (const { change, atMs: changeMs } of changes) {
    if (changeMs > atMs) break;
    if (change.kind === 'leave' || change.kind === 'replace') members = members.filter((node) => node !== change.node);
    if (change.kind === 'join') members = [...members, change.node];
    if (change.kind === 'replace') members = [...members, change.by];
  }
  return members;
}
