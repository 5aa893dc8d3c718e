import { realWorld } from '../../runtime/real/index.ts';
import { type ConnectOptions, connectIn, type Quorate } from '../../stores/kv/client/index.ts';

/**
 * Connect to a cluster.
 *
 * Resolves when one node has answered; the other nodes that it knows are connected to as well, and requests go to the one with
 * the fewest in flight. Reads are repeated on another node when one fails. A change is repeated only when it certainly was not
 * applied; otherwise the call rejects with an error of outcome `unknown`.
 *
 * The connections keep the process alive until `close`.
 *
 * @param addresses of some nodes: `host:port`, `[IPv6 address]:port` or `unix:/path`. One that runs is enough.
 * @param options `timeoutMs`: until the first answer, default 5,000.
 * @throws QuorateError `no-node-reachable` naming each address and why it failed (a node of another cluster says so),
 * `address-invalid`, `bad-option`, `aborted`
 */
export function connect(addresses: readonly string[], options: ConnectOptions = {}): Promise<Quorate> {
  return connectIn(realWorld(), addresses, options);
}
