/**
 * Who takes part in a request when not all homes of its key can: a stand-in for each home that is down, as far as there are healthy
 * nodes left. As long as all homes are up, nobody asks for this.
 */
import { isFresh } from '../../../protocols/hedging/index.ts';
import { fillSlots } from '../../../protocols/hinted-handoff/index.ts';
import type { Instant } from '../../../runtime/world/index.ts';
import { isUp, type Target, type Topology } from './topology.ts';

export interface Slots {
  /** Distinct; this node first, if it is one of them. */
  readonly targets: readonly Target[];
  /** Of each, the home that it stands in for; `undefined` of a home. */
  readonly standsInFor: readonly (string | undefined)[];
}

/** @param self - this node coordinates without being a home, and stands in before all others. */
export function slotsOf(topology: Topology, partition: number, n: number, self?: Target): Slots {
  const homes = topology.replicas(partition, n);
  const list = preferenceList(topology, partition, homes, n);
  const first = self === undefined ? {} : { first: self };
  const filled = fillSlots(list, homes.length, { isHealthy: isUp, hostOf: (target) => topology.hostOf(target.name), ...first });
  const slots = filled.flatMap((target, slot) => {
    if (target === undefined) return [];
    const home = homes[slot] as Target;
    return [{ target, standsInFor: target === home ? undefined : home.name }];
  });
  slots.sort((a, b) => Number(a.target.peer !== undefined) - Number(b.target.peer !== undefined));
  return { targets: slots.map(({ target }) => target), standsInFor: slots.map(({ standsInFor }) => standsInFor) };
}

/** All homes are up, and this node is one of them. */
export function areWell(homes: readonly Target[]): boolean {
  return homes[0]?.peer === undefined && countUp(homes) === homes.length;
}

export function countUp(targets: readonly Target[]): number {
  let up = 0;
  for (const target of targets) if (isUp(target)) up++;
  return up;
}

/** Homes for which nobody has stored it. @param stored - bit i: target i has */
export function missingHomes(
  homes: readonly Target[],
  targets: readonly Target[],
  standsInFor: Slots['standsInFor'] | undefined,
  stored: number,
): readonly string[] {
  const storedFor = targets.map(({ name }, slot) => ((stored & (1 << slot)) === 0 ? '' : (standsInFor?.[slot] ?? name)));
  return homes.map(({ name }) => name).filter((home) => !storedFor.includes(home));
}

/** Those of a read: the homes that are up, in their order, then the stand-ins of the others. */
export function readSlots(topology: Topology, partition: number, n: number, up: readonly Target[]): Slots {
  const self = up.length === 0 ? topology.self : undefined;
  const { targets, standsInFor } = slotsOf(topology, partition, n, self);
  const standIns = targets.filter((_target, slot) => standsInFor[slot] !== undefined);
  const homes = standsInFor.filter((home) => home !== undefined);
  return { targets: [...up, ...standIns], standsInFor: [...up.map(() => undefined), ...homes] };
}

/** Whether one of the first so many has fallen silent. */
export function isAnySilent(targets: readonly Target[], first: number): boolean {
  for (let place = 0; place < first; place++) if (targets[place]?.latency.isSilent === true) return true;
  return false;
}

/** Whether a read would better begin with others than the first so many. On the path of each read. */
export function isAnyReluctant(targets: readonly Target[], first: number, now: Instant): boolean {
  for (let place = 0; place < first; place++) {
    const target = targets[place];
    if (target !== undefined && reluctance(target, now) > 0) return true;
  }
  return false;
}

/** Who came back a moment ago goes to the end, and behind it who has fallen silent: they are asked when the others do not suffice, and by surveys. */
export function reluctantLast(targets: readonly Target[], standsInFor: Slots['standsInFor'] | undefined, now: Instant): Slots {
  const reluctances = targets.map((target) => reluctance(target, now));
  const order = [...targets.keys()].sort((a, b) => (reluctances[a] as number) - (reluctances[b] as number));
  return { targets: order.map((place) => targets[place] as Target), standsInFor: order.map((place) => standsInFor?.[place]) };
}

function reluctance({ latency }: Target, now: Instant): 0 | 1 | 2 {
  if (latency.isSilent) return 2;
  return isFresh(latency, now) ? 1 : 0;
}

/** The next healthy node that is none of these; one that has fallen silent only if there is no other. */
export function nextStandIn(topology: Topology, partition: number, n: number, taken: ReadonlySet<string>): Target | undefined {
  const list = preferenceList(topology, partition, topology.replicas(partition, n), n);
  const free = list.slice(topology.replicas(partition, n).length).filter((target) => !taken.has(target.name) && isUp(target));
  return free.find(({ latency }) => !latency.isSilent) ?? free[0];
}

/** The homes, and of the others this node, and as many as it takes to find more than N healthy ones; who was never talked to is dialled. */
function preferenceList(topology: Topology, partition: number, homes: readonly Target[], n: number): readonly Target[] {
  const list = [...homes];
  let healthy = 0;
  let strangers = 0;
  for (const name of topology.ring.preferenceList(partition)) {
    if (homes.some((home) => home.name === name)) continue;
    if (healthy > n && name !== topology.nodeName) continue;
    const known = topology.target(name);
    // In a large cluster: whoever is dialled now can stand in for the next request.
    if (known === undefined && strangers++ >= n) continue;
    const target = known ?? topology.reach(name);
    if (target === undefined) continue;
    list.push(target);
    if (isUp(target)) healthy++;
  }
  return list;
}
