/** This node's lasting links to the other nodes. */
import type { Reader } from '../../runtime/bytes/index.ts';
import { Peer } from '../../runtime/transport/index.ts';
import type { FrameKind, Hello, Link, World } from '../../runtime/world/index.ts';
import type { NodeConfiguration } from './configuration.ts';
import { DuplicateFilter } from './duplicate-filter.ts';

/** Takes a request that came in on a link, from a node or a client. */
export type OnRequest = (link: Link, kind: FrameKind, correlation: number, body: Reader, duplicates: DuplicateFilter) => void;

/** Starts dialling every other node that listens somewhere; by name. `onRequest`: what the others ask on the links dialled here. */
export function dialPeers(
  world: World,
  { nodeName, members }: NodeConfiguration,
  hello: Hello,
  onRequest: OnRequest,
): ReadonlyMap<string, Peer> {
  const { log } = world;
  const peers = new Map<string, Peer>();
  for (const { name, address } of members) {
    if (name === nodeName || address === undefined) continue;
    const duplicates = new WeakMap<Link, DuplicateFilter>();
    const filterOf = (link: Link): DuplicateFilter => {
      const filter = duplicates.get(link) ?? new DuplicateFilter();
      duplicates.set(link, filter);
      return filter;
    };
    const peer = new Peer({
      world,
      address,
      hello,
      expectNode: name,
      onRequest: (link, kind, correlation, body) => onRequest(link, kind, correlation, body, filterOf(link)),
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

/**
 * Of the two links between two nodes, the requests of both go over the one that the node with the lesser name dialled. So the
 * other one lends it to its peer.
 */
export function borrower(link: Link, nodeName: string, peers: ReadonlyMap<string, Peer>): Peer | undefined {
  const { role, nodeName: remoteName } = link.remote;
  return role === 'node' && remoteName < nodeName ? peers.get(remoteName) : undefined;
}
