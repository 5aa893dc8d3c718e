/**
 * The barest client: sends each request once, to one node, and never again. What the store does is not hidden behind retries,
 * which is what whoever judges the store wants to see.
 */
import type { QuorateError } from '../../../runtime/errors/index.ts';
import { Peer } from '../../../runtime/transport/index.ts';
import type { Address, World } from '../../../runtime/world/index.ts';
import { connectionLost, timedOut } from '../errors.ts';
import { decodeError, decodeReply, encodeRequest, KIND, PROTOCOL_VERSION, REQUEST_KIND } from '../messages/index.ts';
import type { KvReply, KvRequest } from '../requests.ts';

/** How much longer than the node the client waits. */
const GRACE_MS = 100;
const MAX_BACKOFF_MS = 200;

export type DirectOutcome = { readonly reply: KvReply } | { readonly error: QuorateError };

export class DirectClient {
  readonly #world: World;
  readonly #peers: readonly Peer[];

  /** Starts connecting to every address at once. */
  constructor(world: World, clusterName: string, addresses: readonly Address[]) {
    this.#world = world;
    const hello = { protocolVersion: PROTOCOL_VERSION, clusterName, role: 'client', nodeName: '' } as const;
    this.#peers = addresses.map((address) => new Peer({ world, address, hello, maxBackoffMs: MAX_BACKOFF_MS }));
  }

  /** `done` is called once, possibly before this returns. @param node an index into the addresses */
  request(node: number, request: KvRequest, done: (outcome: DirectOutcome) => void): void {
    const peer = this.#peers[node];
    if (peer === undefined) throw new RangeError(`there is no node ${node}`);
    const changes = request.kind === 'change';
    let over = false;
    const finish = (outcome: DirectOutcome): void => {
      if (over) return;
      over = true;
      timer.cancel();
      done(outcome);
    };
    const timer = this.#world.timers.after(request.timeoutMs + GRACE_MS, () => {
      peer.cancel(correlation);
      const outcome = changes ? 'unknown' : 'not-applied';
      finish({ error: timedOut(request.kind, request.timeoutMs, { needed: 1, answered: 0, missing: [peer.address], outcome }) });
    });
    let correlation = 0;
    correlation = peer.request(
      REQUEST_KIND[request.kind],
      (writer) => encodeRequest(writer, request, 'direct'),
      (kind, body) =>
        finish(kind === KIND.error ? { error: decodeError(body) } : { reply: decodeReply(kind, body, peer.remote?.nodeName) }),
      (failure, detail) => {
        const outcome = changes && failure === 'lost' ? 'unknown' : 'not-applied';
        finish({ error: connectionLost(peer.address, detail, outcome) });
      },
    );
  }
}
