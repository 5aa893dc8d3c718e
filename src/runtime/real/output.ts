/**
 * The outgoing half of a connection. Frames are written one behind the other into one buffer, which goes to the socket once per
 * event-loop turn, or at once when it is large. When the kernel took it all in that call (the usual case) the same buffer is
 * filled again; otherwise the socket keeps it and a new one is begun.
 *
 * Invariant: the buffer is only ever sent up to a frame's end, so a frame written straight to the socket never lands within
 * another.
 */
import type { Socket } from 'node:net';
import { Writer } from '../bytes/index.ts';
import { invariant } from '../errors/index.ts';
import { beginFrame, commitFrame, FIRST_TRANSPORT_KIND } from '../transport/index.ts';
import type { FrameKind } from '../world/index.ts';
import type { EventLoopTurn, Flushable } from './event-loop-turn.ts';

const FLUSH_AT_BYTES = 64 * 1024;
const INITIAL_BUFFER_BYTES = 1024;
const LARGEST_KEPT_BUFFER_BYTES = 128 * 1024;
const NO_FRAME = -1;

export class Output implements Flushable {
  readonly #socket: Socket;
  readonly #turn: EventLoopTurn;
  readonly #maxFrameBytes: number;
  readonly #onWaiting: (waitingBytes: number) => void;
  #writer = new Writer(INITIAL_BUFFER_BYTES);
  /** Where the begun frame starts. */
  #frameStart = NO_FRAME;
  #flushScheduled = false;
  /** `held`: frames wait for `release`. `ended`: they are dropped. */
  #state: 'held' | 'flowing' | 'ended' = 'held';

  /** @param onWaiting - told how much waits in the socket, whenever something does after output was handed to it. */
  constructor(socket: Socket, turn: EventLoopTurn, maxFrameBytes: number, onWaiting: (waitingBytes: number) => void) {
    this.#onWaiting = onWaiting;
    this.#socket = socket;
    this.#turn = turn;
    this.#maxFrameBytes = maxFrameBytes;
  }

  get bufferedBytes(): number {
    return this.#socket.writableLength + this.#writer.length;
  }

  begin(kind: FrameKind, correlation: number): Writer {
    invariant(this.#frameStart === NO_FRAME, 'a frame is begun before the last one was committed or abandoned');
    invariant(kind < FIRST_TRANSPORT_KIND, `frame kind ${kind} belongs to the transport`);
    this.#frameStart = beginFrame(this.#writer, kind, correlation);
    return this.#writer;
  }

  /** @throws QuorateError `frame-too-large`. */
  commit(): void {
    const start = this.#frameStart;
    invariant(start !== NO_FRAME, 'a frame is committed that was not begun');
    this.#frameStart = NO_FRAME;
    if (this.#state === 'ended') {
      this.#writer.clear();
      return;
    }
    commitFrame(this.#writer, start, this.#maxFrameBytes);
    if (this.#state === 'held') return;
    if (this.#writer.length >= FLUSH_AT_BYTES) this.#send();
    else {
      this.#turn.gathered();
      this.#scheduleFlush();
    }
  }

  abandon(): void {
    invariant(this.#frameStart !== NO_FRAME, 'a frame is abandoned that was not begun');
    this.#writer.truncate(this.#state === 'ended' ? 0 : this.#frameStart);
    this.#frameStart = NO_FRAME;
  }

  /** Let what has been committed leave, and all that follows. */
  release(): void {
    this.#state = 'flowing';
    if (this.#writer.length > 0) this.#scheduleFlush();
  }

  /** For the event-loop turn. */
  flush(): void {
    this.#flushScheduled = false;
    if (this.#state !== 'flowing' || this.#writer.length === 0) return;
    // The commit of the begun frame will send what stands before it too.
    if (this.#frameStart === NO_FRAME) this.#send();
  }

  /** Write a frame straight to the socket, before what is in the buffer. */
  sendNow(frame: Uint8Array): void {
    this.#socket.write(frame);
  }

  /** Any byte is a sign of life, so none is added to output that waits: a flood of pings cannot pile up answers. */
  sendIfQuiet(frame: Uint8Array): void {
    if (this.#socket.writableLength === 0) this.#socket.write(frame);
  }

  /** Give back what a busy time needed: thousands of idle clients must not each hold it. */
  shrink(): void {
    if (this.#writer.length === 0) this.#writer = new Writer(INITIAL_BUFFER_BYTES);
  }

  /** With a farewell: send what is committed, then it, then the end. Without: cut the socket. Frames are dropped from now on. */
  end(farewell: Uint8Array | undefined): void {
    if (farewell === undefined) this.#socket.destroy();
    else {
      if (this.#frameStart !== NO_FRAME) this.#writer.truncate(this.#frameStart);
      if (this.#state === 'flowing' && this.#writer.length > 0) this.#socket.write(this.#writer.view());
      this.#socket.end(farewell);
    }
    this.#state = 'ended';
    this.#writer = new Writer(0);
  }

  #scheduleFlush(): void {
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    this.#turn.flushAtEnd(this);
  }

  #send(): void {
    const output = this.#writer.view();
    this.#socket.write(output);
    const capacity = output.buffer.byteLength;
    // Only when nothing waits in the socket has the kernel its own copy of all the bytes.
    const waiting = this.#socket.writableLength;
    const taken = waiting === 0;
    if (taken && capacity <= LARGEST_KEPT_BUFFER_BYTES) this.#writer.clear();
    else this.#writer = new Writer(Math.min(capacity, LARGEST_KEPT_BUFFER_BYTES));
    if (!taken) this.#onWaiting(waiting);
  }
}
