/**
 * Where a request goes that came to a node without a replica of its key: to a home replica; when none is up, to the first of those who
 * stand in for them (the Dynamo paper, section 4.6: the first N healthy nodes), which coordinates it.
 */
import { QuorateError } from '../../../runtime/errors/index.ts';
import { badRequest, notEnoughReplicas } from '../errors.ts';
import type { Arrival, Cancel, ChangeRequest, GetRequest, ReplyHandler, ReplyOf } from '../requests.ts';
import { awaitFirstContact, copyRequest } from './first-contact.ts';
import { forward } from './forward.ts';
import type { CoordinatorParts } from './parts.ts';
import { slotsOf } from './slots.ts';
import { isUp, nearestUp, type Target } from './topology.ts';

/** A request on its way. */
export interface Routed<Request extends GetRequest | ChangeRequest> {
  readonly request: Request;
  readonly arrival: Arrival;
  readonly partition: number;
  /** Homes of the key. */
  readonly n: number;
  /** The home that should coordinate it, by the context that came with it. */
  readonly preferred: string | undefined;
  readonly handler: ReplyHandler<ReplyOf<Request>>;
  /** Coordinate it on this node, as a stand-in. @throws QuorateError */
  readonly here: (request: Request) => Cancel;
}

/**
 * @param homesOnly - nobody may stand in
 * @throws QuorateError `not-enough-replicas`, `bad-request`
 */
export function route<Request extends GetRequest | ChangeRequest>(
  parts: CoordinatorParts,
  routed: Routed<Request>,
  homesOnly: boolean,
  isLastTry = false,
): Cancel {
  const { topology } = parts;
  const { request, arrival, partition, n } = routed;
  if (arrival === 'to-home') throw badRequest(`was forwarded to ${topology.nodeName}, which is no home replica of the key`);
  const homes = topology.replicas(partition, n);
  const up = nearestUp(homes);
  const home = preferredHome(homes, routed.preferred) ?? up[parts.world.random.below(up.length || 1)];
  if (home !== undefined) return passOn(parts, routed, home, 'to-home');
  const waiting = isLastTry ? undefined : routeLater(parts, routed, homesOnly, homes);
  if (waiting !== undefined) return waiting;
  if (homesOnly || request.strict === true) throw nobodyThere(request, homes);
  if (arrival === 'to-stand-in') return routed.here(request);
  const [first = topology.self] = slotsOf(topology, partition, n).targets;
  return first.peer === undefined ? routed.here(request) : passOn(parts, routed, first, 'to-stand-in');
}

/** The home of that name, if it is another node that answers. */
export function preferredHome(homes: readonly Target[], name: string | undefined): Target | undefined {
  if (name === undefined) return undefined;
  return homes.find((home) => home.name === name && home.peer !== undefined && isUp(home) && !home.latency.isSilent);
}

function passOn<Request extends GetRequest | ChangeRequest>(
  parts: CoordinatorParts,
  { request, handler }: Routed<Request>,
  { peer, name }: Target,
  arrival: Arrival,
): Cancel {
  if (peer === undefined) throw new TypeError(`a request is never passed on to the node itself, ${name}`);
  return forward({ ...parts, peer, node: name, arrival }, request, handler);
}

/** When the first link to a home replica is open, if one is being dialled for the first time; `undefined` when none is. */
function routeLater<Request extends GetRequest | ChangeRequest>(
  parts: CoordinatorParts,
  routed: Routed<Request>,
  homesOnly: boolean,
  homes: readonly Target[],
): Cancel | undefined {
  const { clock } = parts.world;
  const { request, handler } = routed;
  const deadline = clock.now() + request.timeoutMs;
  let cancel = awaitFirstContact(parts, homes, deadline, () => {
    try {
      const timeoutMs = Math.max(1, Math.ceil(deadline - clock.now()));
      cancel = route(parts, { ...routed, request: { ...copy, timeoutMs } }, homesOnly, clock.now() >= deadline);
    } catch (error) {
      if (!(error instanceof QuorateError)) throw error;
      handler.fail(error);
    }
  });
  if (cancel === undefined) return undefined;
  const copy = copyRequest(request);
  return () => cancel?.();
}

function nobodyThere({ kind }: GetRequest | ChangeRequest, homes: readonly Target[]): QuorateError {
  const missing = homes.map((home) => home.name);
  return notEnoughReplicas(kind === 'get' ? 'read' : 'write', { needed: 1, answered: 0, missing, outcome: 'not-applied' });
}
