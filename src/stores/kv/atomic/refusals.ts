/** What an atomic bucket does not take, and why. */
import { QuorateError } from '../../../runtime/errors/index.ts';
import type { ChangeRequest, GetRequest } from '../requests.ts';

/** @throws QuorateError `atomic-bucket` */
export function checkAtomicRequest(request: GetRequest | ChangeRequest): void {
  const { bucket } = request;
  if (request.kind === 'get') {
    if (request.r !== 0) throw refused(bucket, `r=${request.r}`, MAJORITY);
    return;
  }
  if (request.w !== 0) throw refused(bucket, `w=${request.w}`, MAJORITY);
  if (request.change.kind === 'put' && request.change.ttlMs !== undefined) throw refused(bucket, 'a time to live', TTL);
  if (request.context !== undefined) throw refused(bucket, 'a context', CONTEXT);
}

const MAJORITY = 'every read and write takes a majority of the replicas, neither more nor fewer';
const TTL = 'whether a value has expired would depend on whose clock is asked';
const CONTEXT =
  'a write replaces whatever is there, since registers cannot be changed on a condition: a context would promise that nothing unseen is replaced';

function refused(bucket: string, what: string, why: string): QuorateError {
  return new QuorateError({
    code: 'atomic-bucket',
    message: `Bucket '${bucket}' is atomic and takes no request with ${what}: ${why}.`,
    outcome: 'not-applied',
    next: 'Leave it out, or use a bucket that is not atomic.',
    data: { bucket },
  });
}

/** A replica whose configuration differs from the coordinator's. */
export function notAtomicHere(node: string, problem: string): QuorateError {
  return new QuorateError({
    code: 'not-atomic-here',
    message: `${node} takes no part in this register: ${problem}.`,
    outcome: 'not-applied',
    next: 'Give all nodes the same settings of the bucket.',
    data: { node },
  });
}

/** A replica that does not have all that was acknowledged, or is none by what it knows. */
export function unfitSeat(node: string, partition: number): QuorateError {
  return new QuorateError({
    code: 'registers-not-here',
    message: `${node} does not answer for the registers of partition ${partition}: they are not all there yet, or no more.`,
    outcome: 'not-applied',
    next: 'Try again. If it lasts, more than a minority of the replicas of the partition have lost their disks, or are down: quorate why key BUCKET KEY names them.',
    data: { node, partition },
  });
}
