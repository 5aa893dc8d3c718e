/** Pass a request on to a home replica of its key, which passes it no further, or to a stand-in, and the answer back. */
import type { Peer } from '../../../runtime/transport/index.ts';
import type { Instant, World } from '../../../runtime/world/index.ts';
import { connectionLost, timedOut } from '../errors.ts';
import { decodeError, decodeReply, encodeRequest, KIND, REQUEST_KIND } from '../messages/index.ts';
import type { Arrival, Cancel, ChangeRequest, GetRequest, ReplyHandler, ReplyOf } from '../requests.ts';
import type { Deadlines, Expiring } from './deadlines.ts';

interface ForwardParts {
  readonly world: World;
  readonly deadlines: Deadlines;
  readonly peer: Peer;
  readonly node: string;
  /** As what the node gets it. */
  readonly arrival: Arrival;
}

/** The home replica's own time limit ends first; this much later its silence is taken for a failure. */
const GRACE_MS = 50;

export function forward<Request extends GetRequest | ChangeRequest>(
  { world, deadlines, peer, node, arrival }: ForwardParts,
  request: Request,
  handler: ReplyHandler<ReplyOf<Request>>,
): Cancel {
  const isChange = request.kind === 'change';
  let correlation = 0;
  const deadline: Instant = world.clock.now() + request.timeoutMs + GRACE_MS;
  const expiring: Expiring = {
    deadlineSlot: 0,
    deadline,
    onDeadline: () => {
      deadlines.remove(expiring);
      peer.cancel(correlation);
      const shortfall = { needed: 1, answered: 0, missing: [node], outcome: isChange ? 'unknown' : 'not-applied' } as const;
      handler.fail(timedOut(isChange ? 'write' : 'read', request.timeoutMs, shortfall));
    },
  };
  deadlines.add(expiring);
  correlation = peer.request(
    REQUEST_KIND[request.kind],
    (writer) => encodeRequest(writer, request, arrival),
    (kind, body) => {
      deadlines.remove(expiring);
      if (kind === KIND.error) {
        handler.fail(decodeError(body));
        return;
      }
      const reply = decodeReply(kind, body, arrival === 'to-home' ? node : undefined);
      if (isReplyTo(request, reply)) handler.reply(reply);
      else
        handler.fail(
          connectionLost(node, `it answered a ${request.kind} with a ${reply.kind}`, isChange ? 'unknown' : 'not-applied'),
        );
    },
    (failure, detail) => {
      deadlines.remove(expiring);
      handler.fail(connectionLost(node, detail, isChange && failure === 'lost' ? 'unknown' : 'not-applied'));
    },
  );
  return () => {
    deadlines.remove(expiring);
    peer.cancel(correlation);
  };
}

function isReplyTo<Request extends GetRequest | ChangeRequest>(
  request: Request,
  reply: { readonly kind: string },
): reply is ReplyOf<Request> {
  return reply.kind === request.kind;
}
