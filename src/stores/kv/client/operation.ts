/**
 * One request of a client, from its beginning to its answer: it waits for a connection with room, is sent, and is sent again
 * where that is certainly harmless.
 *
 * Reads are repeated on another node when the connection is lost or a node cannot serve. Changes are repeated only when the
 * failed attempt is certain not to have been applied; else the caller is told that the outcome is unknown.
 */
import { MalformedBytes, type Reader } from '../../../runtime/bytes/index.ts';
import { type Outcome, QuorateError } from '../../../runtime/errors/index.ts';
import { Backoff, type RequestFailure } from '../../../runtime/transport/index.ts';
import type { Instant, Timer, World } from '../../../runtime/world/index.ts';
import { connectionLost } from '../errors.ts';
import { decodeError, decodeReply, encodeRequest, KIND, REQUEST_KIND } from '../messages/index.ts';
import type { KvReply, KvRequest, ReplyHandler, ReplyOf } from '../requests.ts';
import { noAnswer, noNodeReachable, notSent, notSentInTime } from './client-errors.ts';
import type { Member, Pool } from './pool.ts';
import type { Limited, Registration, TimeLimits } from './time-limits.ts';

const MIN_PAUSE_MS = 4;
const MAX_PAUSE_MS = 250;
/** The node ends a request in time too, and its answer tells more; only after so much longer is it given up for silent. */
const GRACE_MS = 100;

/** Codes of errors that say nothing about the request itself: another node, or the same one later, may well carry it out. */
const PASSING: ReadonlySet<string> = new Set(['stopping', 'overloaded', 'connection-lost', 'cannot-watch']);

/** Codes of errors that a node without its peers gives: no sign that it is well. */
const CANNOT_SERVE: ReadonlySet<string> = new Set([...PASSING, 'timeout', 'not-enough-replicas', 'storage-failed']);

/** What an operation needs of its client. */
export interface OperationParts {
  readonly world: World;
  readonly pool: Pool;
  readonly limits: TimeLimits;
  /** Call `send` when a connection has room. */
  wait(operation: AnyOperation): void;
  /** The operation has come to its end. */
  finished(operation: AnyOperation): void;
}

/** An operation, whatever it asks for. */
export interface AnyOperation {
  send(member: Member): void;
  failUnreachable(): void;
}

export class Operation<Request extends KvRequest> implements Limited, AnyOperation {
  deadline: Instant = 0;
  readonly #parts: OperationParts;
  readonly #request: Request;
  readonly #handler: ReplyHandler<ReplyOf<Request>>;
  #registration: Registration | undefined;
  /** Where the request is in flight. */
  #member: Member | undefined;
  #correlation = 0;
  #watchedAt: Member | undefined;
  /** Some time has passed since the beginning, so that less is left for the node. */
  #late = false;
  #inGrace = false;
  #finished = false;
  #lastError: QuorateError | undefined;
  #lastMember: Member | undefined;
  #backoff: Backoff | undefined;
  #pause: Timer | undefined;

  constructor(parts: OperationParts, request: Request, handler: ReplyHandler<ReplyOf<Request>>) {
    this.#parts = parts;
    this.#request = request;
    this.#handler = handler;
  }

  /** `member`: a connection with room, if there is one and nobody waits for it already. */
  begin(member: Member | undefined): void {
    this.#registration = this.#parts.limits.add(this, this.#request.timeoutMs);
    if (member === undefined) this.#waitForRoom();
    else this.send(member);
  }

  #waitForRoom(): void {
    this.#late = true;
    if (this.#parts.pool.everyoneRefused) this.failUnreachable();
    else this.#parts.wait(this);
  }

  send(member: Member): void {
    this.#member = member;
    if (this.#request.kind === 'watch') {
      this.#watchedAt = member;
      member.watches++;
    }
    const request = this.#remaining();
    this.#parts.pool.sent(request);
    try {
      const correlation = member.peer.request(
        REQUEST_KIND[request.kind],
        (writer) => encodeRequest(writer, request, 'direct'),
        (kind, body) => this.#onReply(kind, body),
        (failure, detail) => this.#onFailure(failure, detail),
      );
      if (this.#member === member) this.#correlation = correlation;
    } catch (error) {
      // Too large for a frame. Anything else is a defect of the caller of this class.
      if (!(error instanceof QuorateError)) throw error;
      this.#fail(error);
    }
  }

  #remaining(): Request {
    if (!this.#late) return this.#request;
    const left = Math.ceil(this.deadline - this.#parts.world.clock.now());
    return { ...this.#request, timeoutMs: Math.max(1, left) };
  }

  /** Nothing is in flight any more. */
  #unwatch(): void {
    if (this.#watchedAt !== undefined) this.#watchedAt.watches--;
    this.#watchedAt = undefined;
  }

  #onReply(kind: number, body: Reader): void {
    this.#unwatch();
    let answer: KvReply | QuorateError;
    try {
      answer = kind === KIND.error ? decodeError(body) : decodeReply(kind, body, this.#coordinator());
      if (!(answer instanceof QuorateError) && !isReplyTo(this.#request, answer)) {
        throw new MalformedBytes(`a ${answer.kind} reply to a ${this.#request.kind}`);
      }
    } catch (error) {
      // Whoever called closes the link; this request is as lost as those that will be told of it then.
      this.#onFailure('lost', error instanceof Error ? error.message : String(error));
      throw error;
    }
    const member = this.#member;
    if (member !== undefined && !(answer instanceof QuorateError && CANNOT_SERVE.has(answer.code))) member.attention.heard = true;
    if (answer instanceof QuorateError) this.#onError(answer);
    else if (isReplyTo(this.#request, answer)) {
      this.#end();
      this.#handler.reply(answer);
    }
  }

  /** Who has coordinated it: the node that was asked, unless it has just told that it passed it on. */
  #coordinator(): string | undefined {
    const { passedOn, peer } = this.#member ?? {};
    return passedOn !== undefined && passedOn.correlation === this.#correlation ? passedOn.coordinator : peer?.remote?.nodeName;
  }

  #onError(error: QuorateError): void {
    if (PASSING.has(error.code) && (this.#request.kind !== 'change' || error.outcome === 'not-applied')) this.#repeatLater(error);
    else this.#fail(error);
  }

  #onFailure(failure: RequestFailure, detail: string): void {
    this.#unwatch();
    const member = this.#member;
    if (member === undefined) return;
    this.#onError(failure === 'lost' ? connectionLost(member.name, detail, this.#outcomeOfSent()) : notSent(member.name, detail));
  }

  /** After a short pause, on another node if there is one. */
  #repeatLater(error: QuorateError): void {
    this.#lastError = error;
    this.#lastMember = this.#member;
    this.#member = undefined;
    this.#late = true;
    this.#backoff ??= new Backoff(this.#parts.world.random, MIN_PAUSE_MS, MAX_PAUSE_MS);
    this.#pause = this.#parts.world.timers.after(this.#backoff.next(), () => {
      this.#pause = undefined;
      const member = this.#parts.pool.choose(this.#lastMember);
      if (member === undefined) this.#waitForRoom();
      else this.send(member);
    });
  }

  /** The node has fallen silent: a read is asked elsewhere, with the time that is left. A change may have been applied, and waits. */
  leave(member: Member): void {
    if (this.#finished || this.#member !== member || !isRepeatable(this.#request)) return;
    const other = this.#parts.pool.choose(member);
    if (other === undefined || other === member) return;
    member.peer.cancel(this.#correlation);
    this.#unwatch();
    this.#late = true;
    this.send(other);
  }

  onDeadline(): void {
    const { pool, limits } = this.#parts;
    const { timeoutMs } = this.#request;
    const member = this.#member;
    if (member === undefined) {
      this.#fail(pool.anyUp ? (this.#lastError ?? notSentInTime(timeoutMs)) : noNodeReachable(pool.failures, timeoutMs));
    } else if (this.#inGrace) {
      // A watch is always answered in time, if by nothing new.
      if (this.#request.kind === 'watch') pool.suspect(member);
      member.peer.cancel(this.#correlation);
      this.#fail(noAnswer(member.name, timeoutMs, this.#outcomeOfSent()));
    } else {
      this.#inGrace = true;
      this.#registration = limits.add(this, GRACE_MS);
    }
  }

  failUnreachable(): void {
    this.#fail(noNodeReachable(this.#parts.pool.failures, this.#request.timeoutMs));
  }

  /** The caller no longer waits. */
  cancel(): void {
    if (this.#finished) return;
    this.#member?.peer.cancel(this.#correlation);
    this.#end();
  }

  #fail(error: QuorateError): void {
    this.#end();
    this.#handler.fail(error);
  }

  #end(): void {
    this.#finished = true;
    this.#unwatch();
    this.#member = undefined;
    this.#pause?.cancel();
    if (this.#registration !== undefined) this.#parts.limits.remove(this.#registration);
    this.#parts.finished(this);
  }

  #outcomeOfSent(): Outcome {
    return isRepeatable(this.#request) ? 'not-applied' : 'unknown';
  }
}

function isReplyTo<Request extends KvRequest>(request: Request, reply: KvReply): reply is ReplyOf<Request> {
  return reply.kind === request.kind;
}

/** Asking twice does no more than asking once. */
function isRepeatable({ kind }: KvRequest): boolean {
  return kind !== 'change' && kind !== 'administer';
}
