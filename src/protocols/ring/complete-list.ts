/**
 * A whole preference list: the assigned replicas, then all other nodes, by the same separation of hosts and zones, in an order of
 * the partition's own. In rounds: in each, every host that has been used least gives one node, and the zones take turns.
 */
import type { Separation } from './separation.ts';

/** @param order - of a node: the least goes first among equals, and of the same order the first */
export function completeList(head: readonly number[], among: Separation, order: (node: number) => number): number[] {
  const { nodes, zones, groups, hostOf, zoneOf } = among;
  const list: number[] = [];
  const listed = new Uint8Array(nodes);
  const hostUses = new Int32Array(groups.length);
  const zoneUses = new Int32Array(zones);
  const append = (node: number): void => {
    list.push(node);
    listed[node] = 1;
    hostUses[hostOf[node] as number] = usesOfHost(node) + 1;
    zoneUses[zoneOf[node] as number] = usesOfZone(node) + 1;
  };
  const usesOfHost = (node: number): number => hostUses[hostOf[node] as number] as number;
  const usesOfZone = (node: number): number => zoneUses[zoneOf[node] as number] as number;
  for (const node of head) append(node);

  const keys = Float64Array.from({ length: nodes }, (_, node) => order(node));
  const inOrder = Array.from({ length: nodes }, (_, node) => node).sort(
    (a, b) => (keys[a] as number) - (keys[b] as number) || a - b,
  );
  const goesBefore = (a: number, b: number): boolean =>
    usesOfZone(a) !== usesOfZone(b)
      ? usesOfZone(a) < usesOfZone(b)
      : keys[a] !== keys[b]
        ? (keys[a] as number) < (keys[b] as number)
        : a < b;
  while (list.length < nodes) {
    const left = inOrder.filter((node) => listed[node] === 0);
    const least = left.reduce((uses, node) => Math.min(uses, usesOfHost(node)), Number.POSITIVE_INFINITY);
    const queues = [
      ...Map.groupBy(
        left.filter((node) => usesOfHost(node) === least),
        (node) => zoneOf[node] as number,
      ).values(),
    ];
    const firsts = queues.map(() => 0);
    for (;;) {
      let next: number | undefined;
      for (const [index, queue] of queues.entries()) {
        let first = firsts[index] as number;
        // A host gives one node per round; its others wait for the next.
        while (first < queue.length && usesOfHost(queue[first] as number) !== least) first++;
        firsts[index] = first;
        const candidate = queue[first];
        if (candidate !== undefined && (next === undefined || goesBefore(candidate, next))) next = candidate;
      }
      if (next === undefined) break;
      append(next);
    }
  }
  return list;
}
