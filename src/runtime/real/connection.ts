/**
 * One end of a connection over a socket: the real world's {@link Link}.
 *
 * Hot path: each chunk of the socket is decoded where it lies, with one reader per connection; replies go into one buffer, see
 * {@link Output}. No promise, no closure and in the steady state no allocation per frame.
 *
 * Phases: `opening` (until the hellos are exchanged) -> `open` -> `closed` (the handler has been told or is about to be; the
 * socket may live on until the other side has taken the last bytes).
 */
import type { Socket } from 'node:net';
import { MalformedBytes, type Reader, type Writer } from '../bytes/index.ts';
import {
  FIRST_REPLY_KIND,
  FIRST_TRANSPORT_KIND,
  FrameDecoder,
  MAX_HELLO_FRAME_BYTES,
  transportKind,
} from '../transport/index.ts';
import type { Address, CloseReason, FrameKind, Hello, Link, LinkHandler, Log } from '../world/index.ts';
import type { EventLoopTurn } from './event-loop-turn.ts';
import type { NetworkLimits } from './network-limits.ts';
import { controlFrame, type Greeting, greet, helloFrame } from './opening.ts';
import { Output } from './output.ts';
import { Patience } from './patience.ts';
import type { Sweepable, Sweeper } from './sweeper.ts';
import { systemMessage } from './system-errors.ts';

/** What all connections of a network share. */
export interface Surroundings {
  readonly turn: EventLoopTurn;
  readonly sweeper: Sweeper;
  readonly limits: NetworkLimits;
  readonly log: Log;
}

const STOPPED_BY_HANDLER = 1;
const STOPPED_BY_LIMIT = 2;
const STOPPED_BY_OUTPUT = 4;

const STRANGER: Hello = { protocolVersion: 0, clusterName: '', role: 'client', nodeName: '' };
const NOTHING = new Uint8Array(0);
const PING = controlFrame(transportKind.ping);
const PONG = controlFrame(transportKind.pong);

export class Connection implements Link, Sweepable {
  readonly remoteAddress: Address;
  readonly #socket: Socket;
  readonly #greeting: Greeting;
  readonly #surroundings: Surroundings;
  readonly #decoder: FrameDecoder;
  readonly #output: Output;
  readonly #patience: Patience;
  #handler: LinkHandler | undefined;
  #remote = STRANGER;
  #phase: 'opening' | 'open' | 'closed' = 'opening';
  /** Why nothing is read at the moment: a set of the `STOPPED_` bits. */
  #stops = 0;
  /** What the socket had delivered when reading stopped. */
  #rest: Uint8Array | undefined;
  /** Requests that came in and have no reply yet; counted on accepted links only. */
  #inFlight = 0;
  readonly #countsInFlight: boolean;
  #answersRequest = false;
  #socketError: Error | undefined;

  constructor(socket: Socket, remoteAddress: Address, greeting: Greeting, surroundings: Surroundings) {
    this.#socket = socket;
    this.remoteAddress = remoteAddress;
    this.#greeting = greeting;
    this.#surroundings = surroundings;
    this.#handler = greeting.side === 'dialled' ? greeting.handler : undefined;
    this.#countsInFlight = greeting.side === 'accepted';
    this.#decoder = new FrameDecoder((kind, correlation, body) => this.#receive(kind, correlation, body), MAX_HELLO_FRAME_BYTES);
    const { maxFrameBytes } = surroundings.limits;
    this.#output = new Output(socket, surroundings.turn, maxFrameBytes, (waitingBytes) => this.#holdBack(waitingBytes));
    this.#patience = new Patience(surroundings.limits);
    surroundings.sweeper.add(this);
    socket.setNoDelay(true);
    if (greeting.side === 'dialled') socket.once('connect', () => this.#output.sendNow(helloFrame(greeting.mine)));
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('drain', () => this.#start(STOPPED_BY_OUTPUT));
    socket.once('end', () => this.#ended());
    socket.on('error', (error) => {
      this.#socketError ??= error;
    });
    socket.once('close', () => this.#gone());
  }

  get remote(): Hello {
    return this.#remote;
  }

  get bufferedBytes(): number {
    return this.#output.bufferedBytes;
  }

  begin(kind: FrameKind, correlation: number): Writer {
    this.#answersRequest = this.#countsInFlight && correlation !== 0 && kind >= FIRST_REPLY_KIND;
    return this.#output.begin(kind, correlation);
  }

  commit(): void {
    this.#output.commit();
    if (this.#answersRequest) this.#answered();
  }

  abandon(): void {
    this.#output.abandon();
  }

  pause(): void {
    this.#stop(STOPPED_BY_HANDLER);
  }

  resume(): void {
    this.#start(STOPPED_BY_HANDLER);
  }

  close(detail: string): void {
    const farewell = this.#phase === 'open' ? controlFrame(transportKind.goodbye, detail) : undefined;
    this.#finish({ kind: 'closed', detail }, farewell);
  }

  /** For the sweeper: every limit of time. */
  sweep(): void {
    if (this.#phase === 'closed') {
      if (this.#patience.lingeredEnough()) this.#socket.destroy();
      return;
    }
    if (this.#phase === 'opening') {
      const late = this.#patience.whileOpening();
      if (late !== undefined) this.#finish(late);
      return;
    }
    const verdict = this.#patience.whileOpen({
      waitingBytes: this.bufferedBytes,
      isBlocked: (this.#stops & STOPPED_BY_OUTPUT) !== 0,
      stalledRequests: (this.#stops & STOPPED_BY_LIMIT) === 0 ? 0 : this.#inFlight,
      reading: this.#stops === 0,
    });
    if (verdict === 'ping') {
      this.#output.sendIfQuiet(PING);
      this.#output.shrink();
    } else if (verdict !== undefined) this.#finish(verdict);
  }

  #take(chunk: Uint8Array): void {
    this.#patience.heard();
    if (this.#phase === 'closed') return;
    if (this.#rest !== undefined) this.#rest = Buffer.concat([this.#rest, chunk]);
    else if (this.#stops !== 0 && this.#phase === 'open') this.#rest = chunk;
    else this.#feed(chunk);
  }

  #feed(chunk: Uint8Array): void {
    try {
      const rest = this.#decoder.feed(chunk);
      if (this.#phase !== 'closed') this.#rest = rest;
    } catch (error) {
      // Anything else is a defect of the handler: it goes up and ends the process.
      if (!(error instanceof MalformedBytes)) throw error;
      this.#finish({ kind: 'malformed', detail: error.message });
    }
  }

  /** @returns whether the decoder may go on. */
  #receive(kind: FrameKind, correlation: number, body: Reader): boolean {
    if (this.#phase === 'open' && kind < FIRST_TRANSPORT_KIND) {
      if (this.#countsInFlight && correlation !== 0 && kind < FIRST_REPLY_KIND) this.#asked();
      (this.#handler as LinkHandler).onFrame(this, kind, correlation, body);
    } else if (this.#phase === 'open') {
      this.#receiveTransport(kind, body);
    } else {
      this.#receiveGreeting(kind, body);
    }
    return this.#stops === 0 && this.#phase !== 'closed';
  }

  #receiveTransport(kind: FrameKind, body: Reader): void {
    if (kind === transportKind.ping) this.#output.sendIfQuiet(PONG);
    else if (kind === transportKind.goodbye) {
      this.#finish({ kind: 'closed', detail: `by the other side: ${body.ascii()}` }, NOTHING);
    } else if (kind === transportKind.refusal) {
      this.#finish({ kind: 'refused', detail: `by the other side: ${body.ascii()}` }, NOTHING);
    } else if (kind !== transportKind.pong) throw new MalformedBytes(`frame kind ${kind} has no place on an open link`);
  }

  #receiveGreeting(kind: FrameKind, body: Reader): void {
    const outcome = greet(this.#greeting, kind, body);
    if (outcome.refused !== undefined) {
      this.#finish({ kind: 'refused', detail: outcome.refused }, controlFrame(transportKind.refusal, outcome.refused));
      return;
    }
    this.#remote = outcome.theirs;
    this.#phase = 'open';
    this.#patience.nextPhase();
    this.#decoder.maxFrameBytes = this.#surroundings.limits.maxFrameBytes;
    if (this.#greeting.side === 'accepted') this.#output.sendNow(helloFrame(this.#greeting.mine));
    this.#output.release();
    if (this.#greeting.side === 'accepted') this.#handler = this.#greeting.accept(this);
    else this.#greeting.handler.onOpen?.(this);
    // The dialling side may have asked for a pause before there was anything to hold back.
    if (this.#stops !== 0) this.#socket.pause();
  }

  #asked(): void {
    this.#inFlight += 1;
    this.#surroundings.turn.requestCame();
    if (this.#inFlight >= this.#surroundings.limits.maxInFlight) this.#stop(STOPPED_BY_LIMIT);
  }

  #answered(): void {
    if (this.#inFlight > 0) {
      this.#inFlight -= 1;
      this.#surroundings.turn.requestsLeft(1);
    }
    if ((this.#stops & STOPPED_BY_LIMIT) === 0) return;
    if (this.#inFlight * 2 <= this.#surroundings.limits.maxInFlight) this.#start(STOPPED_BY_LIMIT);
  }

  /** Whoever does not take the replies may not go on asking: else they would pile up here. */
  #holdBack(waitingBytes: number): void {
    const { slowBytes, maxOutputBytes } = this.#surroundings.limits;
    if (!this.#countsInFlight || waitingBytes <= slowBytes || this.#phase !== 'open') return;
    this.#stop(STOPPED_BY_OUTPUT);
    if (waitingBytes <= maxOutputBytes) return;
    const detail = `${waitingBytes} bytes wait for the other side, the limit is ${maxOutputBytes}`;
    this.#finish({ kind: 'slow', detail });
  }

  #stop(why: number): void {
    this.#stops |= why;
    if (this.#phase === 'open') this.#socket.pause();
  }

  #start(why: number): void {
    if ((this.#stops & why) === 0) return;
    this.#stops &= ~why;
    // Not at once: frames must not be delivered from within the handler's own call.
    if (this.#stops === 0) process.nextTick(() => this.#goOn());
  }

  #goOn(): void {
    if (this.#stops !== 0 || this.#phase !== 'open') return;
    this.#patience.heard();
    const rest = this.#rest;
    this.#rest = undefined;
    if (rest !== undefined) this.#feed(rest);
    if (this.#stops === 0) this.#socket.resume();
  }

  #ended(): void {
    const held = this.#decoder.heldBytes;
    if (held > 0) this.#finish({ kind: 'malformed', detail: `the connection ended within a frame, after ${held} bytes of it` });
    else this.#finish({ kind: this.#phase === 'open' ? 'lost' : 'unreachable', detail: 'the other side ended the connection' });
  }

  #gone(): void {
    this.#surroundings.sweeper.remove(this);
    const kind = this.#phase === 'open' ? 'lost' : 'unreachable';
    this.#finish({ kind, detail: systemMessage(this.#socketError, 'the connection is gone') });
  }

  /** With a `farewell` the output goes out first, then the farewell, then the end; without, the socket is cut at once. */
  #finish(reason: CloseReason, farewell?: Uint8Array): void {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    this.#patience.nextPhase();
    this.#rest = undefined;
    this.#surroundings.turn.requestsLeft(this.#inFlight);
    this.#inFlight = 0;
    this.#output.end(farewell);
    // What still comes in is read and dropped: unread bytes would turn our end into a reset, and the farewell would be lost.
    this.#socket.resume();
    this.#report(reason);
    // Not at once: the handler may be in the middle of a call to this link.
    const handler = this.#handler;
    if (handler !== undefined) process.nextTick(() => handler.onClose(this, reason));
  }

  #report({ kind, detail }: CloseReason): void {
    const { log } = this.#surroundings;
    const fields = { address: this.remoteAddress, node: this.#remote.nodeName, side: this.#greeting.side, detail };
    if (kind === 'closed' || kind === 'lost' || kind === 'unreachable') log.debug(`link ${kind}`, fields);
    else log.warn(`link closed: ${kind}`, fields);
  }
}
