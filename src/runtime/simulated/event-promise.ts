/**
 * A promise whose callbacks run in an event of the simulation and not in a microtask, which never comes while a simulation runs
 * synchronously. So `then` works in both kinds of run, dies with its process, and waits while the process is paused; `await`
 * works in an asynchronous run, as it does for every promise.
 *
 * Underneath is a native promise that is never settled: its state is kept here.
 */
import type { Owner } from './event-queue.ts';
import type { Scheduler } from './scheduler.ts';

type State<T> = { readonly value: T } | { readonly error: unknown };

export class EventPromise<T> extends Promise<T> {
  readonly #scheduler: Scheduler;
  readonly #owner: Owner;
  #state: State<T> | undefined;
  #waiting: ((state: State<T>) => void)[] = [];

  constructor(scheduler: Scheduler, owner: Owner) {
    super(() => undefined);
    this.#scheduler = scheduler;
    this.#owner = owner;
  }

  /** What `then` and its like return is an ordinary promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  /** Settled already: with what the action returns, or with what it throws. */
  static of<T>(scheduler: Scheduler, owner: Owner, action: () => T): EventPromise<T> {
    const promise = new EventPromise<T>(scheduler, owner);
    try {
      promise.fulfil(action());
    } catch (error) {
      promise.fail(error);
    }
    return promise;
  }

  fulfil(value: T): void {
    this.#settle({ value });
  }

  fail(error: unknown): void {
    this.#settle({ error });
  }

  // biome-ignore lint/suspicious/noThenProperty: this is a promise; its `then` is what has to differ.
  override then<Fulfilled = T, Rejected = never>(
    onFulfilled?: ((value: T) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    return new Promise((resolve, reject) => {
      this.#whenSettled((state) => {
        try {
          // A handler that was not given passes the outcome on.
          if ('error' in state) onRejected ? resolve(onRejected(state.error)) : reject(state.error);
          else resolve(onFulfilled ? onFulfilled(state.value) : (state.value as Fulfilled & T));
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  #settle(state: State<T>): void {
    if (this.#state !== undefined) return;
    this.#state = state;
    for (const callback of this.#waiting.splice(0)) this.#whenSettled(callback);
  }

  #whenSettled(callback: (state: State<T>) => void): void {
    const state = this.#state;
    if (state === undefined) this.#waiting.push(callback);
    else this.#scheduler.soon(this.#owner, () => callback(state));
  }
}
