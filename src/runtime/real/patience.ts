import type { CloseReason } from '../world/index.ts';
import type { NetworkLimits } from './network-limits.ts';

/** What an open link looks like at a sweep. */
export interface LinkCondition {
  readonly waitingBytes: number;
  /** The output is what we wait for before we read on. */
  readonly isBlocked: boolean;
  /** Requests without a reply, if that is why nothing is read; else 0. */
  readonly stalledRequests: number;
  /** Whether we read at all: silence means nothing while we do not listen. */
  readonly reading: boolean;
}

/** The limits of time of one connection, counted in sweeps. */
export class Patience {
  readonly #limits: NetworkLimits;
  #silent = 0;
  #slow = 0;
  #stalled = 0;
  #inPhase = 0;

  constructor(limits: NetworkLimits) {
    this.#limits = limits;
  }

  /** A byte came in, or reading began again. */
  heard(): void {
    this.#silent = 0;
  }

  /** The connection has opened or closed. */
  nextPhase(): void {
    this.#inPhase = 0;
  }

  /** At a sweep while opening: why to give up, if it is time. */
  whileOpening(): CloseReason | undefined {
    this.#inPhase += 1;
    if (!this.#reached(this.#inPhase, this.#limits.handshakeMs)) return undefined;
    return { kind: 'unreachable', detail: `no hello within ${this.#limits.handshakeMs} ms` };
  }

  /** At a sweep after closing: whether the other side has had its time to take the last bytes. */
  lingeredEnough(): boolean {
    this.#inPhase += 1;
    return this.#reached(this.#inPhase, this.#limits.lingerMs);
  }

  /** At a sweep while open: why to close, or that a ping is due, or nothing. */
  whileOpen({ waitingBytes, isBlocked, stalledRequests, reading }: LinkCondition): CloseReason | 'ping' | undefined {
    const { slowBytes, slowMs, stalledMs, idleMs, keepAliveMs } = this.#limits;
    this.#slow = isBlocked || waitingBytes > slowBytes ? this.#slow + 1 : 0;
    this.#stalled = stalledRequests > 0 ? this.#stalled + 1 : 0;
    this.#silent += 1;
    if (this.#reached(this.#slow, slowMs)) {
      return {
        kind: 'slow',
        detail: `${waitingBytes} bytes wait for the other side: over ${slowBytes} for ${slowMs} ms`,
      };
    }
    if (this.#reached(this.#stalled, stalledMs)) {
      return { kind: 'slow', detail: `${stalledRequests} requests have had no reply for ${stalledMs} ms` };
    }
    if (reading && this.#reached(this.#silent, idleMs)) return { kind: 'idle', detail: `nothing was heard for ${idleMs} ms` };
    return this.#reached(this.#silent, keepAliveMs) ? 'ping' : undefined;
  }

  #reached(sweeps: number, limitMs: number): boolean {
    return sweeps > 0 && sweeps * this.#limits.sweepMs >= limitMs;
  }
}
