/** The ring with this node's links to the others: who holds a key, and who of them can be talked to now. */
import { type Latency, onBack, startLatency } from '../../../protocols/hedging/index.ts';
import type { Ring } from '../../../protocols/ring/index.ts';
import { invariant } from '../../../runtime/errors/index.ts';
import type { Peer } from '../../../runtime/transport/index.ts';
import type { Peers } from '../peers.ts';
import { type Place, placeOf } from '../storage-key.ts';

/** A replica as the coordinator sees it: this node itself, or a peer. */
export interface Target {
  readonly name: string;
  /** `undefined`: this node. */
  readonly peer: Peer | undefined;
  /** Whether it is in the zone of this node. */
  readonly isNear: boolean;
  /** How long its answers to reads take. */
  readonly latency: Latency;
}

export class Topology {
  readonly nodeName: string;
  #ring: Ring;
  readonly #peers: Peers;
  readonly #targets = new Map<string, Target>();
  /** Home replicas per n and partition, this node first if it is one; made on first use, forgotten when the ring changes. */
  readonly #replicas = new Map<number, (readonly Target[] | undefined)[]>();
  readonly #rotations = new Map<number, (readonly (readonly Target[])[] | undefined)[]>();
  readonly #partitionOf: (position: Uint8Array) => number;

  constructor(nodeName: string, ring: Ring, peers: Peers) {
    this.nodeName = nodeName;
    this.#ring = ring;
    this.#peers = peers;
    this.#targets.set(nodeName, { name: nodeName, peer: undefined, isNear: true, latency: startLatency() });
    this.#partitionOf = (position) => this.#ring.partitionOf(position);
    peers.observeLinks((name, now) => {
      const target = this.#targets.get(name);
      if (target !== undefined) onBack(target.latency, now);
    });
  }

  /** As it is now: do not keep it. */
  get ring(): Ring {
    return this.#ring;
  }

  /** Who held a key so far has no say in who does from now on: requests under way end with the replicas they began with. */
  change(ring: Ring): void {
    invariant(ring.partitions === this.#ring.partitions, 'the number of partitions is fixed when the cluster is made');
    this.#ring = ring;
    this.#replicas.clear();
    this.#rotations.clear();
    for (const { name, peer, latency } of [...this.#targets.values()]) {
      this.#targets.delete(name);
      // Whoever is still the same node at the same address keeps its latency.
      if (peer === undefined || this.#peers.get(name) === peer) this.#remember(name, peer, latency);
    }
  }

  /**
   * Seats have changed hands, and the members are those of before. While partitions move, that is all the time, and of one partition each
   * time: what is known of the others stays.
   */
  reseat(ring: Ring): void {
    const before = this.#ring;
    if (ring.nodes !== before.nodes || !this.#areTargetsValid()) {
      this.change(ring);
      return;
    }
    this.#ring = ring;
    for (const [n, known] of this.#replicas) {
      const rotations = this.#rotations.get(n);
      for (const [partition, targets] of known.entries()) {
        if (targets === undefined || before.replicas(partition, n) === ring.replicas(partition, n)) continue;
        known[partition] = undefined;
        if (rotations !== undefined) rotations[partition] = undefined;
      }
    }
  }

  #areTargetsValid(): boolean {
    for (const { name, peer } of this.#targets.values()) if (peer !== undefined && this.#peers.get(name) !== peer) return false;
    return true;
  }

  place(bucket: string, key: Uint8Array): Place {
    return placeOf(bucket, key, this.#partitionOf);
  }

  /** The N home replicas of a partition; this node comes first if it is one of them. The others are dialled if they were not yet. */
  replicas(partition: number, n: number): readonly Target[] {
    let known = this.#replicas.get(n);
    if (known === undefined) {
      known = new Array<readonly Target[] | undefined>(this.ring.partitions).fill(undefined);
      this.#replicas.set(n, known);
    }
    const homes = known[partition] ?? this.#ordered(partition, n);
    known[partition] = homes;
    return homes;
  }

  #ordered(partition: number, n: number): readonly Target[] {
    const targets = this.ring.replicas(partition, n).map((name) => this.reach(name));
    const present = targets.filter((target) => target !== undefined);
    return [...present.filter((target) => target.peer === undefined), ...present.filter((target) => target.peer !== undefined)];
  }

  /**
   * The home replicas that are up, in the order in which a read asks them: this node first, since its record is at hand, then those of
   * its zone, then those of others; either begin with another one at each turn.
   */
  readTargets(partition: number, n: number, turn: number): readonly Target[] {
    let known = this.#rotations.get(n);
    if (known === undefined) {
      known = new Array<readonly (readonly Target[])[] | undefined>(this.ring.partitions).fill(undefined);
      this.#rotations.set(n, known);
    }
    const rotations = known[partition] ?? rotationsOf(this.replicas(partition, n));
    known[partition] = rotations;
    const targets = rotations[turn % rotations.length] ?? [];
    for (const target of targets) if (!isUp(target)) return targets.filter(isUp);
    return targets;
  }

  get self(): Target {
    return this.#targets.get(this.nodeName) as Target;
  }

  /** This node, or one that was dialled already. */
  target(name: string): Target | undefined {
    const known = this.#targets.get(name);
    const peer = known === undefined ? this.#peers.get(name) : undefined;
    return peer === undefined ? known : this.#remember(name, peer);
  }

  /** The machine a member runs on. */
  hostOf(name: string): string {
    return this.#ring.nodes.find((node) => node.name === name)?.host ?? name;
  }

  /** As {@link Peers.onceTried}. */
  onceTried(targets: readonly Target[], callback: () => void): (() => void) | undefined {
    return this.#peers.onceTried(
      targets.map(({ name }) => name),
      callback,
    );
  }

  /** The node, dialled now if it was not; `undefined` for one that listens nowhere. */
  reach(name: string): Target | undefined {
    const known = this.#targets.get(name);
    const peer = known === undefined ? this.#peers.reach(name) : undefined;
    return peer === undefined ? known : this.#remember(name, peer);
  }

  #remember(name: string, peer: Peer | undefined, latency = startLatency()): Target {
    const isNear = peer === undefined || this.#zoneOf(name) === this.#zoneOf(this.nodeName);
    const target = { name, peer, isNear, latency };
    this.#targets.set(name, target);
    return target;
  }

  #zoneOf(name: string): string | undefined {
    return this.ring.nodes.find((node) => node.name === name)?.zone;
  }
}

function rotationsOf(homes: readonly Target[]): readonly (readonly Target[])[] {
  const [first, ...others] = homes;
  if (first === undefined || others.length < 2 || first.peer !== undefined) return [homes];
  const [near, far] = [others.filter((target) => target.isNear), others.filter((target) => !target.isNear)];
  return others.map((_target, turn) => [first, ...rotated(near, turn), ...rotated(far, turn)]);
}

function rotated(targets: readonly Target[], turn: number): readonly Target[] {
  const cut = turn % (targets.length || 1);
  return [...targets.slice(cut), ...targets.slice(0, cut)];
}

export function isUp(target: Target): boolean {
  return target.peer === undefined || target.peer.isUp;
}

/** Those of this node's zone that are up; where there is none, all that are. */
export function nearestUp(targets: readonly Target[]): readonly Target[] {
  const up = targets.filter(isUp);
  const near = up.filter((target) => target.isNear);
  return near.length === 0 ? up : near;
}
