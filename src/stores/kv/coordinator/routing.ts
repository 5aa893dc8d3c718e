/**
 * Where a request goes that came to a node without a replica of its key: to a home replica; when none is up, to the first of those who
 * stand in for them (the Dynamo paper, section 4.6: the first N healthy nodes), which coordinates it. One that answers but cannot serve is passed
 * over as one that is down: a disk that has failed must not make a key's other replicas unreachable.
 */
import { isSilent } from '../../../protocols/hedging/index.ts';
import { QuorateError } from '../../../runtime/errors/index.ts';
import type { Instant } from '../../../runtime/world/index.ts';
import { notEnoughReplicas, timedOut } from '../errors.ts';
import type { Arrival, Cancel, ChangeRequest, GetRequest, ReplyHandler, ReplyOf } from '../requests.ts';
import { awaitFirstContact, copyRequest } from './first-contact.ts';
import { forward } from './forward.ts';
import type { CoordinatorParts } from './parts.ts';
import { slotsOf } from './slots.ts';
import { isUp, nearestUp, type Target } from './topology.ts';

/** What another node may do better, provided that nothing was done. */
const ELSEWHERE: readonly string[] = ['storage-failed', 'connection-lost', 'no-member', 'no-home', 'timeout'];

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
  /** Nodes that it was passed on to, and that could not serve it. */
  readonly tried?: readonly string[];
  /** Coordinate it on this node, as a stand-in. @throws QuorateError */
  readonly here: (request: Request) => Cancel;
}

/**
 * @param homesOnly - nobody may stand in
 * @throws QuorateError `not-enough-replicas`, `no-home`
 */
export function route<Request extends GetRequest | ChangeRequest>(
  parts: CoordinatorParts,
  routed: Routed<Request>,
  homesOnly: boolean,
  isLastTry = false,
): Cancel {
  const { topology } = parts;
  const { request, arrival, partition, n, tried = [] } = routed;
  if (arrival === 'to-home') throw noHome(topology.nodeName);
  const homes = topology.replicas(partition, n);
  const left = tried.length === 0 ? homes : homes.filter(({ name }) => !tried.includes(name));
  const speaking = left.filter(({ latency }) => !latency.isSilent);
  const up = nearestUp(speaking.some(isUp) ? speaking : left);
  const home = preferredHome(left, routed.preferred) ?? up[parts.world.random.below(up.length || 1)];
  // A request that comes back from a node that could not serve it may find that this one has become a home meanwhile.
  if (home !== undefined && home.peer === undefined) return routed.here(request);
  if (home !== undefined) return passOn(parts, routed, home, { arrival: 'to-home', homesOnly });
  const waiting = isLastTry ? undefined : routeLater(parts, routed, homesOnly, homes);
  if (waiting !== undefined) return waiting;
  if (homesOnly || request.strict === true) throw nobodyThere(request, homes);
  if (arrival === 'to-stand-in') return routed.here(request);
  const [first = topology.self] = slotsOf(topology, partition, n).targets;
  if (first.peer === undefined || tried.includes(first.name)) return routed.here(request);
  return passOn(parts, routed, first, { arrival: 'to-stand-in', homesOnly });
}

/** The home of that name, if it is another node that answers. */
export function preferredHome(homes: readonly Target[], name: string | undefined): Target | undefined {
  if (name === undefined) return undefined;
  return homes.find((home) => home.name === name && home.peer !== undefined && isUp(home) && !home.latency.isSilent);
}

/**
 * A home that says nothing is asked last from then on. A read that waits there is asked elsewhere; a change is not, since it may have been
 * applied: two would be two versions.
 */
function passOn<Request extends GetRequest | ChangeRequest>(
  parts: CoordinatorParts,
  routed: Routed<Request>,
  { peer, name, latency }: Target,
  { arrival, homesOnly }: { readonly arrival: Arrival; readonly homesOnly: boolean },
): Cancel {
  if (peer === undefined) throw new TypeError(`a request is never passed on to the node itself, ${name}`);
  const { clock } = parts.world;
  const { handler, tried = [] } = routed;
  // The bytes of the request are gone when it comes back.
  const request = copyRequest(routed.request);
  const deadline = clock.now() + request.timeoutMs;
  const elsewhere = (error: QuorateError): void => {
    const timeoutMs = Math.ceil(deadline - clock.now());
    if (!ELSEWHERE.includes(error.code) || error.outcome !== 'not-applied' || timeoutMs < 1) {
      handler.fail(error);
      return;
    }
    try {
      const next = { ...routed, request: { ...request, timeoutMs }, tried: [...tried, name] };
      cancel = route(parts, next, homesOnly, true);
    } catch (refusal) {
      if (!(refusal instanceof QuorateError)) throw refusal;
      // Why nobody else can is known to them; why this one cannot is more to the point.
      handler.fail(error);
    }
  };
  const onSilence = (startedAt: Instant, giveUp: () => void): void => {
    if (!isSilent(latency, startedAt, clock.now())) return;
    latency.isSilent = true;
    const others = parts.topology.replicas(routed.partition, routed.n).filter((home) => !home.latency.isSilent);
    if (request.kind !== 'get' || nearestUp(others).length === 0) return;
    giveUp();
    elsewhere(timedOut('read', clock.now() - startedAt, { needed: 1, answered: 0, missing: [name], outcome: 'not-applied' }));
  };
  let cancel = forward({ ...parts, peer, node: name, arrival, latency, onSilence }, routed.request, {
    reply: (reply) => handler.reply(reply),
    fail: elsewhere,
  });
  return () => cancel();
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

/** While the ring changes, whoever passed it on may not have heard yet. */
function noHome(node: string): QuorateError {
  return new QuorateError({
    code: 'no-home',
    message: `The request was forwarded to ${node}, which is no home replica of the key.`,
    outcome: 'not-applied',
    next: 'Try again: while the ring changes, nodes hear of it one after the other.',
    data: { node },
  });
}

function nobodyThere({ kind }: GetRequest | ChangeRequest, homes: readonly Target[]): QuorateError {
  const missing = homes.map((home) => home.name);
  return notEnoughReplicas(kind === 'get' ? 'read' : 'write', { needed: 1, answered: 0, missing, outcome: 'not-applied' });
}
