/**
 * One end of a link, and the frames that leave it for the other end. A frame is copied when it is committed, and its bytes are
 * overwritten once its handler has returned: whoever kept a view of them finds out here and not in production.
 *
 * Invariants: `onClose` is called once, last, and in an event of its own; no end outlives the other for ever: where the news of
 * the end cannot get through, silence ends the link after `idleMs`, as the keep-alive of the real transport does.
 */
import { copyBytes, MalformedBytes, Reader, Writer } from '../bytes/index.ts';
import { InvariantViolation, invariant } from '../errors/index.ts';
import { beginFrame, commitFrame, FIRST_TRANSPORT_KIND, FRAME_HEADER_BYTES } from '../transport/index.ts';
import type { Address, CloseReason, FrameKind, Hello, Link, LinkHandler } from '../world/index.ts';
import type { Owner } from './event-queue.ts';
import type { Path } from './path.ts';
import type { Scheduler } from './scheduler.ts';

/** What the bytes of a frame turn into when their time is over. */
const STALE_BYTE = 0xdb;
const NO_FRAME = -1;
const LAST_CORRELATION = 0xffff_ffff;

/** What became of a frame when it was committed. A frame may have several fates. */
export type FrameFate = 'sent' | 'lost' | 'blocked' | 'duplicated' | 'reordered' | 'broken';

export interface Frame {
  readonly kind: FrameKind;
  readonly correlation: number;
  readonly body: Uint8Array;
}

/** What all ends of one network share. */
export interface LinkEnvironment {
  readonly scheduler: Scheduler;
  /** Milliseconds of silence after which an end gives up. */
  readonly idleMs: number;
  /** Largest frame, header included. */
  readonly maxFrameBytes: number;
  /** A machine that is there refuses frames for a link that it does not know; one without power says nothing. */
  hasPower(process: string): boolean;
  onCommit(end: LinkEnd, frame: Frame, fate: FrameFate): void;
  onDeliver(end: LinkEnd, frame: Frame): void;
  onMalformed(end: LinkEnd, error: MalformedBytes): void;
  onEnd(end: LinkEnd, reason: CloseReason): void;
}

export class LinkEnd implements Link {
  readonly owner: Owner;
  /** The way to the other end. Settled when the handshake has found out who listens at the address. */
  path: Path;
  readonly remoteAddress: Address;
  readonly #environment: LinkEnvironment;
  /** Made with the first frame: most of the links of a large cluster are idle. */
  #writer: Writer | undefined;
  #phase: 'opening' | 'open' | 'closed' = 'opening';
  #other: LinkEnd | undefined;
  #handler: LinkHandler | undefined;
  #remote: Hello | undefined;
  /** Where the begun frame starts in the writer. */
  #begun = NO_FRAME;
  #kind: FrameKind = 0;
  #correlation = 0;
  #isHeld = false;
  #isResetDue = false;
  /** Frames committed before the link was open. */
  #unsent: Frame[] | undefined;
  /** Frames that arrived while they could not be delivered. */
  #undelivered: Frame[] | undefined;
  /** When the youngest frame that kept its place in line arrives. */
  #lastArrival = 0;

  constructor(environment: LinkEnvironment, owner: Owner, path: Path, remoteAddress: Address) {
    this.#environment = environment;
    this.owner = owner;
    this.path = path;
    this.remoteAddress = remoteAddress;
  }

  get remote(): Hello {
    if (this.#remote === undefined) throw new InvariantViolation('a link was asked for its other side before it was open');
    return this.#remote;
  }

  get bufferedBytes(): number {
    return this.path.backlogBytes(this.#environment.scheduler.time);
  }

  get isOpen(): boolean {
    return this.#phase === 'open';
  }

  get isClosed(): boolean {
    return this.#phase === 'closed';
  }

  set handler(handler: LinkHandler) {
    this.#handler = handler;
  }

  begin(kind: FrameKind, correlation: number): Writer {
    invariant(this.#begun === NO_FRAME, 'a frame was begun inside another one');
    invariant(kind >= 0 && kind < FIRST_TRANSPORT_KIND, 'the kind of a frame is one of the transport');
    invariant(correlation >= 0 && correlation <= LAST_CORRELATION, 'the correlation id of a frame is out of range');
    this.#kind = kind;
    this.#correlation = correlation;
    this.#writer ??= new Writer();
    this.#begun = beginFrame(this.#writer.clear(), kind, correlation);
    return this.#writer;
  }

  commit(): void {
    const start = this.#begun;
    const writer = this.#writer;
    invariant(start !== NO_FRAME && writer !== undefined, 'a frame was committed that was not begun');
    this.#begun = NO_FRAME;
    commitFrame(writer, start, this.#environment.maxFrameBytes);
    if (this.#phase === 'closed' || !this.owner.alive) return;
    const frame = { kind: this.#kind, correlation: this.#correlation, body: copyBytes(writer.view(FRAME_HEADER_BYTES)) };
    if (this.#phase === 'opening') this.#unsent = [...(this.#unsent ?? []), frame];
    else this.#send(frame);
  }

  abandon(): void {
    this.#begun = NO_FRAME;
  }

  pause(): void {
    this.#isHeld = true;
  }

  resume(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    if (this.#undelivered !== undefined) this.#environment.scheduler.soon(this.owner, () => this.#deliverHeld());
  }

  close(detail: string): void {
    if (this.#phase === 'closed' || !this.owner.alive) return;
    this.depart({ kind: 'closed', detail });
  }

  /** The handshake has reached the other side: from here on the fates of both ends are tied. */
  meet(other: LinkEnd): void {
    this.#other = other;
    other.#other = this;
  }

  /** The handshake is done: from here on frames flow, none of them at the other side before `earliestArrival` (microseconds). */
  open(remote: Hello, earliestArrival = 0): void {
    this.#remote = remote;
    this.#lastArrival = earliestArrival;
    this.#phase = 'open';
    this.#handler?.onOpen?.(this);
    const unsent = this.#unsent ?? [];
    this.#unsent = undefined;
    for (const frame of unsent) this.#send(frame);
    this.#deliverHeld();
  }

  /** This end is closed by our own will, which the other end is told. */
  depart(reason: CloseReason): void {
    this.breakOff(reason, byOtherSide(reason));
  }

  /** This end is closed, and the other end will be. */
  breakOff(reason: CloseReason, reasonThere: CloseReason = reason): void {
    if (this.#phase === 'closed') return;
    this.end(reason);
    this.#tell(reasonThere);
  }

  /** This end is closed; the other end has to find out by itself. */
  end(reason: CloseReason): void {
    if (!this.#shut()) return;
    this.#environment.onEnd(this, reason);
    this.#environment.scheduler.soon(this.owner, () => this.#handler?.onClose(this, reason));
  }

  /** The process of this end is gone: its machine says so to the other end, or is silent for lack of power. */
  die(isSilent: boolean): void {
    if (!this.#shut()) return;
    if (isSilent) this.#tellBySilence();
    else this.#tell({ kind: 'lost', detail: `process ${this.owner.name} ended` });
  }

  #shut(): boolean {
    if (this.#phase === 'closed') return false;
    this.#phase = 'closed';
    this.#unsent = undefined;
    this.#undelivered = undefined;
    return true;
  }

  #tell(reason: CloseReason): void {
    const other = this.#other;
    if (other === undefined || other.isClosed) return;
    if (this.path.blocked) {
      this.#tellBySilence();
      return;
    }
    const { scheduler } = this.#environment;
    scheduler.at(Math.max(this.#lastArrival, scheduler.time + this.path.delay()), other.owner, () => other.end(reason));
  }

  #tellBySilence(): void {
    const { scheduler, idleMs } = this.#environment;
    const other = this.#other;
    if (other === undefined || other.isClosed) return;
    scheduler.at(scheduler.time + idleMs * 1_000, other.owner, () => other.end(silence(idleMs)));
  }

  #send(frame: Frame): void {
    const other = this.#other as LinkEnd;
    const fate = this.#drawFate();
    if (fate === 'sent' && other.isClosed) {
      this.#awaitReset(other);
      return;
    }
    this.#environment.onCommit(this, frame, fate);
    if (fate === 'broken') this.breakOff({ kind: 'lost', detail: 'the connection broke' });
    else if (fate === 'sent') this.#carry(other, frame);
  }

  #drawFate(): 'blocked' | 'broken' | 'lost' | 'sent' {
    const { random, faults, blocked } = this.path;
    if (blocked) return 'blocked';
    if (random.chance(faults.breakPerMillion)) return 'broken';
    return random.chance(faults.lossPerMillion) ? 'lost' : 'sent';
  }

  #carry(other: LinkEnd, frame: Frame): void {
    const { path } = this;
    const { random, faults } = path;
    const { scheduler } = this.#environment;
    const leaves = scheduler.time + path.transmit(scheduler.time, FRAME_HEADER_BYTES + frame.body.length);
    if (random.chance(faults.duplicationPerMillion)) {
      this.#environment.onCommit(this, frame, 'duplicated');
      const copy = { kind: frame.kind, correlation: frame.correlation, body: copyBytes(frame.body) };
      this.#launch(other, copy, leaves + path.delay() + path.detour());
    }
    if (random.chance(faults.reorderingPerMillion)) {
      this.#environment.onCommit(this, frame, 'reordered');
      this.#launch(other, frame, leaves + path.delay() + path.detour());
    } else {
      this.#lastArrival = Math.max(this.#lastArrival, leaves + path.delay());
      this.#launch(other, frame, this.#lastArrival);
    }
  }

  #launch(other: LinkEnd, frame: Frame, arrival: number): void {
    this.path.lastArrival = Math.max(this.path.lastArrival, arrival);
    this.#environment.scheduler.at(arrival, other.owner, () => other.#receive(frame));
  }

  /** The other end is gone but we do not know yet: its machine, if it has power, answers that it knows no such link. */
  #awaitReset(other: LinkEnd): void {
    const { scheduler } = this.#environment;
    if (this.#isResetDue || other.path.blocked || !this.#environment.hasPower(this.path.to)) return;
    this.#isResetDue = true;
    scheduler.at(scheduler.time + this.path.delay() + other.path.delay(), this.owner, () =>
      this.end({ kind: 'lost', detail: 'the other side knows of no such connection' }),
    );
  }

  #receive(frame: Frame): void {
    if (this.#phase === 'closed') return;
    if (this.#undelivered !== undefined) this.#undelivered.push(frame);
    else if (this.#phase === 'opening' || this.#isHeld) this.#undelivered = [frame];
    else this.#deliver(frame);
  }

  #deliverHeld(): void {
    while (!this.#isHeld && this.#phase === 'open') {
      const frame = this.#undelivered?.shift();
      if (frame === undefined) {
        this.#undelivered = undefined;
        return;
      }
      this.#deliver(frame);
    }
  }

  #deliver(frame: Frame): void {
    this.#environment.onDeliver(this, frame);
    try {
      this.#handler?.onFrame(this, frame.kind, frame.correlation, new Reader(frame.body));
    } catch (error) {
      if (!(error instanceof MalformedBytes)) throw error;
      this.#environment.onMalformed(this, error);
      this.breakOff({ kind: 'malformed', detail: error.message }, { kind: 'lost', detail: 'the connection broke' });
    }
    frame.body.fill(STALE_BYTE);
  }
}

/** How the other side is told. */
export function byOtherSide({ kind, detail }: CloseReason): CloseReason {
  return { kind, detail: `by the other side: ${detail}` };
}

function silence(idleMs: number): CloseReason {
  return { kind: 'idle', detail: `nothing was heard for ${idleMs} ms` };
}
