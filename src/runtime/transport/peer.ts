/**
 * A lasting connection to one address: dials, dials again after a growing, jittered pause, and pairs answers with requests.
 *
 * Intuition: a link is one attempt; a peer is the intention. Nothing is queued while there is no link: whoever asks is told
 * `not-sent` at once and may go elsewhere, which is what a quorum wants. Once a request is on its way it ends in exactly one of
 * a reply, `lost` or `cancel`; silence is not noticed here, deadlines belong to the caller.
 *
 * Backoff: the pause before attempt n is uniform in [base / 2, base], base = minBackoffMs * 2^n up to maxBackoffMs. It starts
 * over once a link was open.
 *
 * Two nodes that dial each other need only one of their two links: what both have to say then leaves in one system call instead of
 * two, and arrives in one. So a peer can be lent a link that the other side dialled, and prefers it to its own, which stays as
 * the spare.
 *
 * Correlation ids count up from 1 over all links of the peer, so a late reply can never meet a younger request; 0 means that
 * no reply is due. Replies that nobody waits for (late, doubled, cancelled) are ignored.
 */
import type { Reader, Writer } from '../bytes/index.ts';
import type { Address, CloseReason, FrameKind, Hello, Link, Timer, World } from '../world/index.ts';
import { Backoff } from './backoff.ts';
import { FIRST_REPLY_KIND } from './frame.ts';
import { PendingRequests } from './pending-requests.ts';

/** Why a request has no reply. `not-sent`: nothing left this process. `lost`: the link ended, the request may have been applied. */
export type RequestFailure = 'not-sent' | 'lost';

/** Writes a frame's body. The writer is valid during the call only; throwing drops the frame. */
export type WriteBody = (writer: Writer) => void;
/** Takes a reply; `body` is valid during the call only. A `MalformedBytes` thrown here closes the link. */
export type OnReply = (kind: FrameKind, body: Reader) => void;
export type OnFailure = (failure: RequestFailure, detail: string) => void;

/** Whoever makes requests on a hot path: one object with methods instead of three closures per request. */
export interface Requester {
  /** Write the body of the request with that tag. As {@link WriteBody}. */
  writeRequest(tag: number, writer: Writer): void;
  /** As {@link OnReply}. */
  onReply(tag: number, kind: FrameKind, body: Reader): void;
  onFailure(tag: number, failure: RequestFailure, detail: string): void;
}

export interface PeerOptions {
  readonly world: Pick<World, 'network' | 'timers' | 'random'>;
  readonly address: Address;
  /** Who we are. */
  readonly hello: Hello;
  /** Refuse any other node at that address. */
  readonly expectNode?: string;
  /** Requests without a reply yet. Default 8192, below what the accepting side takes before it stops reading. */
  readonly maxInFlight?: number;
  /** Above this much output that the other side's machine has not taken, requests fail as `not-sent`. Default 8 MiB. */
  readonly maxBufferedBytes?: number;
  /** Default 50 ms. */
  readonly minBackoffMs?: number;
  /** Default 5,000 ms. */
  readonly maxBackoffMs?: number;
  /** A link is open: requests will be sent from now on. */
  readonly onUp?: (link: Link) => void;
  /** The link that was open has ended; its requests have been told already. */
  readonly onDown?: (reason: CloseReason) => void;
  /** An attempt ended before the link was open; the next one follows by itself. `refused` will not mend without an administrator. */
  readonly onDialFailed?: (reason: CloseReason) => void;
  /** A request of the other side on our link (kind below 0x80). Without a handler they are ignored. */
  readonly onRequest?: (link: Link, kind: FrameKind, correlation: number, body: Reader) => void;
}

/** Over which link a request went. */
const OWN = 0;
const LENT = 1;

const DEFAULT_MAX_IN_FLIGHT = 8192;
const DEFAULT_MAX_BUFFERED_BYTES = 8 * 1024 * 1024;
const DEFAULT_MIN_BACKOFF_MS = 50;
const DEFAULT_MAX_BACKOFF_MS = 5000;

export class Peer {
  readonly #options: PeerOptions;
  readonly #maxInFlight: number;
  readonly #maxBufferedBytes: number;
  readonly #backoff: Backoff;
  readonly #pending = new PendingRequests<Requester>();
  /** The open link that this side dialled; `undefined` while down. */
  #link: Link | undefined;
  /** The open link that the other side dialled, if one was lent. */
  #lent: Link | undefined;
  /** The link of the attempt that is under way, which `close` has to end too. */
  #dialled: Link | undefined;
  #attempt = 0;
  #redial: Timer | undefined;
  #closed = false;
  #downReason = 'no link has been open yet';

  /** Starts dialling at once. */
  constructor(options: PeerOptions) {
    this.#options = options;
    this.#maxInFlight = options.maxInFlight ?? DEFAULT_MAX_IN_FLIGHT;
    this.#maxBufferedBytes = options.maxBufferedBytes ?? DEFAULT_MAX_BUFFERED_BYTES;
    this.#backoff = new Backoff(
      options.world.random,
      options.minBackoffMs ?? DEFAULT_MIN_BACKOFF_MS,
      options.maxBackoffMs ?? DEFAULT_MAX_BACKOFF_MS,
    );
    this.#dial();
  }

  get address(): Address {
    return this.#options.address;
  }

  /** A request made now would be sent, unless a limit stands in its way. */
  get isUp(): boolean {
    return this.#link !== undefined || this.#lent !== undefined;
  }

  /** What the other side said of itself; `undefined` while down. */
  get remote(): Hello | undefined {
    return (this.#lent ?? this.#link)?.remote;
  }

  /** Requests without a reply yet. */
  get inFlight(): number {
    return this.#pending.size;
  }

  /**
   * Send a request. Exactly one of `onReply` and `onFailure` is called, once, unless the request is cancelled first.
   * `onFailure` with `not-sent` is called before this returns.
   * @returns the correlation id, for {@link cancel}; 0 when nothing was sent.
   * @throws QuorateError `frame-too-large`, and whatever `writeBody` throws; neither callback is called then.
   */
  request(kind: FrameKind, writeBody: WriteBody, onReply: OnReply, onFailure: OnFailure): number {
    const requester: Requester = {
      writeRequest: (_tag, writer) => writeBody(writer),
      onReply: (_tag, replyKind, body) => onReply(replyKind, body),
      onFailure: (_tag, failure, detail) => onFailure(failure, detail),
    };
    return this.ask(kind, requester, 0);
  }

  /** {@link request} for hot paths. @param tag - handed to the requester's methods, to tell its requests apart. */
  ask(kind: FrameKind, requester: Requester, tag: number): number {
    const link = this.#lent ?? this.#link;
    if (link === undefined || this.#pending.size >= this.#maxInFlight || link.bufferedBytes > this.#maxBufferedBytes) {
      requester.onFailure(tag, 'not-sent', this.#whyNot(link));
      return 0;
    }
    const correlation = this.#pending.nextId();
    const writer = link.begin(kind, correlation);
    try {
      requester.writeRequest(tag, writer);
    } catch (error) {
      link.abandon();
      throw error;
    }
    link.commit();
    this.#pending.add(correlation, requester, tag, link === this.#lent ? LENT : OWN);
    return correlation;
  }

  /** Send a frame that nobody answers. @returns whether it was handed to a link. @throws as `request`. */
  send(kind: FrameKind, writeBody: WriteBody): boolean {
    const link = this.#lent ?? this.#link;
    if (link === undefined || link.bufferedBytes > this.#maxBufferedBytes) return false;
    writeFrame(link, kind, 0, writeBody);
    return true;
  }

  /** Forget a request: neither of its callbacks will be called. It may be applied all the same. @returns whether it was pending. */
  cancel(correlation: number): boolean {
    return this.#pending.delete(correlation);
  }

  /**
   * Use a link that the other side dialled for the requests of this side too. Its owner passes what comes in on it: replies to
   * {@link onLentReply}, its end to {@link onLentEnd}. A link that was lent before counts as ended.
   */
  lend(link: Link): void {
    if (this.#closed) return;
    const wasUp = this.isUp;
    this.#lent = link;
    this.#failPending(LENT, 'the other side has opened another link');
    if (!wasUp) this.#options.onUp?.(link);
  }

  /** A reply that came in on a lent link. */
  onLentReply(kind: FrameKind, correlation: number, body: Reader): void {
    this.#onReply(kind, correlation, body);
  }

  /** Has no effect for a link that is no longer the one that is lent. */
  onLentEnd(link: Link, reason: CloseReason): void {
    if (link !== this.#lent) return;
    this.#lent = undefined;
    this.#failPending(LENT, `${reason.kind}: ${reason.detail}`);
    if (!this.isUp && !this.#closed) this.#options.onDown?.(reason);
  }

  /** End the link and stop dialling. A lent link stays its owner's. What is pending is told `lost` before this returns; no other callback is called any more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#attempt += 1;
    this.#redial?.cancel();
    this.#link = undefined;
    this.#lent = undefined;
    this.#downReason = 'closed by this side';
    this.#dialled?.close(this.#downReason);
    this.#dialled = undefined;
    this.#failPending(OWN, this.#downReason);
    this.#failPending(LENT, this.#downReason);
  }

  #dial(): void {
    this.#redial = undefined;
    const { world, address, hello, expectNode } = this.#options;
    const attempt = ++this.#attempt;
    // Events of an attempt that is over (its link was given up by `close`) must not touch the state of a later one.
    const current = () => attempt === this.#attempt;
    this.#dialled = world.network.dial(
      address,
      hello,
      {
        onOpen: (link) => {
          if (current()) this.#up(link);
        },
        onFrame: (link, kind, correlation, body) => {
          if (current()) this.#receive(link, kind, correlation, body);
        },
        onClose: (_link, reason) => {
          if (current()) this.#down(reason);
        },
      },
      expectNode === undefined ? {} : { expectNode },
    );
  }

  #up(link: Link): void {
    const wasUp = this.isUp;
    this.#link = link;
    this.#backoff.reset();
    if (!wasUp) this.#options.onUp?.(link);
  }

  #down(reason: CloseReason): void {
    const wasUp = this.#link !== undefined;
    this.#link = undefined;
    this.#dialled = undefined;
    this.#attempt += 1;
    this.#downReason = `${reason.kind}: ${reason.detail}`;
    // First, so that a callback that closes the peer finds the timer to cancel.
    this.#redial = this.#options.world.timers.after(this.#backoff.next(), () => this.#dial());
    this.#failPending(OWN, this.#downReason);
    if (this.#closed || this.isUp) return;
    if (wasUp) this.#options.onDown?.(reason);
    else this.#options.onDialFailed?.(reason);
  }

  #receive(link: Link, kind: FrameKind, correlation: number, body: Reader): void {
    if (kind < FIRST_REPLY_KIND) {
      this.#options.onRequest?.(link, kind, correlation, body);
      return;
    }
    this.#onReply(kind, correlation, body);
  }

  #onReply(kind: FrameKind, correlation: number, body: Reader): void {
    const requester = this.#pending.get(correlation);
    if (requester === undefined) return;
    const tag = this.#pending.tagOf(correlation);
    this.#pending.delete(correlation);
    requester.onReply(tag, kind, body);
  }

  #failPending(route: number, why: string): void {
    // One at a time: a callback may cancel another request, which must then not be told.
    for (const correlation of this.#pending.ids()) {
      const requester = this.#pending.get(correlation);
      if (requester === undefined || this.#pending.routeOf(correlation) !== route) continue;
      const tag = this.#pending.tagOf(correlation);
      this.#pending.delete(correlation);
      requester.onFailure(tag, 'lost', why);
    }
  }

  #whyNot(link: Link | undefined): string {
    if (link === undefined) return `no link to ${this.address}: ${this.#downReason}`;
    if (this.#pending.size >= this.#maxInFlight) {
      return `${this.#pending.size} requests to ${this.address} are unanswered, the limit is ${this.#maxInFlight}`;
    }
    return `${link.bufferedBytes} bytes to ${this.address} are waiting, the limit is ${this.#maxBufferedBytes}`;
  }
}

function writeFrame(link: Link, kind: FrameKind, correlation: number, writeBody: WriteBody): void {
  const writer = link.begin(kind, correlation);
  try {
    writeBody(writer);
  } catch (error) {
    link.abandon();
    throw error;
  }
  link.commit();
}
