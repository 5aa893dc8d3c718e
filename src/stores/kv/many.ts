/** Many requests of one kind: a window of them under way at once, the results in the order of the items. */
import { QuorateError } from '../../runtime/errors/index.ts';
import { aborted } from './errors.ts';
import { checkSignal } from './options.ts';
import type { Cancel, KvExecutor, KvRequest, ReplyOf } from './requests.ts';

/** Enough to keep every node's group commits full; few enough that one caller does not use up the client's limits. */
const WINDOW = 256;

export interface ManyOf<Item, Request extends KvRequest, Result> {
  readonly executor: KvExecutor;
  /** Drawn from as the window moves: it may be endless in memory, not in number. */
  readonly items: Iterable<Item>;
  readonly signal: AbortSignal | undefined;
  /** May throw: the whole call fails then. */
  readonly make: (item: Item) => Request;
  readonly take: (reply: ReplyOf<Request>) => Result;
}

/** The first failure rejects, and gives up waiting for the others. */
export function many<Item, Request extends KvRequest, Result>(calls: ManyOf<Item, Request, Result>): Promise<readonly Result[]> {
  return new Promise((resolve, reject) => {
    new Many(calls, resolve, reject).start();
  });
}

class Many<Item, Request extends KvRequest, Result> {
  readonly #calls: ManyOf<Item, Request, Result>;
  readonly #iterator: Iterator<Item>;
  readonly #resolve: (results: readonly Result[]) => void;
  readonly #reject: (error: unknown) => void;
  readonly #results: Result[] = [];
  readonly #cancels = new Map<number, Cancel>();
  /** Requests handed to the executor; also the next item's index. */
  #begun = 0;
  #open = 0;
  /** Some request so far changes data. */
  #changes = false;
  #exhausted = false;
  #settled = false;
  #filling = false;
  readonly #onAbort = (): void => {
    this.#end(aborted(this.#changes ? 'unknown' : 'not-applied', this.#calls.signal?.reason));
  };

  constructor(
    calls: ManyOf<Item, Request, Result>,
    resolve: (results: readonly Result[]) => void,
    reject: (error: unknown) => void,
  ) {
    this.#calls = calls;
    this.#iterator = calls.items[Symbol.iterator]();
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(): void {
    const { signal } = this.#calls;
    if (signal !== undefined) {
      checkSignal(signal);
      if (signal.aborted) {
        this.#onAbort();
        return;
      }
      signal.addEventListener('abort', this.#onAbort, { once: true });
    }
    this.#fill();
  }

  /** Not re-entered by answers that come before `execute` returns: the loop that is under way sees them. */
  #fill(): void {
    if (this.#filling) return;
    this.#filling = true;
    try {
      while (!this.#settled && !this.#exhausted && this.#open < WINDOW) {
        const next = this.#iterator.next();
        if (next.done === true) this.#exhausted = true;
        else this.#begin(next.value);
      }
    } catch (error) {
      // The caller's iterable threw, or an item was not acceptable.
      this.#fail(this.#begun, error);
    }
    this.#filling = false;
    if (this.#exhausted && this.#open === 0 && !this.#settled) {
      this.#release();
      this.#resolve(this.#results);
    }
  }

  #begin(item: Item): void {
    const { executor, make, take } = this.#calls;
    const request = make(item);
    const index = this.#begun;
    this.#begun += 1;
    this.#open += 1;
    if (request.kind === 'change') this.#changes = true;
    let answered = false;
    const cancel = executor.execute<Request>(request, {
      reply: (reply) => {
        answered = true;
        this.#onAnswer(index);
        try {
          this.#results[index] = take(reply);
        } catch (error) {
          this.#fail(index, error);
          return;
        }
        this.#fill();
      },
      fail: (error) => {
        answered = true;
        this.#onAnswer(index);
        this.#fail(index, error);
      },
    });
    if (answered) return;
    if (this.#settled) cancel();
    else this.#cancels.set(index, cancel);
  }

  #onAnswer(index: number): void {
    this.#cancels.delete(index);
    this.#open -= 1;
  }

  #fail(index: number, error: unknown): void {
    if (!(error instanceof QuorateError)) {
      this.#end(error);
      return;
    }
    const othersBegun = this.#begun > (index < this.#begun ? 1 : 0);
    // Of the call as a whole: others of its changes may have been applied.
    const outcome = this.#changes && othersBegun ? 'unknown' : error.outcome;
    this.#end(new QuorateError({ ...error.describe(), outcome, data: { ...error.data, index } }, { cause: error }));
  }

  #end(error: unknown): void {
    if (this.#settled) return;
    this.#release();
    for (const cancel of this.#cancels.values()) cancel();
    this.#cancels.clear();
    this.#reject(error);
    if (!this.#exhausted) this.#iterator.return?.();
  }

  #release(): void {
    this.#settled = true;
    this.#calls.signal?.removeEventListener('abort', this.#onAbort);
  }
}
