/** Errors of the client: what happened between it and the nodes. */
import { type Outcome, QuorateError } from '../../../runtime/errors/index.ts';
import type { Address } from '../../../runtime/world/index.ts';

/** What became of the last attempt to reach an address. */
export interface FailedAddress {
  readonly address: Address;
  readonly reason: string;
}

export function noNodeReachable(failures: readonly FailedAddress[], timeoutMs: number): QuorateError {
  const tried = failures.map(({ address, reason }) => `${address} (${reason})`);
  return new QuorateError({
    code: 'no-node-reachable',
    message: `No node could be reached; tried ${tried.join(', ')}.`,
    outcome: 'not-applied',
    next: 'Check that the nodes run, and that their addresses and the name of the cluster are right.',
    data: { addresses: failures.map(({ address }) => address), reasons: failures.map(({ reason }) => reason), timeoutMs },
  });
}

/** The connection takes no more bytes for now. */
export function notSent(node: string, detail: string): QuorateError {
  return new QuorateError({
    code: 'overloaded',
    message: `The request could not be sent to ${node}: ${detail}.`,
    outcome: 'not-applied',
    next: 'Try again after a pause.',
    data: { node },
  });
}

/** The node has the request, and is silent. */
export function noAnswer(node: string, timeoutMs: number, outcome: Outcome): QuorateError {
  const may = outcome === 'unknown' ? ' The change may still have happened.' : '';
  return new QuorateError({
    code: 'timeout',
    message: `${node} did not answer within ${timeoutMs} ms.${may}`,
    outcome,
    next: outcome === 'unknown' ? 'Read the key to see, then write again with the new context.' : 'Try again.',
    data: { node, timeoutMs },
  });
}

/** The request never left this process. */
export function notSentInTime(timeoutMs: number): QuorateError {
  return new QuorateError({
    code: 'timeout',
    message: `All connections were busy for ${timeoutMs} ms; the request was not sent.`,
    outcome: 'not-applied',
    next: 'Have fewer requests under way at once, or give them more time.',
    data: { timeoutMs },
  });
}
