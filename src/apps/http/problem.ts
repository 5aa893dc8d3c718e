/**
 * Errors as `application/problem+json`. The `code` is the contract; the status is what fits it best in HTTP.
 *
 * @see RFC 9457, Problem Details for HTTP APIs
 */
import { type ErrorDescription, QuorateError } from '../../runtime/errors/index.ts';

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

const STATUS_BY_CODE: ReadonlyMap<string, number> = new Map([
  ['bad-request', 400],
  ['bad-bucket', 400],
  ['bad-context', 400],
  ['bad-key', 400],
  ['bad-value', 400],
  ['bad-option', 400],
  ['empty-key', 400],
  ['not-found', 404],
  ['no-such-route', 404],
  ['method-not-allowed', 405],
  ['wrong-change', 409],
  ['wrong-handle', 409],
  ['atomic-bucket', 409],
  ['siblings', 409],
  ['too-large', 413],
  ['impossible-quorum', 422],
  ['not-enough-replicas', 503],
  ['overloaded', 503],
  ['stopping', 503],
  ['closed', 503],
  ['not-ready', 503],
  ['connection-lost', 503],
  ['timeout', 504],
]);

const RETRY_AFTER_SECONDS = 1;

export function statusOf(code: string): number {
  return STATUS_BY_CODE.get(code) ?? 500;
}

export function problemResponse(error: ErrorDescription, headers: Readonly<Record<string, string>> = {}): Response {
  const status = statusOf(error.code);
  const { code, message, outcome, next, data } = error;
  const problem = { type: `urn:quorate:error:${code}`, title: message, status, code, outcome, next, data: data ?? {} };
  return new Response(`${JSON.stringify(problem)}\n`, {
    status,
    headers: {
      'content-type': PROBLEM_CONTENT_TYPE,
      ...(status === 503 ? { 'retry-after': String(RETRY_AFTER_SECONDS) } : {}),
      ...headers,
    },
  });
}

export function badRequest(problem: string): QuorateError {
  return new QuorateError({
    code: 'bad-request',
    message: `The request ${problem}.`,
    outcome: 'not-applied',
    next: 'Correct the request; /openapi.json describes what is possible.',
  });
}

export function noValue(bucket: string): ErrorDescription {
  return {
    code: 'not-found',
    message: `The key has no value in bucket '${bucket}'.`,
    outcome: 'not-applied',
    next: 'To write it, put it; the context in the header is good for that.',
    data: { bucket },
  };
}
