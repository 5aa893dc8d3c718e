/**
 * The end of an event-loop turn, shared by all who batch: callbacks first, then the output of every link that has some. Because
 * the flushes come last, frames committed by the callbacks still leave in the same turn.
 *
 * The end is the check phase (`setImmediate`), after all sockets that were readable have been handled: a request that came in on
 * one link and caused frames on three others costs one system call for each link, however many requests came in.
 */
export interface Flushable {
  flush(): void;
}

export class EventLoopTurn {
  #callbacks: (() => void)[] = [];
  #flushables: Flushable[] = [];
  #scheduled = false;
  readonly #end = () => this.#run();

  /** Call at the end of this turn; asked for while the end is being run, at the end of the next. */
  soon(callback: () => void): void {
    this.#callbacks.push(callback);
    this.#schedule();
  }

  /** Flush at the end of this turn, behind all callbacks. The caller asks once per turn. */
  flushAtEnd(flushable: Flushable): void {
    this.#flushables.push(flushable);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#end);
  }

  #run(): void {
    this.#scheduled = false;
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
  }
}
