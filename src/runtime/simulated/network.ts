/**
 * The network between all processes of a simulation: who listens where, who has links to whom, and the faults that lie on the
 * ways between them. Every process has its own {@link Network} on it.
 */
import type { MalformedBytes } from '../bytes/index.ts';
import { formatTcpAddress, MAX_FRAME_BYTES, refusal } from '../transport/index.ts';
import type { Address, CloseReason, Hello, Link, LinkHandler, Listener, Network } from '../world/index.ts';
import { AddressBook, type ListeningSocket } from './address-book.ts';
import type { Digest } from './digest.ts';
import type { Distances } from './distances.ts';
import { EventPromise } from './event-promise.ts';
import type { Owner, ScheduledEvent } from './event-queue.ts';
import { byOtherSide, type Frame, type FrameFate, LinkEnd, type LinkEnvironment } from './link.ts';
import { checkFaults, type Path, type PathFaults } from './path.ts';
import type { SeededRandom } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import type { Trace } from './trace.ts';
import { Ways } from './ways.ts';

/** How many frames met each fate, and how many were delivered. */
export type FrameCounts = { readonly [fate in FrameFate | 'delivered']: number };

/** Limits as the real transport has them. */
export interface NetworkLimits {
  /** A dial without an answer ends after this. */
  readonly dialTimeoutMs: number;
  /** A link on which nothing can be heard ends after this. */
  readonly idleMs: number;
  /** Largest frame, header included. */
  readonly maxFrameBytes: number;
}

export const DEFAULT_LIMITS: NetworkLimits = { dialTimeoutMs: 5_000, idleMs: 20_000, maxFrameBytes: MAX_FRAME_BYTES };

/** What the network needs of the simulation around it. */
export interface NetworkSurroundings {
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  readonly digest: Digest;
  readonly trace: Trace;
  /** Renders a frame in the trace. */
  readonly describeFrame: (frame: Frame) => string;
}

/** An attempt to open a link. */
interface Dial {
  readonly end: LinkEnd;
  readonly hello: Hello;
  readonly expectNode: string | undefined;
  readonly timeout: ScheduledEvent;
}

const FIRST_EPHEMERAL_PORT = 49_152;
const EPHEMERAL_PORTS = 16_384;

export class SimulatedNetwork implements LinkEnvironment {
  readonly scheduler: Scheduler;
  readonly idleMs: number;
  readonly maxFrameBytes: number;
  readonly #surroundings: NetworkSurroundings;
  readonly #dialTimeoutMs: number;
  readonly #ways: Ways;
  readonly #addresses = new AddressBook();
  readonly #ends = new Map<Owner, Set<LinkEnd>>();
  readonly #withoutPower = new Set<string>();
  readonly #counts = { sent: 0, delivered: 0, lost: 0, blocked: 0, duplicated: 0, reordered: 0, broken: 0 };
  #dials = 0;

  constructor(surroundings: NetworkSurroundings, limits: NetworkLimits) {
    this.#surroundings = surroundings;
    this.scheduler = surroundings.scheduler;
    this.#ways = new Ways(surroundings.random);
    this.idleMs = limits.idleMs;
    this.maxFrameBytes = limits.maxFrameBytes;
    this.#dialTimeoutMs = limits.dialTimeoutMs;
  }

  get counts(): FrameCounts {
    return this.#counts;
  }

  /** When all that is on its way now has arrived, in milliseconds. */
  get lastArrivalMs(): number {
    let last = 0;
    for (const { lastArrival } of this.#ways.all()) last = Math.max(last, lastArrival);
    return last / 1_000;
  }

  /** Set faults everywhere, also on ways that have had their own. What is not named stays as it was set for everywhere. */
  setFaults(faults: Partial<PathFaults>): void {
    this.#ways.setFaults(faults);
  }

  /** From now on frames take so much longer, whatever the faults. */
  setDistances(distances: Distances): void {
    this.#ways.setDistances(distances);
  }

  /** Set faults on the way from one process to another, this direction only. */
  setFaultsBetween(from: string, to: string, faults: Partial<PathFaults>): void {
    const path = this.path(from, to);
    path.faults = checkFaults({ ...path.faults, ...faults });
  }

  /** Nothing gets from one process to the other any more; the opposite direction stays as it is. */
  block(from: string, to: string): void {
    const path = this.path(from, to);
    if (path.blocked) return;
    const { scheduler, idleMs } = this;
    const since = scheduler.time;
    path.blockedSince = since;
    scheduler.at(since + idleMs * 1_000, undefined, () => this.#endSilentLinks(path, since));
  }

  unblock(from: string, to: string): void {
    this.path(from, to).blockedSince = undefined;
  }

  /** Cut the processes of each group off from those of the other groups. Processes in no group keep all their ways. */
  partition(groups: readonly (readonly string[])[]): void {
    for (const group of groups) {
      for (const other of groups) {
        if (group === other) continue;
        for (const from of group) for (const to of other) this.block(from, to);
      }
    }
  }

  /** Every way is open again; faults other than partitions stay. */
  heal(): void {
    for (const path of this.#ways.all()) path.blockedSince = undefined;
  }

  /** Break every link between two processes. */
  breakLinks(process: string, other: string): void {
    for (const end of this.#endsFrom(process, other)) end.breakOff({ kind: 'lost', detail: 'the connection broke' });
  }

  /** The way from one process to another. */
  path(from: string, to: string): Path {
    return this.#ways.path(from, to);
  }

  /** The network as one life of a process sees it. */
  portOf(owner: Owner): Network {
    this.#ends.set(owner, new Set());
    this.#withoutPower.delete(owner.name);
    return {
      listen: (address, hello, accept) =>
        EventPromise.of(this.scheduler, owner, () => this.#listen(owner, address, hello, accept)),
      dial: (address, hello, handler, options) => this.#dial(owner, address, hello, handler, options?.expectNode),
    };
  }

  /** A process ended. Without power its machine is silent: the others find out by their own means. */
  onDeath(owner: Owner, isPowerLost: boolean): void {
    this.#addresses.releaseAll(owner);
    if (isPowerLost) this.#withoutPower.add(owner.name);
    for (const end of this.#ends.get(owner) ?? []) end.die(isPowerLost);
    this.#ends.delete(owner);
  }

  hasPower(process: string): boolean {
    return !this.#withoutPower.has(process);
  }

  onCommit(end: LinkEnd, frame: Frame, fate: FrameFate): void {
    this.#counts[fate]++;
    const { trace, describeFrame } = this.#surroundings;
    if (trace.enabled) trace.record(end.owner.name, `${fate} to ${end.path.to}: ${describeFrame(frame)}`, 'message');
  }

  onDeliver(end: LinkEnd, frame: Frame): void {
    const { trace, digest, describeFrame } = this.#surroundings;
    this.#counts.delivered++;
    digest.word(frame.kind);
    digest.word(frame.correlation);
    digest.bytes(frame.body);
    if (trace.enabled) trace.record(end.owner.name, `received from ${end.path.to}: ${describeFrame(frame)}`, 'message');
  }

  onMalformed(end: LinkEnd, error: MalformedBytes): void {
    this.#record(end.owner, () => `malformed frame from ${end.path.to}: ${error.message}`);
  }

  onEnd(end: LinkEnd, reason: CloseReason): void {
    this.#ends.get(end.owner)?.delete(end);
    this.#record(end.owner, () => `link with ${end.path.to} ended, ${reason.kind}: ${reason.detail}`);
  }

  #listen(owner: Owner, address: Address, hello: Hello, accept: (link: Link) => LinkHandler): Listener {
    const socket = this.#addresses.claim(address, { owner, hello, accept });
    this.#record(owner, () => `listens at ${socket.address}`);
    return {
      address: socket.address,
      close: () => EventPromise.of(this.scheduler, owner, () => this.#addresses.release(socket)),
    };
  }

  #dial(owner: Owner, address: Address, hello: Hello, handler: LinkHandler, expectNode: string | undefined): Link {
    const { scheduler } = this;
    const holder = this.#addresses.holder(address) ?? address;
    const end = new LinkEnd(this, owner, this.path(owner.name, holder), address);
    end.handler = handler;
    if (!owner.alive) return end;
    this.#ends.get(owner)?.add(end);
    const timeout = scheduler.at(scheduler.time + this.#dialTimeoutMs * 1_000, owner, () => {
      if (!end.isOpen) end.breakOff({ kind: 'unreachable', detail: `no answer from ${address} for ${this.#dialTimeoutMs} ms` });
    });
    const dial = { end, hello, expectNode, timeout };
    this.#carry(end.path, undefined, () => {
      const socket = this.#addresses.find(address);
      if (socket === undefined) {
        this.#refuseConnection(address, dial);
        return;
      }
      end.path = this.path(owner.name, socket.owner.name);
      // In an event of the listening process, which may be paused.
      if (!end.path.blocked) scheduler.soon(socket.owner, () => this.#greet(socket, dial));
    });
    return end;
  }

  /** Nobody listens: a machine that is there says so. */
  #refuseConnection(address: Address, dial: Dial): void {
    const { from, to } = dial.end.path;
    if (!this.hasPower(to)) return;
    const detail = `nobody listens at ${address}`;
    this.#answer(this.path(to, from), dial, () => dial.end.end({ kind: 'unreachable', detail }));
  }

  /** The handshake: the listening side judges the dialling side's hello and answers with its own, which is judged in turn. */
  #greet(socket: ListeningSocket, dial: Dial): void {
    const { end, hello, expectNode } = dial;
    if (end.isClosed) return;
    const back = this.path(socket.owner.name, end.owner.name);
    const rule = refusal(socket.hello, hello);
    if (rule !== undefined) {
      this.#record(socket.owner, () => `refuses ${end.owner.name}: ${rule}`);
      this.#answer(back, dial, () => end.end(byOtherSide({ kind: 'refused', detail: rule })));
      return;
    }
    const port = FIRST_EPHEMERAL_PORT + (this.#dials++ % EPHEMERAL_PORTS);
    const accepted = new LinkEnd(this, socket.owner, back, formatTcpAddress(end.owner.name, port));
    this.#ends.get(socket.owner)?.add(accepted);
    accepted.meet(end);
    const arrival = this.#answer(back, dial, () => {
      const objection = refusal(hello, socket.hello, expectNode);
      if (objection !== undefined) {
        end.depart({ kind: 'refused', detail: objection });
        return;
      }
      this.#record(end.owner, () => `link with ${socket.owner.name} at ${socket.address} is open`);
      end.open(socket.hello);
    });
    accepted.open(hello, arrival);
    accepted.handler = socket.accept(accepted);
  }

  /** Carry the listening side's answer back. @returns when it arrives, or would have, in microseconds. */
  #answer(back: Path, dial: Dial, action: () => void): number {
    const { scheduler } = this;
    return this.#carry(back, dial.end.owner, () => {
      scheduler.cancel(dial.timeout);
      if (!dial.end.isClosed) action();
    });
  }

  /** Carry a message of the handshake, which like any other may be lost. @returns when it arrives, in microseconds. */
  #carry(path: Path, owner: Owner | undefined, action: () => void): number {
    const arrival = this.scheduler.time + path.delay();
    if (!path.blocked && !path.random.chance(path.faults.lossPerMillion)) this.scheduler.at(arrival, owner, action);
    return arrival;
  }

  /** Whoever has heard nothing on this way since it was blocked gives up the links on it. */
  #endSilentLinks(path: Path, blockedSince: number): void {
    if (path.blockedSince !== blockedSince) return;
    const detail = `nothing was heard for ${this.idleMs} ms`;
    for (const end of this.#endsFrom(path.to, path.from)) end.breakOff({ kind: 'idle', detail });
  }

  #endsFrom(process: string, other: string): LinkEnd[] {
    const found: LinkEnd[] = [];
    for (const [owner, ends] of this.#ends) {
      if (owner.name === process) for (const end of ends) if (end.path.to === other) found.push(end);
    }
    return found;
  }

  #record(owner: Owner, event: () => string): void {
    const { trace } = this.#surroundings;
    if (trace.enabled) trace.record(owner.name, event(), 'link');
  }
}
