import { QuorateError } from '../../runtime/errors/index.ts';
import type { Link } from '../../runtime/world/index.ts';
import { encodeError, encodePassedOn, encodeReply, KIND, REPLY_KIND } from './messages/index.ts';
import type { KvReply, ReplyHandler } from './requests.ts';

/** Whoever answers, and the ring it knows. */
interface Answering {
  readonly nodeName: string;
  readonly ring: { readonly version: string };
}

/** Sends what a request came to over the link it came from. A client that has asked the wrong node is told so. */
export class LinkAnswer implements ReplyHandler<KvReply> {
  readonly #link: Link;
  readonly #correlation: number;
  readonly #answering: Answering | undefined;

  constructor(link: Link, correlation: number, answering: Answering | undefined) {
    this.#answering = answering;
    this.#link = link;
    this.#correlation = correlation;
  }

  reply(reply: KvReply): void {
    if ('coordinator' in reply && reply.coordinator !== undefined) this.#correct(reply.coordinator);
    encodeReply(this.#link.begin(REPLY_KIND[reply.kind], this.#correlation), reply);
    this.#commit();
  }

  /** In the same piece of bytes as the answer. Nodes know the ring by other means. */
  #correct(coordinator: string): void {
    const answering = this.#answering;
    if (answering === undefined || coordinator === answering.nodeName || this.#link.remote.role !== 'client') return;
    encodePassedOn(this.#link.begin(KIND.passedOn, this.#correlation), { coordinator, ringVersion: answering.ring.version });
    this.#link.commit();
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
