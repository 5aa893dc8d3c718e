/**
 * The end of an event-loop turn, shared by all who batch: callbacks first, then the output of every link that has some. Because
 * the flushes come last, frames committed by the callbacks still leave in the same turn.
 *
 * The end is the check phase (`setImmediate`), after all sockets that were readable have been handled: a request that came in on
 * one link and caused frames on three others costs one system call for each link, however many requests came in.
 *
 * With many requests under way output is held for a moment more. At middle load a turn brings two or three frames, and the system
 * calls, here and where they arrive, are the greater part of what a request costs: waiting until more have gathered, or a
 * millisecond is over, halved it (docs/decisions/0068). With few under way somebody waits for just this frame: it leaves at once.
 * So do network cards moderate their interrupts (Mogul and Ramakrishnan, "Eliminating Receive Livelock in an Interrupt-Driven
 * Kernel", 1997).
 */
export interface Flushable {
  flush(): void;
}

/** With so many requests under way, and not fewer, output is gathered. */
const MANY_REQUESTS = 16;
/** So many frames are worth a turn's end. */
const ENOUGH_FRAMES = 32;
/** From one end to the next, when fewer have gathered. */
const GATHERING_MS = 1;

export class EventLoopTurn {
  #callbacks: (() => void)[] = [];
  #flushables: Flushable[] = [];
  #scheduled = false;
  /** While output is being gathered. */
  #gathering: NodeJS.Timeout | undefined;
  #frames = 0;
  #requests = 0;
  #endedAt = 0;
  readonly #end = () => this.#run();

  /** Call at the end of this turn; asked for while the end is being run, at the end of the next. */
  soon(callback: () => void): void {
    this.#callbacks.push(callback);
    this.#endNow();
  }

  /** Flush at the end of this turn, or a little later, behind all callbacks. The caller asks once per turn. */
  flushAtEnd(flushable: Flushable): void {
    this.#flushables.push(flushable);
    if (this.#scheduled || this.#gathering !== undefined) return;
    if (this.#requests < MANY_REQUESTS || performance.now() - this.#endedAt >= GATHERING_MS) this.#endNow();
    else this.#gathering = setTimeout(this.#end, GATHERING_MS);
  }

  /** A frame waits for a flush. On the hot path. */
  gathered(): void {
    this.#frames++;
    if (this.#frames >= ENOUGH_FRAMES && this.#gathering !== undefined) this.#endNow();
  }

  /** A request came in. On the hot path. */
  requestCame(): void {
    this.#requests++;
  }

  /** That many requests have been answered, or will not be. */
  requestsLeft(count: number): void {
    this.#requests -= count;
  }

  #endNow(): void {
    if (this.#gathering !== undefined) clearTimeout(this.#gathering);
    this.#gathering = undefined;
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#end);
  }

  #run(): void {
    this.#scheduled = false;
    this.#gathering = undefined;
    this.#frames = 0;
    if (this.#callbacks.length > 0) {
      const callbacks = this.#callbacks;
      this.#callbacks = [];
      for (const callback of callbacks) callback();
    }
    if (this.#flushables.length > 0) {
      const flushables = this.#flushables;
      this.#flushables = [];
      for (const flushable of flushables) flushable.flush();
    }
    this.#endedAt = performance.now();
  }
}
