/** One request as a promise. */
import type { QuorateError } from '../../runtime/errors/index.ts';
import { aborted } from './errors.ts';
import { checkSignal } from './options.ts';
import type { Cancel, KvExecutor, KvRequest, ReplyHandler, ReplyOf } from './requests.ts';

/**
 * `make` checks the caller's input: what it throws rejects, as does what `take` throws. `take` makes the result of the reply.
 * Aborting rejects with `aborted`; its outcome is `unknown` for a change that may have been sent.
 */
export function call<Request extends KvRequest, Result>(
  executor: KvExecutor,
  signal: AbortSignal | undefined,
  make: () => Request,
  take: (reply: ReplyOf<Request>) => Result,
): Promise<Result> {
  return new Promise<Result>((resolve, reject) => {
    const request = make();
    if (signal === undefined) executor.execute<Request>(request, new Settling(resolve, reject, take));
    else callUntilAborted(executor, signal, request, new Settling(resolve, reject, take));
  });
}

class Settling<Reply, Result> implements ReplyHandler<Reply> {
  readonly #resolve: (result: Result) => void;
  readonly #reject: (error: unknown) => void;
  readonly #take: (reply: Reply) => Result;

  constructor(resolve: (result: Result) => void, reject: (error: unknown) => void, take: (reply: Reply) => Result) {
    this.#resolve = resolve;
    this.#reject = reject;
    this.#take = take;
  }

  reply(reply: Reply): void {
    let result: Result;
    try {
      result = this.#take(reply);
    } catch (error) {
      this.#reject(error);
      return;
    }
    this.#resolve(result);
  }

  fail(error: QuorateError): void {
    this.#reject(error);
  }
}

function callUntilAborted<Request extends KvRequest>(
  executor: KvExecutor,
  signal: AbortSignal,
  request: Request,
  handler: ReplyHandler<ReplyOf<Request>>,
): void {
  checkSignal(signal);
  if (signal.aborted) {
    handler.fail(aborted('not-applied', signal.reason));
    return;
  }
  // The executor may answer before it returns: then there is nothing to cancel.
  let cancel: Cancel | undefined;
  const onAbort = (): void => {
    cancel?.();
    handler.fail(aborted(request.kind === 'change' ? 'unknown' : 'not-applied', signal.reason));
  };
  signal.addEventListener('abort', onAbort, { once: true });
  const settled = (): void => signal.removeEventListener('abort', onAbort);
  try {
    cancel = executor.execute<Request>(request, {
      reply: (reply) => {
        settled();
        handler.reply(reply);
      },
      fail: (error) => {
        settled();
        handler.fail(error);
      },
    });
  } catch (error) {
    settled();
    throw error;
  }
}
