import { QuorateError } from '../../runtime/errors/index.ts';
import type { Link } from '../../runtime/world/index.ts';
import { encodeError, encodeReply, KIND, REPLY_KIND } from './messages/index.ts';
import type { KvReply, ReplyHandler } from './requests.ts';

/** Sends what a request came to over the link it came from. */
export class LinkAnswer implements ReplyHandler<KvReply> {
  readonly #link: Link;
  readonly #correlation: number;

  constructor(link: Link, correlation: number) {
    this.#link = link;
    this.#correlation = correlation;
  }

  reply(reply: KvReply): void {
    encodeReply(this.#link.begin(REPLY_KIND[reply.kind], this.#correlation), reply);
    this.#commit();
  }

  fail(error: QuorateError): void {
    encodeError(this.#link.begin(KIND.error, this.#correlation), error);
    this.#commit();
  }

  #commit(): void {
    try {
      this.#link.commit();
    } catch (error) {
      // Siblings can add up to more than a frame holds: the caller hears that instead.
      if (!(error instanceof QuorateError)) throw error;
      encodeError(this.#link.begin(KIND.error, this.#correlation), error);
      this.#link.commit();
    }
  }
}
