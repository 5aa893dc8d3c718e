/** Nodes that answer as a test tells them, and clients, in a simulated world: for tests of the client alone. */
import type { QuorateError } from '../../src/runtime/errors/index.ts';
import { Simulation } from '../../src/runtime/simulated/index.ts';
import type { Link } from '../../src/runtime/world/index.ts';
import { ClientExecutor, type ClientExecutorOptions } from '../../src/stores/kv/client/index.ts';
import {
  decodeRequest,
  encodeError,
  encodePassedOn,
  encodeReply,
  KIND,
  PROTOCOL_VERSION,
  REPLY_KIND,
} from '../../src/stores/kv/messages/index.ts';
import type { Cancel, ChangeRequest, GetRequest, KvReply, KvRequest } from '../../src/stores/kv/requests.ts';

export const GET: GetRequest = { kind: 'get', bucket: 'b', key: Uint8Array.of(1), r: 0, timeoutMs: 1_000 };
export const PUT: ChangeRequest = {
  kind: 'change',
  bucket: 'b',
  key: Uint8Array.of(1),
  context: undefined,
  change: { kind: 'put', contentType: '', value: Uint8Array.of(2) },
  w: 0,
  timeoutMs: 1_000,
};
export const GET_REPLY: KvReply = { kind: 'get', mark: new Uint8Array(16), record: undefined, conflict: 'siblings' };
export const CHANGE_REPLY: KvReply = { kind: 'change', context: undefined };

/** What a request came to. */
export type Outcome = KvReply | QuorateError;

/** A request that has reached a node, and the ways to answer it. */
export interface Received {
  readonly node: string;
  readonly request: KvRequest;
  reply(reply?: KvReply): void;
  /** Say that it was passed on; the answer follows. */
  passOn(coordinator: string, ringVersion: string): void;
  fail(error: QuorateError): void;
  malformed(): void;
  /** The link ends without an answer. */
  hangUp(): void;
}

export type Answering = (received: Received) => void;

export const properly: Answering = (received) => received.reply();

export class FakeCluster {
  readonly simulation = new Simulation('7');
  /** All that has reached any node, in order. */
  readonly received: Received[] = [];

  startNode(name: string, answer: Answering, clusterName = 'test'): void {
    this.simulation.start(name, (world) => {
      const hello = { protocolVersion: PROTOCOL_VERSION, clusterName, role: 'node', nodeName: name } as const;
      const listening = world.network.listen(addressOf(name), hello, () => ({
        onFrame: (link, kind, correlation, body) => {
          const request = copyOf(decodeRequest(kind, body).request);
          const one = receivedOn(link, name, correlation, request);
          this.received.push(one);
          answer(one);
        },
        onClose() {},
      }));
      listening.catch((error: unknown) => {
        throw error;
      });
    });
  }

  startClient(nodes: readonly string[], options: Partial<ClientExecutorOptions> = {}): ClientExecutor {
    const { world } = this.simulation.start('client');
    return new ClientExecutor(world, { addresses: nodes.map(addressOf), ...options });
  }

  /** `into`: what each request came to, in the order in which they ended. */
  ask(client: ClientExecutor, request: KvRequest, into: Outcome[] = []): { readonly into: Outcome[]; readonly cancel: Cancel } {
    const cancel = client.execute(request, {
      reply: (reply) => into.push(withoutCoordinator(reply)),
      fail: (error) => into.push(error),
    });
    return { into, cancel };
  }

  /** Runs until the request has ended. */
  outcomeOf(client: ClientExecutor, request: KvRequest): Outcome {
    const { into } = this.ask(client, request);
    this.simulation.run(() => into.length > 0);
    const [outcome] = into;
    if (outcome === undefined) throw new Error('the request has come to no end');
    return outcome;
  }
}

/** What was answered; who did, the client has added. */
function withoutCoordinator(reply: KvReply): KvReply {
  if (!('coordinator' in reply)) return reply;
  const { coordinator, ...answered } = reply;
  return answered;
}

function addressOf(node: string): string {
  return `${node}:7000`;
}

function receivedOn(link: Link, node: string, correlation: number, request: KvRequest): Received {
  const send = (kind: number, write: (writer: ReturnType<Link['begin']>) => void): void => {
    write(link.begin(kind, correlation));
    link.commit();
  };
  return {
    node,
    request,
    reply(reply = request.kind === 'get' ? GET_REPLY : CHANGE_REPLY) {
      send(REPLY_KIND[reply.kind], (writer) => encodeReply(writer, reply));
    },
    passOn(coordinator, ringVersion) {
      send(KIND.passedOn, (writer) => encodePassedOn(writer, { coordinator, ringVersion }));
    },
    fail: (error) => send(KIND.error, (writer) => encodeError(writer, error)),
    malformed: () => send(KIND.getReply, (writer) => writer.u8(200)),
    hangUp: () => link.close('hangs up'),
  };
}

/** The bytes of a received request are gone with its frame. */
function copyOf(request: KvRequest): KvRequest {
  return 'key' in request ? { ...request, key: request.key.slice() } : request;
}
