import type { Reader } from '../bytes/index.ts';
import type { Address, CloseReason, Hello, Link, LinkHandler, Log, Timer, Timers } from '../world/index.ts';
import { EventLoopTurn } from './event-loop-turn.ts';
import { RealNetwork } from './network.ts';
import type { NetworkLimits } from './network-limits.ts';

export const HELLO: Hello = { protocolVersion: 1, clusterName: 'shop', role: 'node', nodeName: 'a' };

export interface ReceivedFrame {
  readonly kind: number;
  readonly correlation: number;
  readonly body: readonly number[];
}

/** A handler that keeps everything, and promises for what a test waits for. */
export class Probe implements LinkHandler {
  readonly frames: ReceivedFrame[] = [];
  /** Called for each frame after it was kept. */
  react: (link: Link, frame: ReceivedFrame) => void = () => undefined;
  readonly opened: Promise<Link>;
  readonly closed: Promise<CloseReason>;
  closes = 0;
  #opened: (link: Link) => void = () => undefined;
  #closed: (reason: CloseReason) => void = () => undefined;
  #waiting: { count: number; resolve: () => void }[] = [];

  constructor() {
    this.opened = new Promise((resolve) => {
      this.#opened = resolve;
    });
    this.closed = new Promise((resolve) => {
      this.#closed = resolve;
    });
  }

  onOpen(link: Link): void {
    this.#opened(link);
  }

  onFrame(link: Link, kind: number, correlation: number, body: Reader): void {
    const frame = { kind, correlation, body: [...body.rest()] };
    this.frames.push(frame);
    this.react(link, frame);
    for (const { count, resolve } of this.#waiting) if (this.frames.length >= count) resolve();
  }

  onClose(_link: Link, reason: CloseReason): void {
    this.closes += 1;
    this.#closed(reason);
  }

  /** Once so many frames have come. */
  received(count: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.frames.length >= count) resolve();
      else this.#waiting.push({ count, resolve });
    });
  }
}

/** A handler that answers each request with its own body. */
export function echo(): Probe {
  const probe = new Probe();
  probe.react = (link, { kind, correlation, body }) => send(link, kind | 0x80, correlation, body);
  return probe;
}

export function send(link: Link, kind: number, correlation: number, body: readonly number[] = []): void {
  link.begin(kind, correlation).bytes(Uint8Array.from(body));
  link.commit();
}

/** Time passes when the test says so. */
export class ManualTimers implements Timers {
  readonly #repeated = new Set<() => void>();

  get running(): number {
    return this.#repeated.size;
  }

  after(): Timer {
    throw new Error('the network needs no single timers');
  }

  every(_intervalMs: number, callback: () => void): Timer {
    this.#repeated.add(callback);
    return { cancel: () => this.#repeated.delete(callback) };
  }

  soon(callback: () => void): void {
    callback();
  }

  /** Let so many intervals pass. */
  tick(times = 1): void {
    for (let time = 0; time < times; time++) for (const callback of this.#repeated) callback();
  }
}

export class KeptLog implements Log {
  readonly lines: string[] = [];
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.#keep('debug', message, fields);
  }
  info(message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.#keep('info', message, fields);
  }
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.#keep('warn', message, fields);
  }
  error(message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.#keep('error', message, fields);
  }

  /** What somebody should look at. */
  get warnings(): string[] {
    return this.lines.filter((line) => line.startsWith('warn'));
  }

  #keep(level: string, message: string, fields: Readonly<Record<string, unknown>> | undefined): void {
    this.lines.push(`${level} ${message} ${fields?.['detail'] ?? ''}`);
  }
}

/** A network whose limits of time pass one per tick of `timers` second. */
export function testNetwork(
  limits: Partial<NetworkLimits> = {},
  detours?: ReadonlyMap<Address, Address>,
): { network: RealNetwork; timers: ManualTimers; log: KeptLog } {
  const timers = new ManualTimers();
  const log = new KeptLog();
  return {
    network: new RealNetwork(new EventLoopTurn(), { timers, log, limits, ...(detours === undefined ? {} : { detours }) }),
    timers,
    log,
  };
}
