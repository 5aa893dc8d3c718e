/** Pass a request on to a home replica of its key, which passes it no further, or to a stand-in, and the answer back. */
import { type Latency, onHeard } from '../../../protocols/hedging/index.ts';
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
  readonly latency: Latency;
  /** The node has not answered for a while. @param giveUp - somebody else is asked: no more is to be told of this request */
  readonly onSilence: (startedAt: Instant, giveUp: () => void) => void;
}

/** As long as a client waits before it goes around a node. */
const PATIENCE_MS = 500;

/** The home replica's own time limit ends first; this much later its silence is taken for a failure. */
const GRACE_MS = 50;

export function forward<Request extends GetRequest | ChangeRequest>(
  { world, deadlines, peer, node, arrival, latency, onSilence }: ForwardParts,
  request: Request,
  handler: ReplyHandler<ReplyOf<Request>>,
): Cancel {
  const isChange = request.kind === 'change';
  const startedAt = world.clock.now();
  const end: Instant = startedAt + request.timeoutMs + GRACE_MS;
  let isOver = false;
  /** It stays under way: a late answer, or the end of the link, tells that the node is not silent any more. */
  const giveUp = (): void => {
    isOver = true;
    deadlines.remove(expiring);
  };
  const expiring: Expiring & { deadline: Instant } = {
    deadlineSlot: 0,
    deadline: startedAt + Math.min(PATIENCE_MS, request.timeoutMs / 2),
    onDeadline: () => {
      if (world.clock.now() < end) {
        expiring.deadline = end;
        onSilence(startedAt, giveUp);
        return;
      }
      giveUp();
      const shortfall = { needed: 1, answered: 0, missing: [node], outcome: isChange ? 'unknown' : 'not-applied' } as const;
      handler.fail(timedOut(isChange ? 'write' : 'read', request.timeoutMs, shortfall));
    },
  };
  deadlines.add(expiring);
  const correlation = peer.request(
    REQUEST_KIND[request.kind],
    (writer) => encodeRequest(writer, request, arrival),
    (kind, body) => {
      onHeard(latency, world.clock.now());
      if (isOver) return;
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
      // Whoever links anew says something.
      latency.isSilent = false;
      if (isOver) return;
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
