/**
 * The world as the upper floors see it. There are two: `runtime/real` on Node's clock, sockets and files, and
 * `runtime/simulated`, where time, order of messages, loss, crashes and disk faults all come from one seed.
 * Nothing above the runtime floor may reach the outside in any other way.
 */
import type { Engine } from './engine.ts';
import type { Network } from './network.ts';

/** Milliseconds on a monotonic clock; only differences mean something. May have a fraction. */
export type Instant = number;

export interface Clock {
  /** Monotonic time. */
  now(): Instant;
  /** Milliseconds since 1970 on the wall clock, which may jump: only for people and for the `latest` policy, never for order. */
  wallTime(): number;
}

export interface Timer {
  /** No effect if it already fired. */
  cancel(): void;
}

export interface Timers {
  /** Call once, no earlier than `delayMs` from now. */
  after(delayMs: number, callback: () => void): Timer;
  /** Call again and again, `intervalMs` apart. */
  every(intervalMs: number, callback: () => void): Timer;
  /** Call once the events at hand (a batch of frames, say) have been handled: where batches are flushed. */
  soon(callback: () => void): void;
}

export interface Random {
  /** Uniform in 0 .. 2^32 - 1. */
  uint32(): number;
  /** Uniform integer in 0 .. bound - 1. @throws RangeError unless 1 <= bound <= 2^32. */
  below(bound: number): number;
  /** An unguessable (in the real world), seed-determined (in the simulated world) run of bytes. */
  bytes(length: number): Uint8Array;
}

/** One structured log line goes out per call; `fields` are plain data. */
export interface Log {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** What every process has, also a client: no disk. */
export interface World {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly network: Network;
  readonly log: Log;
}

/** A world with a disk: what a node runs in. */
export interface NodeWorld extends World {
  /** The node's storage, opened and locked by this process alone. */
  readonly engine: Engine;
}
