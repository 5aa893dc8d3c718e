/**
 * Lamport's logical clock: numbers for events such that whatever may have caused an event has a smaller one.
 *
 * Intuition: a process counts its events, and on meeting a message from its future it jumps there. The numbers need not agree
 * with each other or with any wall clock, and unrelated processes never have to synchronise.
 *
 * Source: Lamport, "Time, Clocks, and the Ordering of Events in a Distributed System" (1978): rules IR1 and IR2.
 *
 * Invariant (the clock condition): if a happened before b, then time(a) < time(b). The converse does not hold: a smaller number
 * does not mean "before"; for that there are vector clocks.
 */
import { invariant } from '../../runtime/errors/index.ts';

/** The time of an event: 1 .. {@link LAMPORT_TIME_MAXIMUM}. 0 is before all events. */
export type LamportTime = number;

/** 48 bits, the width of its encodings. A million events a second use it up in nine years. */
export const LAMPORT_TIME_MAXIMUM = 0xffff_ffff_ffff;

/** One process's clock. */
export interface LamportClock {
  /** Time of the latest event. */
  time: LamportTime;
}

/** `latest`: where a restarted process left off. */
export function lamportClock(latest: LamportTime = 0): LamportClock {
  return { time: latest };
}

/** An event of one's own, or the sending of a message, which then carries the returned time. */
export function tick(clock: LamportClock): LamportTime {
  return advance(clock, clock.time);
}

/** The arrival of a message that carries `sent`: an event later than the sending and than all events here. */
export function receive(clock: LamportClock, sent: LamportTime): LamportTime {
  return advance(clock, Math.max(clock.time, sent));
}

function advance(clock: LamportClock, past: LamportTime): LamportTime {
  invariant(past < LAMPORT_TIME_MAXIMUM, `Lamport time ${past} has a successor`);
  clock.time = past + 1;
  return clock.time;
}

/** An event's place in the total order. */
export interface LamportStamp {
  readonly time: LamportTime;
  /** Where it happened. */
  readonly process: string;
}

/** A total order of all events that agrees with "happened before": by time, then by process. Negative, zero or positive. */
export function compareStamps(a: LamportStamp, b: LamportStamp): number {
  if (a.time !== b.time) return a.time - b.time;
  if (a.process === b.process) return 0;
  return a.process < b.process ? -1 : 1;
}
