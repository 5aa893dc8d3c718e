/**
 * Who takes the write that a home replica cannot take now.
 *
 * Intuition: a key has N homes, and a request has N slots, one per home. A slot whose home is healthy is the home's; any other goes
 * to the next healthy node of the preference list that has none yet: its stand-in. So a request goes to the first N healthy nodes of the
 * list, each counts once, and each stand-in knows for whom it stands in.
 *
 * Source: the Dynamo paper, section 4.6 (sloppy quorum). Deviation: among the healthy nodes one on a host that no other slot uses
 * goes first, since a machine that fails should not take two copies along.
 * Invariants: no node is in two slots; a healthy home is in its own slot; a strict request has no stand-ins; a slot is empty only if it
 * is a strict one's or there is no healthy node left.
 */

export interface SlotRules<Node> {
  isHealthy(node: Node): boolean;
  /** The machine it runs on. */
  hostOf(node: Node): string;
  /** Stands in before all others, if it is no home: whoever coordinates without being one. */
  readonly first?: Node;
  /** No stand-ins. */
  readonly strict?: boolean;
}

/**
 * Per home, who takes its slot: itself, its stand-in, or nobody.
 * @param preferenceList - the homes first, then all others, or as many of them as may stand in
 */
export function fillSlots<Node>(preferenceList: readonly Node[], n: number, rules: SlotRules<Node>): (Node | undefined)[] {
  const slots = preferenceList.slice(0, n).map((home) => (rules.isHealthy(home) ? home : undefined));
  if (rules.strict === true) return slots;
  const usedHosts = new Set<string>();
  for (const home of slots) if (home !== undefined) usedHosts.add(rules.hostOf(home));
  const rest = preferenceList.slice(n);
  const taken = new Set<Node>();
  for (let slot = 0; slot < slots.length; slot++) {
    if (slots[slot] !== undefined) continue;
    const standIn = nextStandIn(rest, rules, taken, usedHosts);
    if (standIn === undefined) break;
    slots[slot] = standIn;
    taken.add(standIn);
    usedHosts.add(rules.hostOf(standIn));
  }
  return slots;
}

function nextStandIn<Node>(
  rest: readonly Node[],
  { isHealthy, hostOf, first }: SlotRules<Node>,
  taken: ReadonlySet<Node>,
  usedHosts: ReadonlySet<string>,
): Node | undefined {
  if (first !== undefined && !taken.has(first) && rest.includes(first)) return first;
  let onUsedHost: Node | undefined;
  for (const node of rest) {
    if (taken.has(node) || !isHealthy(node)) continue;
    if (!usedHosts.has(hostOf(node))) return node;
    onUsedHost ??= node;
  }
  return onUsedHost;
}
