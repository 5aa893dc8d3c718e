/**
 * Who may stand next in a preference list: a node whose host the list has used least, and among those one whose zone it has used
 * least. So any beginning of the list has distinct hosts while there are any, and is spread over the zones as evenly as they allow.
 */
import type { RingNode } from './node.ts';

/** Nodes of one host in one zone. */
interface Group {
  readonly zone: number;
  readonly nodes: number;
}

export interface Separation {
  readonly nodes: number;
  /** Host and zone of each node, as small numbers. */
  readonly hostOf: Int32Array;
  readonly zoneOf: Int32Array;
  readonly zones: number;
  /** Of each host: how many nodes it has in which zones. */
  readonly groups: readonly (readonly Group[])[];
}

export function separation(nodes: readonly RingNode[]): Separation {
  const hostOf = numbered(nodes.map((node) => node.host));
  const zoneOf = numbered(nodes.map((node) => node.zone));
  const counts: Map<number, number>[] = [];
  for (const [index, host] of hostOf.entries()) {
    const zone = zoneOf[index] as number;
    const known = counts[host] ?? new Map<number, number>();
    counts[host] = known.set(zone, (known.get(zone) ?? 0) + 1);
  }
  const groups = counts.map((inZones) => [...inZones].map(([zone, count]) => ({ zone, nodes: count })));
  return { nodes: nodes.length, hostOf, zoneOf, zones: new Set(zoneOf).size, groups };
}

function numbered(labels: readonly string[]): Int32Array {
  const numbers = new Map<string, number>();
  return Int32Array.from(labels, (label) => {
    const known = numbers.get(label) ?? numbers.size;
    numbers.set(label, known);
    return known;
  });
}

/**
 * The beginnings of the preference lists of all partitions, and who may stand next in each, in constant time: a list that grows by
 * a node keeps count of what the node's host and zone take away from the others.
 */
export class ListsInProgress {
  readonly #separation: Separation;
  readonly #longest: number;
  readonly #lists: Int32Array;
  readonly #lengths: Uint8Array;
  /** How many of a list are on a host, in a zone. */
  readonly #hostUses: Uint8Array;
  readonly #zoneUses: Uint8Array;
  /** The least uses of a host that has nodes left: whoever stands next is on one of those hosts. */
  readonly #leastHost: Uint8Array;
  /** How many nodes are left on those hosts, by zone; and the least uses of a zone that has any. */
  readonly #eligible: Int32Array;
  readonly #leastZone: Uint8Array;

  /** @param longest - as far as the lists will grow, at most 255 */
  constructor(among: Separation, partitions: number, longest: number) {
    this.#separation = among;
    this.#longest = longest;
    this.#lists = new Int32Array(partitions * longest);
    this.#lengths = new Uint8Array(partitions);
    this.#hostUses = new Uint8Array(partitions * among.groups.length);
    this.#zoneUses = new Uint8Array(partitions * among.zones);
    this.#leastHost = new Uint8Array(partitions);
    this.#leastZone = new Uint8Array(partitions);
    const inZones = new Int32Array(among.zones);
    for (const zone of among.zoneOf) inZones[zone] = (inZones[zone] as number) + 1;
    this.#eligible = new Int32Array(partitions * among.zones);
    for (let partition = 0; partition < partitions; partition++) this.#eligible.set(inZones, partition * among.zones);
  }

  permits(partition: number, node: number): boolean {
    const { hostOf, zoneOf, zones, groups } = this.#separation;
    const uses = this.#hostUses[partition * groups.length + (hostOf[node] as number)] as number;
    return (
      uses === this.#leastHost[partition] &&
      this.#zoneUses[partition * zones + (zoneOf[node] as number)] === this.#leastZone[partition] &&
      (uses === 0 || !this.#lists.subarray(partition * this.#longest, this.#end(partition)).includes(node))
    );
  }

  /** Put a permitted node behind the others of the list. */
  append(partition: number, node: number): void {
    const { hostOf, zoneOf, zones, groups } = this.#separation;
    const host = hostOf[node] as number;
    const zone = partition * zones + (zoneOf[node] as number);
    const uses = partition * groups.length + host;
    this.#count(partition, host, -1);
    this.#lists[this.#end(partition)] = node;
    this.#lengths[partition] = (this.#lengths[partition] as number) + 1;
    this.#hostUses[uses] = (this.#hostUses[uses] as number) + 1;
    this.#zoneUses[zone] = (this.#zoneUses[zone] as number) + 1;
    if (!this.#findLeastZone(partition)) this.#takeNextHosts(partition);
  }

  #end(partition: number): number {
    return partition * this.#longest + (this.#lengths[partition] as number);
  }

  /** A host joins those on which the next node must be, or leaves them. */
  #count(partition: number, host: number, by: 1 | -1): void {
    const { groups, zones } = this.#separation;
    const ofHost = groups[host] as readonly Group[];
    for (let index = 0; index < ofHost.length; index++) {
      const { zone, nodes } = ofHost[index] as Group;
      const place = partition * zones + zone;
      this.#eligible[place] = (this.#eligible[place] as number) + by * (nodes - this.#listed(partition, host, zone));
    }
  }

  #listed(partition: number, host: number, zone: number): number {
    const { hostOf, zoneOf, groups } = this.#separation;
    if (this.#hostUses[partition * groups.length + host] === 0) return 0;
    let listed = 0;
    for (let place = partition * this.#longest; place < this.#end(partition); place++) {
      const node = this.#lists[place] as number;
      if (hostOf[node] === host && zoneOf[node] === zone) listed++;
    }
    return listed;
  }

  #findLeastZone(partition: number): boolean {
    const { zones } = this.#separation;
    let least = -1;
    const end = (partition + 1) * zones;
    for (let place = end - zones; place < end; place++) {
      const uses = this.#zoneUses[place] as number;
      if (this.#eligible[place] !== 0 && (least === -1 || uses < least)) least = uses;
    }
    if (least !== -1) this.#leastZone[partition] = least;
    return least !== -1;
  }

  /** Each host has been used as often as any: a new round begins. */
  #takeNextHosts(partition: number): void {
    const { groups } = this.#separation;
    const usesOf = (host: number): number => this.#hostUses[partition * groups.length + host] as number;
    const left = [...groups.keys()].filter((host) => {
      return usesOf(host) < (groups[host] as readonly Group[]).reduce((sum, { nodes }) => sum + nodes, 0);
    });
    if (left.length === 0) return;
    const least = Math.min(...left.map(usesOf));
    this.#leastHost[partition] = least;
    for (const host of left) if (usesOf(host) === least) this.#count(partition, host, 1);
    this.#findLeastZone(partition);
  }
}
