/**
 * In a large cluster a node may be asked for a key whose home replicas it has never talked to. They are dialled then, and the
 * request waits until one of them answers, or is known not to, or its time is up.
 */
import { Reader, Writer } from '../../../runtime/bytes/index.ts';
import type { Instant } from '../../../runtime/world/index.ts';
import { decodeRequest, encodeRequest, REQUEST_KIND } from '../messages/index.ts';
import type { Cancel, KvRequest } from '../requests.ts';
import type { Expiring } from './deadlines.ts';
import type { CoordinatorParts } from './parts.ts';
import type { Target } from './topology.ts';

/**
 * @param then - goes on when something has become known, or time is up.
 * @returns how to give up; `undefined` when there is nothing to wait for.
 */
export function awaitFirstContact(
  { topology, deadlines }: CoordinatorParts,
  homes: readonly Target[],
  deadline: Instant,
  then: () => void,
): Cancel | undefined {
  const end = (): void => {
    deadlines.remove(expiring);
    forget?.();
  };
  const goOn = (): void => {
    end();
    then();
  };
  const expiring: Expiring = { deadlineSlot: 0, deadline, onDeadline: goOn };
  const forget = topology.onceTried(homes, goOn);
  if (forget === undefined) return undefined;
  deadlines.add(expiring);
  return end;
}

/** With bytes of its own: those of the frame are gone when its handler returns. */
export function copyRequest<Request extends KvRequest>(request: Request): Request {
  const writer = new Writer();
  encodeRequest(writer, request, 'direct');
  const { request: copy } = decodeRequest(REQUEST_KIND[request.kind], new Reader(writer.copy()));
  if (isSameKind(copy, request)) return copy;
  throw new TypeError(`a copy of a ${request.kind} is a ${copy.kind}`);
}

function isSameKind<Request extends KvRequest>(copy: KvRequest, request: Request): copy is Request {
  return copy.kind === request.kind;
}
