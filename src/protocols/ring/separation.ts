/**
 * Who may stand next in a preference list: a node whose host the list has used least, and among those one whose zone it has used
 * least. So any beginning of the list has distinct hosts while there are any, and is spread over the zones as evenly as they allow.
 */
import type { RingNode } from './node.ts';

export interface Separation {
  readonly nodes: number;
  /** Host and zone of each node, as small numbers. */
  readonly hostOf: readonly number[];
  readonly zoneOf: readonly number[];
}

export function separation(nodes: readonly RingNode[]): Separation {
  return {
    nodes: nodes.length,
    hostOf: numbered(nodes.map((node) => node.host)),
    zoneOf: numbered(nodes.map((node) => node.zone)),
  };
}

function numbered(labels: readonly string[]): number[] {
  const numbers = new Map<string, number>();
  return labels.map((label) => {
    const known = numbers.get(label) ?? numbers.size;
    numbers.set(label, known);
    return known;
  });
}

/** The beginning of one preference list, and how often it has used each host and zone. Reused from list to list. */
export class ListInProgress {
  readonly #separation: Separation;
  readonly #hostUses: Int32Array;
  readonly #zoneUses: Int32Array;
  readonly #listed: Uint8Array;
  readonly #list: number[] = [];

  constructor(among: Separation) {
    this.#separation = among;
    this.#hostUses = new Int32Array(among.nodes);
    this.#zoneUses = new Int32Array(among.nodes);
    this.#listed = new Uint8Array(among.nodes);
  }

  get list(): readonly number[] {
    return this.#list;
  }

  clear(): void {
    for (const node of this.#list) this.#count(node, -1);
    this.#list.length = 0;
  }

  append(node: number): void {
    this.#list.push(node);
    this.#count(node, 1);
  }

  /** Call `visit` with each node that may stand next, in ascending order. */
  forEachPermitted(visit: (node: number) => void): void {
    let least = Number.POSITIVE_INFINITY;
    for (let node = 0; node < this.#separation.nodes; node++) {
      if (this.#listed[node] === 0) least = Math.min(least, this.#crowding(node));
    }
    for (let node = 0; node < this.#separation.nodes; node++) {
      if (this.#listed[node] === 0 && this.#crowding(node) === least) visit(node);
    }
  }

  /** Uses of the host, then of the zone, as one number. */
  #crowding(node: number): number {
    const { nodes, hostOf, zoneOf } = this.#separation;
    return (this.#hostUses[hostOf[node] as number] as number) * (nodes + 1) + (this.#zoneUses[zoneOf[node] as number] as number);
  }

  #count(node: number, by: 1 | -1): void {
    const host = this.#separation.hostOf[node] as number;
    const zone = this.#separation.zoneOf[node] as number;
    this.#hostUses[host] = (this.#hostUses[host] as number) + by;
    this.#zoneUses[zone] = (this.#zoneUses[zone] as number) + by;
    this.#listed[node] = by === 1 ? 1 : 0;
  }
}
