/**
 * The barest client: sends each request once, to one node, and never again. What the store does is not hidden behind retries.
 */
import type { QuorateError } from '../../src/runtime/errors/index.ts';
import { Peer } from '../../src/runtime/transport/index.ts';
import type { World } from '../../src/runtime/world/index.ts';
import { connectionLost, timedOut } from '../../src/stores/kv/errors.ts';
import {
  decodeError,
  decodeReply,
  encodeRequest,
  KIND,
  PROTOCOL_VERSION,
  REQUEST_KIND,
} from '../../src/stores/kv/messages/index.ts';
import type { KvReply, KvRequest } from '../../src/stores/kv/requests.ts';

/** How much longer than the node the client waits. */
const GRACE_MS = 100;

export type Outcome = { readonly reply: KvReply } | { readonly error: QuorateError };

export class DirectClient {
  readonly #world: World;
  readonly #peers: readonly Peer[];

  constructor(world: World, clusterName: string, addresses: readonly string[]) {
    this.#world = world;
    const hello = { protocolVersion: PROTOCOL_VERSION, clusterName, role: 'client', nodeName: '' } as const;
    this.#peers = addresses.map((address) => new Peer({ world, address, hello, maxBackoffMs: 200 }));
  }

  /** `done` is called once. */
  request(node: number, request: KvRequest, done: (outcome: Outcome) => void): void {
    const peer = this.#peers[node];
    if (peer === undefined) throw new RangeError(`there is no node ${node}`);
    const changes = request.kind === 'change';
    let over = false;
    const finish = (outcome: Outcome): void => {
      if (over) return;
      over = true;
      timer.cancel();
      done(outcome);
    };
    const timer = this.#world.timers.after(request.timeoutMs + GRACE_MS, () => {
      peer.cancel(correlation);
      const shortfall = {
        needed: 1,
        answered: 0,
        missing: [peer.address],
        outcome: changes ? 'unknown' : 'not-applied',
      } as const;
      finish({ error: timedOut(request.kind, request.timeoutMs, shortfall) });
    });
    let correlation = 0;
    correlation = peer.request(
      REQUEST_KIND[request.kind],
      (writer) => encodeRequest(writer, request, false),
      (kind, body) => finish(kind === KIND.error ? { error: decodeError(body) } : { reply: decodeReply(kind, body) }),
      (failure, detail) => {
        const outcome = changes && failure === 'lost' ? 'unknown' : 'not-applied';
        finish({ error: connectionLost(peer.address, detail, outcome) });
      },
    );
  }
}
