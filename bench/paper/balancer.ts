/**
 * A load balancer as the paper's section 6.4 has it: a process between clients and nodes that passes each request on to a node chosen at
 * random and knows nothing of keys. For either world.
 */
import { copyBytes } from '../../src/runtime/bytes/index.ts';
import { Peer } from '../../src/runtime/transport/index.ts';
import type { Address, Hello, Listener, World } from '../../src/runtime/world/index.ts';
import { PROTOCOL_VERSION } from '../../src/stores/kv/messages/index.ts';

export function startBalancer(world: World, address: Address, clusterName: string, nodes: readonly Address[]): Promise<Listener> {
  const client: Hello = { protocolVersion: PROTOCOL_VERSION, clusterName, role: 'client', nodeName: '' };
  const peers = nodes.map((node) => new Peer({ world, address: node, hello: client }));
  const hello: Hello = { ...client, role: 'node', nodeName: 'balancer' };
  return world.network.listen(address, hello, () => ({
    onFrame(link, kind, correlation, body) {
      const request = copyBytes(body.rest());
      const peer = peers[world.random.below(peers.length)] as Peer;
      peer.request(
        kind,
        (writer) => void writer.bytes(request),
        (replyKind, reply) => {
          link.begin(replyKind, correlation).bytes(reply.rest());
          link.commit();
        },
        // Whoever asked finds out by the time limit; in a run without faults nobody has to.
        (failure, detail) => world.log.warn('a request was not passed on', { failure, detail }),
      );
    },
    onClose() {},
  }));
}
