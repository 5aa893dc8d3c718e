/** Links to seeds that are not known as members: an address is all that is known of them. Dialled when it is their turn. */
import { Peer } from '../../../runtime/transport/index.ts';
import type { Address, Hello, World } from '../../../runtime/world/index.ts';

export class SeedLinks {
  readonly #world: World;
  readonly #hello: Hello;
  readonly #peers = new Map<Address, Peer>();

  constructor(world: World, hello: Hello) {
    this.#world = world;
    this.#hello = hello;
  }

  reach(address: Address): Peer {
    const known = this.#peers.get(address);
    if (known !== undefined) return known;
    const { log } = this.#world;
    const peer = new Peer({
      world: this.#world,
      address,
      hello: this.#hello,
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
