/**
 * The membership history of this node: what is durable, and what is about to be.
 *
 * Invariant: nothing is told to anyone that is not durable here (or in the configuration). A decision that was told and then forgotten
 * could be made again under the same id, with another meaning.
 */
import { type Outlined, outlined, takeUp } from '../../../protocols/gossip/index.ts';
import { append, type Change, type Decision, type History } from '../../../protocols/membership/index.ts';
import type { NodeName } from '../../../protocols/ring/index.ts';
import type { QuorateError } from '../../../runtime/errors/index.ts';
import type { Engine, Log } from '../../../runtime/world/index.ts';
import { storageFailed } from '../errors.ts';
import { storeHistory } from './stored-history.ts';

/** Called once, when the decision is durable here; others hear of it in the next rounds. */
export type OnDecided = (error?: QuorateError) => void;

export class HistoryKeeper {
  readonly #author: NodeName;
  readonly #engine: Engine;
  readonly #log: Log;
  readonly #listeners: (() => void)[] = [];
  #known: Outlined;
  /** With what is being written. */
  #intended: Outlined;
  #waiting: OnDecided[] = [];
  #isWriting = false;

  constructor(author: NodeName, { engine, log }: { readonly engine: Engine; readonly log: Log }, initial: History) {
    this.#author = author;
    this.#engine = engine;
    this.#log = log;
    this.#known = outlined(initial);
    this.#intended = this.#known;
  }

  /** What may be told. */
  get known(): Outlined {
    return this.#known;
  }

  /** What the next decision is judged by. */
  get intended(): History {
    return this.#intended.history;
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** What another node has told. @throws MalformedBytes, QuorateError `history-too-long`; nothing is taken up then. */
  take(changes: readonly Change[]): void {
    const union = takeUp(this.#intended, changes);
    if (union === this.#intended) return;
    this.#intended = union;
    this.#write();
  }

  /** @throws QuorateError `history-too-long` */
  decide(decision: Decision, done: OnDecided): void {
    this.#intended = outlined(append(this.#intended.history, this.#author, decision), this.#intended);
    this.#waiting.push(done);
    this.#write();
  }

  #write(): void {
    if (this.#isWriting) return;
    this.#isWriting = true;
    const written = this.#intended;
    const decided = this.#waiting;
    this.#waiting = [];
    storeHistory(this.#engine, written.history, (failure) => {
      this.#isWriting = false;
      if (failure !== undefined) {
        this.#log.error('the membership history could not be stored', { error: failure.message });
        for (const done of decided) done(storageFailed(this.#author, failure.message, 'unknown'));
        return;
      }
      this.#known = written;
      for (const listener of this.#listeners) listener();
      for (const done of decided) done();
      if (this.#intended !== written) this.#write();
    });
  }
}
