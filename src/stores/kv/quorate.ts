/** An open Quorate on whatever carries out requests. */
import { call } from './call.ts';
import { closed } from './caller-errors.ts';
import { parseAnswer, parseRing, parseStatus } from './inspection.ts';
import type { Administration, CallOptions, ClusterStatus, Json, Kv, Quorate, RingDescription } from './interface.ts';
import { createKv } from './kv.ts';
import { timeoutOf } from './options.ts';
import type { AdministerRequest, Cancel, InspectRequest, KvExecutor, KvRequest, ReplyHandler, ReplyOf } from './requests.ts';

/** `release` finishes what is under way, then lets go of everything; it is called once. */
export function createQuorate(executor: KvExecutor, release: () => Promise<void>): Quorate {
  return new OpenQuorate(new ClosableExecutor(executor), release);
}

class OpenQuorate implements Quorate {
  readonly kv: Kv;
  readonly administration: Administration;
  readonly #executor: ClosableExecutor;
  readonly #release: () => Promise<void>;
  #closed: Promise<void> | undefined;

  constructor(executor: ClosableExecutor, release: () => Promise<void>) {
    this.kv = createKv(executor);
    this.administration = {
      ask: (topic, argument, options) => this.#inspect(topic, options, (json) => parseAnswer(topic, json), argument),
      order: (command, argument, options) => this.#administer(command, argument, options),
    };
    this.#executor = executor;
    this.#release = release;
  }

  status(options: CallOptions = {}): Promise<ClusterStatus> {
    return this.#inspect('status', options, parseStatus);
  }

  ring(options: CallOptions = {}): Promise<RingDescription> {
    return this.#inspect('ring', options, parseRing);
  }

  #inspect<Result>(topic: string, options: CallOptions = {}, parse: (json: string) => Result, argument?: Json): Promise<Result> {
    const timeoutMs = timeoutOf(options);
    const make = (): InspectRequest => ({ kind: 'inspect', topic, argument: argumentText(argument), timeoutMs });
    return call(this.#executor, options.signal, make, ({ json }) => parse(json));
  }

  #administer(command: string, argument: Json | undefined, options: CallOptions = {}): Promise<Json> {
    const timeoutMs = timeoutOf(options);
    const make = (): AdministerRequest => ({ kind: 'administer', command, argument: argumentText(argument), timeoutMs });
    return call(this.#executor, options.signal, make, ({ json }) => parseAnswer(command, json));
  }

  close(): Promise<void> {
    this.#executor.closed = true;
    this.#closed ??= this.#release();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function argumentText(argument: Json | undefined): string {
  return argument === undefined ? '' : JSON.stringify(argument);
}

const NOTHING_TO_CANCEL: Cancel = () => {};

/** Refuses what comes after the closing in the same words for every kind of executor. */
class ClosableExecutor implements KvExecutor {
  closed = false;
  readonly #executor: KvExecutor;

  constructor(executor: KvExecutor) {
    this.#executor = executor;
  }

  execute<Request extends KvRequest>(request: Request, handler: ReplyHandler<ReplyOf<Request>>): Cancel {
    if (!this.closed) return this.#executor.execute(request, handler);
    handler.fail(closed());
    return NOTHING_TO_CANCEL;
  }
}
