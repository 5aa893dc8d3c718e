/**
 * A whole preference list: the assigned replicas, then all other nodes, by the same separation of hosts and zones, in an order of
 * the partition's own. In rounds: in each, every host that has been used least gives one node, and the zones take turns.
 *
 * A client that asks for the ring asks for the lists of all partitions, in one go: they are made of plain numbers.
 */
import type { Separation } from './separation.ts';

/** @param order - of a node, 32 bits: the least goes first among equals, and of the same order the first */
export function completeList(head: readonly number[], among: Separation, order: (node: number) => number): number[] {
  const { nodes, zones, groups, hostOf, zoneOf } = among;
  const list = [...head];
  if (list.length === nodes) return list;
  const hostUses = new Int32Array(groups.length);
  const zoneUses = new Int32Array(zones);
  const count = (node: number): void => {
    hostUses[hostOf[node] as number] = usesOfHost(node) + 1;
    zoneUses[zoneOf[node] as number] = (zoneUses[zoneOf[node] as number] as number) + 1;
  };
  const usesOfHost = (node: number): number => hostUses[hostOf[node] as number] as number;
  for (const node of head) count(node);

  let left = inOrder(nodes, head, order);
  while (left.length > 0) {
    const least = left.reduce((uses, node) => Math.min(uses, usesOfHost(node)), Number.POSITIVE_INFINITY);
    const queues = queuesOf(left, zones, (node) => (usesOfHost(node) === least ? (zoneOf[node] as number) : undefined));
    const begin = list.length;
    for (;;) {
      let [next, from] = [-1, -1];
      for (let zone = 0; zone < zones; zone++) {
        const first = firstOf(queues[zone] as number[], (place) => usesOfHost(left[place] as number) === least);
        if (first === undefined) continue;
        const fewer = from === -1 ? -1 : (zoneUses[zone] as number) - (zoneUses[from] as number);
        if (fewer < 0 || (fewer === 0 && first < next)) [next, from] = [first, zone];
      }
      if (from === -1) break;
      (queues[from] as number[]).pop();
      list.push(left[next] as number);
      count(left[next] as number);
    }
    const taken = new Set(list.slice(begin));
    left = left.filter((node) => !taken.has(node));
  }
  return list;
}

/** All nodes that are not in the head. */
function inOrder(nodes: number, head: readonly number[], order: (node: number) => number): number[] {
  const isListed = new Uint8Array(nodes);
  for (const node of head) isListed[node] = 1;
  const keys = new Float64Array(nodes - head.length);
  let length = 0;
  // Order and node as one number, which sorts without asking anybody: 32 bits, and as many as nodes take.
  for (let node = 0; node < nodes; node++) if (isListed[node] === 0) keys[length++] = order(node) * nodes + node;
  return Array.from(keys.sort(), (key) => key % nodes);
}

/** Places of an order, by the zone of who is there; the first of each zone at the end. */
function queuesOf(nodes: readonly number[], zones: number, zoneOf: (node: number) => number | undefined): number[][] {
  const queues: number[][] = Array.from({ length: zones }, () => []);
  for (let place = nodes.length - 1; place >= 0; place--) {
    const zone = zoneOf(nodes[place] as number);
    if (zone !== undefined) queues[zone]?.push(place);
  }
  return queues;
}

/** The first of a queue that may stand; those before it go. A host gives one node per round: its others wait for the next. */
function firstOf(queue: number[], mayStand: (place: number) => boolean): number | undefined {
  for (let first = queue.at(-1); first !== undefined; first = queue.at(-1)) {
    if (mayStand(first)) return first;
    queue.pop();
  }
  return undefined;
}
