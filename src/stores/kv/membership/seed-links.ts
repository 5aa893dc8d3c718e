/**
 * Links to seeds that are not known as members: an address is all that is known of them. Dialled when it is their turn.
 *
 * The other side may know this node, and then sends its own requests over such a link too (see `borrower` in `peers.ts`): they
 * are answered like those on any other.
 */
import { Peer, type PeerOptions } from '../../../runtime/transport/index.ts';
import type { Address, CloseReason, Hello, World } from '../../../runtime/world/index.ts';

export class SeedLinks {
  readonly #world: World;
  readonly #hello: Hello;
  readonly #requestHandler: () => NonNullable<PeerOptions['onRequest']>;
  readonly #peers = new Map<Address, Peer>();
  readonly #problems = new Map<Address, string>();

  /** @param requestHandler - one for each link, for what the other side asks on it */
  constructor(world: World, hello: Hello, requestHandler: () => NonNullable<PeerOptions['onRequest']>) {
    this.#world = world;
    this.#hello = hello;
    this.#requestHandler = requestHandler;
  }

  /** Of each seed that was dialled in vain, the latest reason, with its address: for people. */
  get problems(): readonly string[] {
    return [...this.#problems].map(([address, problem]) => `${address} (${problem})`);
  }

  reach(address: Address): Peer {
    const known = this.#peers.get(address);
    if (known !== undefined) return known;
    const { log } = this.#world;
    const peer = new Peer({
      world: this.#world,
      address,
      hello: this.#hello,
      onRequest: this.#requestHandler(),
      onUp: ({ remote }) => {
        this.#problems.delete(address);
        log.info('linked to a seed', { address, node: remote.nodeName });
      },
      onDialFailed: (reason) => this.#onDialFailed(address, reason),
    });
    this.#peers.set(address, peer);
    return peer;
  }

  /** Said once, not at each of the attempts that follow. */
  #onDialFailed(address: Address, { kind, detail }: CloseReason): void {
    const problem = `${kind}: ${detail}`;
    if (this.#problems.get(address) === problem) return;
    this.#problems.set(address, problem);
    const { log } = this.#world;
    if (kind === 'refused' || kind === 'malformed') log.error('this is no seed of the cluster', { address, kind, detail });
    else log.warn('a seed cannot be reached', { address, kind, detail });
  }

  /** Those that are known as members by now have links of their own. */
  release(members: ReadonlySet<Address>): void {
    for (const [address, peer] of this.#peers) {
      if (!members.has(address)) continue;
      this.#peers.delete(address);
      this.#problems.delete(address);
      peer.close();
    }
  }

  close(): void {
    this.release(new Set(this.#peers.keys()));
  }
}
