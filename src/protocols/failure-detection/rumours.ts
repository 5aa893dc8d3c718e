/**
 * What a node has yet to pass on: each update rides on so many messages, and those that rode least go first.
 *
 * Source: SWIM, section 4.1 (dissemination that costs no message of its own): after about log n rides of an update at each node, all
 * nodes have heard it with high probability. Invariants: a message carries a bounded number of updates, whatever the size of the
 * cluster; the buffer is bounded; of several updates about one node only those of the highest rank are kept.
 */
import type { NodeName } from '../ring/index.ts';
import { compareHeld, type Update } from './update.ts';

interface Rumour {
  readonly update: Update;
  rides: number;
}

/** By node, and for suspicions by who suspects. */
export type Rumours = Map<string, Rumour>;

/** A message carries at most so many updates. */
export const UPDATES_MAXIMUM = 8;
/** What does not fit is what rode most: anti-entropy brings it to whoever missed it. */
const RUMOURS_MAXIMUM = 256;
/** Rides per bit of the size of the cluster. */
const RIDES_PER_BIT = 2;

export function spread(rumours: Rumours, update: Update): void {
  for (const [key, { update: other }] of rumours) {
    if (other.node === update.node && compareHeld(update, other) > 0) rumours.delete(key);
  }
  rumours.set(keyOf(update), { update, rides: 0 });
  if (rumours.size > RUMOURS_MAXIMUM) drop(rumours);
}

/** Whoever left the cluster is no news any more. */
export function hush(rumours: Rumours, gone: NodeName): void {
  for (const [key, { update }] of rumours) if (update.node === gone) rumours.delete(key);
}

/** What the next message takes along, beside `first`. */
export function ride(rumours: Rumours, clusterSize: number, first: readonly Update[]): readonly Update[] {
  if (rumours.size === 0) return first;
  const most = RIDES_PER_BIT * bits(clusterSize);
  const taken = [...first];
  const byRides = [...rumours].sort(([, a], [, b]) => a.rides - b.rides);
  for (const [key, rumour] of byRides) {
    if (taken.length >= UPDATES_MAXIMUM) break;
    if (first.some((update) => keyOf(update) === key)) continue;
    taken.push(rumour.update);
    rumour.rides++;
    if (rumour.rides >= most) rumours.delete(key);
  }
  return taken;
}

/** About the logarithm to base 2: how many bits the number has; at least one. */
export function bits(number: number): number {
  return Math.max(1, 32 - Math.clz32(number));
}

function keyOf(update: Update): string {
  return update.standing === 'suspect' ? `${update.node} ${update.by}` : update.node;
}

function drop(rumours: Rumours): void {
  let worst: string | undefined;
  let rides = -1;
  for (const [key, rumour] of rumours) {
    if (rumour.rides > rides) [worst, rides] = [key, rumour.rides];
  }
  if (worst !== undefined) rumours.delete(worst);
}
