import type { QuorateError } from '../../runtime/errors/index.ts';
import type { Clock, Instant } from '../../runtime/world/index.ts';
import type { KvObserver } from './observer.ts';
import type { KvReply, ReplyHandler } from './requests.ts';

/** Tells the observer how a request ended and how long it took, then its handler. */
export class ObservedHandler implements ReplyHandler<KvReply> {
  readonly #handler: ReplyHandler<KvReply>;
  readonly #observer: KvObserver;
  readonly #clock: Clock;
  readonly #verb: Parameters<KvObserver['request']>[0];
  readonly #started: Instant;

  constructor(handler: ReplyHandler<KvReply>, observer: KvObserver, clock: Clock, verb: Parameters<KvObserver['request']>[0]) {
    this.#handler = handler;
    this.#observer = observer;
    this.#clock = clock;
    this.#verb = verb;
    this.#started = clock.now();
  }

  reply(reply: KvReply): void {
    this.#observer.request(this.#verb, this.#clock.now() - this.#started, 'ok');
    this.#handler.reply(reply);
  }

  fail(error: QuorateError): void {
    this.#observer.request(this.#verb, this.#clock.now() - this.#started, error.code);
    this.#handler.fail(error);
  }
}
