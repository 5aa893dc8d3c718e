/** The store's errors, one function each: what happened, what it means for the data, what to do. */
import { type Outcome, QuorateError } from '../../runtime/errors/index.ts';

export interface QuorumShortfall {
  readonly needed: number;
  readonly answered: number;
  /** Names of the replicas that did not. */
  readonly missing: readonly string[];
  readonly outcome: Outcome;
}

/** Fewer replicas than R or W are reachable and well. */
export function notEnoughReplicas(verb: 'read' | 'write', { needed, answered, missing, outcome }: QuorumShortfall): QuorateError {
  return new QuorateError({
    code: 'not-enough-replicas',
    message: `${answered} of the ${needed} replicas needed for the ${verb} answered; not ${missing.join(', ')}.`,
    outcome,
    next: 'Try again when the missing nodes are back, or ask for fewer replicas in this call.',
    data: { needed, answered, missing },
  });
}

export function timedOut(verb: string, timeoutMs: number, shortfall: QuorumShortfall): QuorateError {
  const { needed, answered, missing, outcome } = shortfall;
  const may = outcome === 'unknown' ? ' The write may still have happened.' : '';
  return new QuorateError({
    code: 'timeout',
    message: `${answered} of the ${needed} replicas needed for the ${verb} answered within ${timeoutMs} ms; not ${missing.join(', ')}.${may}`,
    outcome,
    next: outcome === 'unknown' ? 'Read the key to see, then write again with the new context.' : 'Try again.',
    data: { needed, answered, missing, timeoutMs },
  });
}

export function tooLarge(what: 'key' | 'value', sizeBytes: number, limitBytes: number): QuorateError {
  return new QuorateError({
    code: 'too-large',
    message: `The ${what} has ${sizeBytes} bytes; the limit is ${limitBytes}.`,
    outcome: 'not-applied',
    next: what === 'key' ? 'Shorten the key.' : 'Split the value over several keys, or raise the limit of the cluster.',
    data: { what, sizeBytes, limitBytes },
  });
}

/** All versions of a key together must fit a frame between nodes. */
export function tooManyVersions(versions: number, sizeBytes: number, limitBytes: number): QuorateError {
  return new QuorateError({
    code: 'too-large',
    message: `With this change the key would have ${versions} versions of together ${sizeBytes} bytes; the limit is ${limitBytes}.`,
    outcome: 'not-applied',
    next: 'Read the key and write one value back with the context of the read; spread sets and maps over several keys.',
    data: { what: 'versions', versions, sizeBytes, limitBytes },
  });
}

export function emptyKey(): QuorateError {
  return new QuorateError({
    code: 'empty-key',
    message: 'The key is empty; a key has at least one byte.',
    outcome: 'not-applied',
    next: 'Give a key.',
  });
}

export function badContext(problem: string): QuorateError {
  return new QuorateError({
    code: 'bad-context',
    message: `The context ${problem}.`,
    outcome: 'not-applied',
    next: 'Use the context that the last read or write of this very key returned, unchanged.',
  });
}

export function impossibleQuorum(what: 'r' | 'w', value: number, n: number): QuorateError {
  return new QuorateError({
    code: 'impossible-quorum',
    message: `${what}=${value} is impossible: the bucket keeps n=${n} replicas, so ${what} is from 1 to ${n}.`,
    outcome: 'not-applied',
    next: `Ask for ${what} from 1 to ${n}.`,
    data: { what, value, n },
  });
}

export function wrongChange(policy: string, kind: string, accepted: readonly string[]): QuorateError {
  return new QuorateError({
    code: 'wrong-change',
    message: `A bucket of conflict policy '${policy}' takes ${accepted.join(', ')}, not ${kind}.`,
    outcome: 'not-applied',
    next: `Use ${accepted.join(' or ')}, or a bucket of another policy.`,
    data: { policy, kind },
  });
}

export function badRequest(problem: string): QuorateError {
  return new QuorateError({
    code: 'bad-request',
    message: `The request ${problem}.`,
    outcome: 'not-applied',
    next: 'Correct the request.',
  });
}

export function overloaded(node: string, inFlight: number): QuorateError {
  return new QuorateError({
    code: 'overloaded',
    message: `${node} has ${inFlight} requests under way, its limit; it did not begin this one.`,
    outcome: 'not-applied',
    next: 'Try again after a pause, or another node.',
    data: { node, inFlight },
  });
}

export function stopping(node: string): QuorateError {
  return new QuorateError({
    code: 'stopping',
    message: `${node} is stopping; it did not begin this request.`,
    outcome: 'not-applied',
    next: 'Ask another node.',
    data: { node },
  });
}

/** A watch at a node that cannot read the key: another one may. */
export function cannotWatch(node: string, problem: string): QuorateError {
  return new QuorateError({
    code: 'cannot-watch',
    message: `${node} cannot watch the key now: ${problem}`,
    outcome: 'not-applied',
    next: 'Ask another node.',
    data: { node },
  });
}

export function damagedRecord(node: string, problem: string): QuorateError {
  return new QuorateError({
    code: 'damaged-record',
    message: `${node} holds a damaged record of this key (${problem}) and does not answer with it.`,
    outcome: 'not-applied',
    next: 'Nothing: the other replicas answer, and a read repairs this one.',
    data: { node },
  });
}

export function storageFailed(node: string, problem: string, outcome: Outcome): QuorateError {
  return new QuorateError({
    code: 'storage-failed',
    message: `${node} takes no writes, since its storage failed: ${problem}.`,
    outcome,
    next: 'Ask another node; look at the disk of this one, then restart it.',
    data: { node },
  });
}

/** A record that was on its way, or in the memory of a request, while all nodes went through several eras. */
export function readTooLongAgo(node: string, readIn: number, era: number): QuorateError {
  return new QuorateError({
    code: 'read-too-long-ago',
    message: `${node} is in era ${era} and takes no record that was read in era ${readIn}: what it says may have been deleted and forgotten since.`,
    outcome: 'not-applied',
    next: 'Nothing: whoever sent it reads again.',
    data: { node, readIn, era },
  });
}

/** A member that was let in again, and does not know yet in which era the others are. */
export function eraUnknown(node: string): QuorateError {
  return new QuorateError({
    code: 'era-unknown',
    message: `${node} is a member again and has not heard yet how far the others are; until then it takes nothing that others have read.`,
    outcome: 'not-applied',
    next: 'Nothing: it asks them, and is tried again.',
    data: { node },
  });
}

export function connectionLost(node: string, detail: string, outcome: Outcome): QuorateError {
  return new QuorateError({
    code: 'connection-lost',
    message: `The connection to ${node} ended before the answer came: ${detail}.`,
    outcome,
    next: outcome === 'unknown' ? 'Read the key to see whether the write happened.' : 'Try again.',
    data: { node },
  });
}

export function aborted(outcome: Outcome, cause: unknown): QuorateError {
  return new QuorateError(
    { code: 'aborted', message: 'The caller aborted the request.', outcome, next: 'Nothing; the caller wanted it.' },
    { cause },
  );
}
