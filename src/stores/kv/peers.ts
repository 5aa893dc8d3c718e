/**
 * This node's lasting links to the other nodes.
 *
 * In a small cluster all are dialled at the start. In a large one that would be a storm: a thousand nodes that start together would
 * dial a million links at once. There a node first dials those with which it shares keys, for whatever it coordinates needs them;
 * any other one as soon as a request wants it; and the rest one after the other, in an order of its own, so that after a while it
 * knows of each whether it is up.
 */
import type { Ring } from '../../protocols/ring/index.ts';
import type { Reader } from '../../runtime/bytes/index.ts';
import { Peer, type PeerOptions } from '../../runtime/transport/index.ts';
import type { Address, FrameKind, Hello, Instant, Link, Random, Timer, World } from '../../runtime/world/index.ts';
import type { NodeConfiguration } from './configuration.ts';
import { DuplicateFilter } from './duplicate-filter.ts';

/** Takes a request that came in on a link, from a node or a client. */
export type OnRequest = (link: Link, kind: FrameKind, correlation: number, body: Reader, duplicates: DuplicateFilter) => void;

/** Clusters of at most so many nodes are small. */
const SMALL_CLUSTER = 64;
/** Between two of the nodes that are dialled though nobody has asked for them. */
const PACE_MS = 100;

export class Peers {
  readonly #world: World;
  readonly #configuration: NodeConfiguration;
  readonly #hello: Hello;
  readonly #onRequest: OnRequest;
  readonly #addresses = new Map<string, Address>();
  readonly #peers = new Map<string, Peer>();
  /** Dialled for a request, and not known yet whether they are there; and who waits for that. */
  readonly #untried = new Map<string, Set<() => void>>();
  #onLinked: (name: string, now: Instant) => void = () => {};
  #pace: Timer | undefined;
  #closed = false;

  /** @param onRequest - takes what the others ask on the links that are dialled here. */
  constructor(world: World, configuration: NodeConfiguration, hello: Hello, onRequest: OnRequest) {
    const { nodeName, members } = configuration;
    this.#world = world;
    this.#configuration = configuration;
    this.#hello = hello;
    this.#onRequest = onRequest;
    for (const { name, address } of members) {
      if (name !== nodeName && address !== undefined) this.#addresses.set(name, address);
    }
  }

  /** Told whenever a node comes within reach that was not before. For as long as this lives; one at a time. */
  observeLinks(onLinked: (name: string, now: Instant) => void): void {
    this.#onLinked = onLinked;
  }

  /** @param addresses - of all other nodes, if not as configured. */
  start(ring: Ring, addresses: ReadonlyMap<string, Address> = new Map(this.#addresses)): void {
    this.#addresses.clear();
    for (const [name, address] of addresses) this.#addresses.set(name, address);
    const isSmall = this.#addresses.size < SMALL_CLUSTER;
    const first = isSmall ? this.#addresses : this.#sharers(ring);
    for (const name of this.#addresses.keys()) if (first.has(name)) this.#dial(name);
    if (!isSmall) this.#dialRest(shuffled([...this.#addresses.keys()], this.#world.random));
  }

  /**
   * Who belongs to the cluster has changed: links to those who left, or who have moved, end; those who came are dialled.
   * @param addresses - of all other nodes.
   */
  update(addresses: ReadonlyMap<string, Address>): void {
    if (this.#closed) return;
    for (const [name, peer] of this.#peers) {
      if (addresses.get(name) === peer.address) continue;
      this.#peers.delete(name);
      peer.close();
      this.#onTried(name);
    }
    this.#addresses.clear();
    for (const [name, address] of addresses) this.#addresses.set(name, address);
    this.#pace?.cancel();
    if (this.#addresses.size >= SMALL_CLUSTER) this.#dialRest(shuffled([...addresses.keys()], this.#world.random));
    else for (const name of addresses.keys()) if (!this.#peers.has(name)) this.#dial(name);
  }

  /** The link to a node that was dialled. */
  get(name: string): Peer | undefined {
    return this.#peers.get(name);
  }

  /** The link to a node, dialled now if it was not; `undefined` when the node listens nowhere. */
  reach(name: string): Peer | undefined {
    const known = this.#peers.get(name);
    if (known !== undefined || this.#closed || !this.#addresses.has(name)) return known;
    this.#untried.set(name, new Set());
    return this.#dial(name);
  }

  /**
   * Call once when it is known of one of the nodes that {@link reach} has dialled whether it is there.
   * @returns how to be forgotten; `undefined`, and nothing will be called, when it is known of all of them already.
   */
  onceTried(names: readonly string[], callback: () => void): (() => void) | undefined {
    const waiting = names.flatMap((name) => this.#untried.get(name) ?? []);
    if (waiting.length === 0) return undefined;
    const forget = (): void => {
      for (const callbacks of waiting) callbacks.delete(once);
    };
    const once = (): void => {
      forget();
      callback();
    };
    for (const callbacks of waiting) callbacks.add(once);
    return forget;
  }

  close(): void {
    this.#closed = true;
    this.#pace?.cancel();
    for (const peer of this.#peers.values()) peer.close();
  }

  /** The nodes with which this one shares keys of some bucket. */
  #sharers(ring: Ring): ReadonlySet<string> {
    const { nodeName, defaults, buckets } = this.#configuration;
    const n = Math.max(...[defaults, ...buckets.values()].map((settings) => settings.n));
    const sharers = new Set<string>();
    for (let partition = 0; partition < ring.partitions; partition++) {
      const replicas: readonly string[] = ring.replicas(partition, n);
      if (replicas.includes(nodeName)) for (const name of replicas) sharers.add(name);
    }
    return sharers;
  }

  #dialRest(names: string[]): void {
    let next = names.pop();
    while (next !== undefined && this.#peers.has(next)) next = names.pop();
    if (next === undefined) return;
    this.#dial(next);
    this.#pace = this.#world.timers.after(PACE_MS, () => this.#dialRest(names));
  }

  #dial(name: string): Peer {
    const { log } = this.#world;
    const address = this.#addresses.get(name) ?? '';
    const peer = new Peer({
      world: this.#world,
      address,
      hello: this.#hello,
      expectNode: name,
      onRequest: this.requestHandler(),
      onUp: () => {
        log.info('linked to a node', { peer: name, address });
        this.#onLinked(name, this.#world.clock.now());
        this.#onTried(name);
      },
      onDown: ({ kind, detail }) => log.warn('lost the link to a node', { peer: name, address, kind, detail }),
      onDialFailed: ({ kind, detail }) => {
        // A refusal needs an administrator; that nobody listens yet is how every cluster starts.
        if (kind === 'refused') log.error('a node refused the link', { peer: name, address, detail });
        else log.debug('could not reach a node', { peer: name, address, kind, detail });
        this.#onTried(name);
      },
    });
    this.#peers.set(name, peer);
    return peer;
  }

  /** For links that this node dials: takes what the other side asks on them. */
  requestHandler(): NonNullable<PeerOptions['onRequest']> {
    const duplicates = new WeakMap<Link, DuplicateFilter>();
    return (link, kind, correlation, body) => {
      const filter = duplicates.get(link) ?? new DuplicateFilter();
      duplicates.set(link, filter);
      this.#onRequest(link, kind, correlation, body, filter);
    };
  }

  #onTried(name: string): void {
    const waiting = this.#untried.get(name);
    if (waiting === undefined) return;
    this.#untried.delete(name);
    for (const callback of waiting) callback();
  }
}

/**
 * Of the two links between two nodes, the requests of both go over the one that the node with the lesser name dialled. So the
 * other one lends it to its peer.
 */
export function borrower(link: Link, nodeName: string, peers: Peers): Peer | undefined {
  const { role, nodeName: remoteName } = link.remote;
  return role === 'node' && remoteName < nodeName ? peers.get(remoteName) : undefined;
}

function shuffled(names: string[], random: Random): string[] {
  for (let last = names.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [names[last], names[other]] = [names[other] as string, names[last] as string];
  }
  return names;
}
