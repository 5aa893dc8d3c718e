/**
 * What goes wrong, as data: a list of these is drawn from a seed before anything runs, so that a failing run can be saved, replayed
 * and made smaller. Each fault ends by itself (`forMs`), so that any of them can be left out without changing what the others mean.
 *
 * All times are whole milliseconds, `atMs` since the trouble began.
 */
import type { DiskFaults, PathFaults } from '../../../runtime/simulated/index.ts';

interface Timed {
  readonly atMs: number;
}

interface Lasting extends Timed {
  readonly forMs: number;
}

/** A process dies, with its machine or alone, and is started again on what its disk holds. */
export interface Crash extends Lasting {
  readonly kind: 'crash';
  readonly process: string;
  readonly powerLoss: boolean;
}

/** The lights go out: every process named loses its power at the same instant. */
export interface Blackout extends Lasting {
  readonly kind: 'blackout';
  readonly processes: readonly string[];
}

/** A long garbage collection, a stopped virtual machine. */
export interface Pause extends Lasting {
  readonly kind: 'pause';
  readonly process: string;
}

/** Groups that cannot reach each other. Processes in no group reach everybody. */
export interface Partition extends Lasting {
  readonly kind: 'partition';
  readonly groups: readonly (readonly string[])[];
}

/** Nothing gets from one process to another; the way back is open. */
export interface OneWay extends Lasting {
  readonly kind: 'one-way';
  readonly from: string;
  readonly to: string;
}

/** Every link between two processes breaks, and may be dialled anew at once. */
export interface BreakLinks extends Timed {
  readonly kind: 'break-links';
  readonly from: string;
  readonly to: string;
}

/** The whole network behaves like this. What is not named is as on a calm network. */
export interface Weather extends Lasting {
  readonly kind: 'weather';
  readonly faults: Partial<PathFaults>;
}

/** One way behaves like this, in one direction: a slow, narrow or lossy link. */
export interface BadLink extends Lasting {
  readonly kind: 'bad-link';
  readonly from: string;
  readonly to: string;
  readonly faults: Partial<PathFaults>;
}

/** A disk behaves like this: slow, full, failing. What is not named is as on a sound disk. */
export interface BadDisk extends Lasting {
  readonly kind: 'bad-disk';
  readonly process: string;
  readonly faults: Partial<DiskFaults>;
}

/** Bits of that many stored values flip. */
export interface BitFlips extends Timed {
  readonly kind: 'bit-flips';
  readonly process: string;
  readonly count: number;
}

/** The wall clock of a machine is set forward, or back when negative. */
export interface ClockJump extends Timed {
  readonly kind: 'clock-jump';
  readonly process: string;
  readonly byMs: number;
}

/** Both clocks of a machine run so many microseconds per million too fast, or too slow when negative. */
export interface ClockDrift extends Lasting {
  readonly kind: 'clock-drift';
  readonly process: string;
  readonly perMillion: number;
}

export type Fault =
  | BadDisk
  | BadLink
  | BitFlips
  | Blackout
  | BreakLinks
  | ClockDrift
  | ClockJump
  | Crash
  | OneWay
  | Partition
  | Pause
  | Weather;

export type FaultKind = Fault['kind'];

/** The processes that a fault needs: without all of them it means nothing. */
export function processesOf(fault: Fault): readonly string[] {
  switch (fault.kind) {
    case 'weather':
      return [];
    case 'blackout':
      return fault.processes;
    case 'partition':
      return fault.groups.flat();
    case 'one-way':
    case 'break-links':
    case 'bad-link':
      return [fault.from, fault.to];
    default:
      return [fault.process];
  }
}

/** When a fault is over; for one without duration, when it happens. */
export function endOf(fault: Fault): number {
  return 'forMs' in fault ? fault.atMs + fault.forMs : fault.atMs;
}
