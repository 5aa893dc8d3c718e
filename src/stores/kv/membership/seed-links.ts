/**
 * Links to seeds that are not known as members: an address is all that is known of them. Dialled when it is their turn.
 *
 * The other side may know this node, and then sends its own requests over such a link too (see `borrower` in `peers.ts`): they
 * are answered like those on any other.
 */
import { Peer, type PeerOptions } from '../../../runtime/transport/index.ts';
import type { Address, Hello, World } from '../../../runtime/world/index.ts';

export class SeedLinks {
  readonly #world: World;
  readonly #hello: Hello;
  readonly #requestHandler: () => NonNullable<PeerOptions['onRequest']>;
  readonly #peers = new Map<Address, Peer>();

  /** @param requestHandler - one for each link, for what the other side asks on it */
  constructor(world: World, hello: Hello, requestHandler: () => NonNullable<PeerOptions['onRequest']>) {
    this.#world = world;
    this.#hello = hello;
    this.#requestHandler = requestHandler;
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
      onUp: ({ remote }) => log.info('linked to a seed', { address, node: remote.nodeName }),
      onDialFailed: ({ kind, detail }) => {
        if (kind === 'refused' || kind === 'malformed') log.error('this is no seed of the cluster', { address, kind, detail });
        else log.debug('could not reach a seed', { address, kind, detail });
      },
    });
    this.#peers.set(address, peer);
    return peer;
  }

  /** Those that are known as members by now have links of their own. */
  release(members: ReadonlySet<Address>): void {
    for (const [address, peer] of this.#peers) {
      if (!members.has(address)) continue;
      this.#peers.delete(address);
      peer.close();
    }
  }

  close(): void {
    this.release(new Set(this.#peers.keys()));
  }
}
