/** An event threw what nobody caught: a defect in the code that ran, found by this seed. */
export class SimulatedDefect extends Error {
  /** The seed that leads here again. */
  readonly seed: bigint;
  /** The process whose code threw; `undefined` for the simulation's own events. */
  readonly process: string | undefined;
  /** Milliseconds since the simulation's start. */
  readonly timeMs: number;

  constructor(seed: bigint, process: string | undefined, timeMs: number, cause: unknown) {
    const who = process === undefined ? 'the driver of the simulation' : `process '${process}'`;
    const what = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    super(`${who} failed at ${timeMs} ms of seed ${seed}: ${what}`, { cause });
    this.name = 'SimulatedDefect';
    this.seed = seed;
    this.process = process;
    this.timeMs = timeMs;
  }
}
