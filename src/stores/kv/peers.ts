/** This node's lasting links to the other nodes. */
import { Peer } from '../../runtime/transport/index.ts';
import type { Hello, World } from '../../runtime/world/index.ts';
import type { NodeConfiguration } from './configuration.ts';

/** Starts dialling every other node that listens somewhere; by name. */
export function dialPeers(world: World, { nodeName, members }: NodeConfiguration, hello: Hello): ReadonlyMap<string, Peer> {
  const { log } = world;
  const peers = new Map<string, Peer>();
  for (const { name, address } of members) {
    if (name === nodeName || address === undefined) continue;
    const peer = new Peer({
      world,
      address,
      hello,
      expectNode: name,
      onUp: () => log.info('linked to a node', { peer: name, address }),
      onDown: ({ kind, detail }) => log.warn('lost the link to a node', { peer: name, address, kind, detail }),
      onDialFailed: ({ kind, detail }) => {
        // A refusal needs an administrator; that nobody listens yet is how every cluster starts.
        if (kind === 'refused') log.error('a node refused the link', { peer: name, address, detail });
        else log.debug('could not reach a node', { peer: name, address, kind, detail });
      },
    });
    peers.set(name, peer);
  }
  return peers;
}
