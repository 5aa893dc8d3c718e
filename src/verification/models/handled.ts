/**
 * What the handlers of a group do, remembered: a handler is run once (twice, to see that it is deterministic) for each state of its
 * process and each event, however often the two come together in the search.
 */
import { type ProcessId, processId } from '../../protocols/process/index.ts';
import { changedItsArgument, nondeterministic } from '../model-checker/index.ts';
import { copyOf, fingerprintOf, firstDifference, textOf } from '../plain-data/index.ts';
import { type ClientOperations, complete, forget, invoke } from './client-operations.ts';
import type { AnyEffect, Envelope, GroupOptions, GroupProcess, Persist } from './group-options.ts';
import { Interner } from './interner.ts';

/** An effect with numbers for what it names. */
export type Prepared =
  | { readonly kind: 'send'; readonly envelope: number }
  | { readonly kind: 'set-timer' | 'cancel-timer'; readonly timer: string }
  | PreparedPersist;

export interface PreparedPersist {
  readonly kind: 'persist';
  /** A list of this one. */
  readonly persist: number;
  readonly stored: number;
  readonly released: readonly Prepared[];
}

/** What one run of a handler came to. */
export interface Handled {
  readonly state: number;
  readonly effects: readonly Prepared[];
  /** Nothing changed and nothing is wanted. */
  readonly isNothing: boolean;
}

type Run<State, Message> = (process: GroupProcess<State, Message>, state: State, effects: AnyEffect<Message>[]) => State;

export class HandledEvents<State, Message extends { readonly kind: string }> {
  readonly #options: GroupOptions<State, Message>;
  /** Per process, by the number of its state: what came of each event. */
  readonly #handled: Map<number | string, Handled>[][];
  readonly #firstPersists = new Map<number, { readonly effect: PreparedPersist; readonly rest: number }>();
  /** By the number of the operations before: what they are after a message of that number. */
  readonly #afterSend: Map<number, number>[] = [];
  readonly #afterReceipt: Map<number, number>[] = [];
  readonly states: readonly Interner<State>[];
  readonly stored = new Interner<unknown>();
  readonly persists = new Interner<readonly Persist<Message>[]>();
  readonly timers = new Interner<readonly string[]>();
  readonly envelopes = new Interner<Envelope<Message>>();
  readonly operations = new Interner<ClientOperations>();

  constructor(options: GroupOptions<State, Message>) {
    this.#options = options;
    this.#handled = options.processes.map(() => []);
    this.states = options.processes.map(() => new Interner<State>());
  }

  start(id: ProcessId, stored: number): Handled {
    const run: Run<State, Message> = (process, _state, effects) => process.start(id, copyOf(this.stored.dataOf(stored)), effects);
    return this.#run(id, undefined, () => `The start of process ${id}`, run);
  }

  message(state: number, envelope: number): Handled {
    const { from, to, message } = this.envelopes.dataOf(envelope);
    const before = this.#remembered(to, state);
    const known = before.get(envelope);
    if (known !== undefined) return known;
    const sent = fingerprintOf(message);
    const what = () => `Process ${to}, given ${textOf(message)} by ${from},`;
    const handled = this.#run(to, state, what, (process, own, effects) => {
      process.onMessage(own, to, from, message, effects);
      return own;
    });
    const { low, high } = fingerprintOf(message);
    if (low !== sent.low || high !== sent.high) {
      throw changedItsArgument(what(), { path: 'a map or set of the message', one: 'as it was sent', other: textOf(message) });
    }
    before.set(envelope, handled);
    return handled;
  }

  timer(id: ProcessId, state: number, timer: string): Handled {
    const before = this.#remembered(id, state);
    const known = before.get(timer);
    if (known !== undefined) return known;
    const handled = this.#run(
      id,
      state,
      () => `Process ${id}, at its timer '${timer}',`,
      (process, own, effects) => {
        process.onTimer?.(own, id, timer, effects);
        return own;
      },
    );
    before.set(timer, handled);
    return handled;
  }

  /** The oldest persist of a process, and its list without it. */
  firstPersist(id: ProcessId, list: number): { readonly effect: PreparedPersist; readonly rest: number } | undefined {
    const [first, ...rest] = this.persists.dataOf(list);
    if (first === undefined) return undefined;
    const known = this.#firstPersists.get(list * this.#handled.length + id);
    if (known !== undefined) return known;
    const effect = this.#preparedPersist(id, first.stored, first.released);
    const answer = { effect, rest: this.persists.numberOf(rest) };
    this.#firstPersists.set(list * this.#handled.length + id, answer);
    return answer;
  }

  withPersist(list: number, persist: number): number {
    return this.persists.numberOf([...this.persists.dataOf(list), ...this.persists.dataOf(persist)]);
  }

  withTimer(list: number, timer: string, isSet: boolean): number {
    const others = this.timers.dataOf(list).filter((other) => other !== timer);
    return this.timers.numberOf(isSet ? [...others, timer].sort() : others);
  }

  /** The operations of the clients after a message was sent. */
  operationsAfterSend(operations: number, envelope: number): number {
    if (this.#options.clients === undefined) return operations;
    return remembered(this.#afterSend, operations, envelope, () => {
      const { from, message } = this.envelopes.dataOf(envelope);
      const call = this.#options.clients?.call(message);
      return call === undefined ? operations : this.operations.numberOf(invoke(this.operations.dataOf(operations), from, call));
    });
  }

  /** The operations of the clients after a message was received. */
  operationsAfterReceipt(operations: number, envelope: number): number {
    if (this.#options.clients === undefined) return operations;
    return remembered(this.#afterReceipt, operations, envelope, () => {
      const { to, message } = this.envelopes.dataOf(envelope);
      const result = this.#options.clients?.result(message);
      const before = this.operations.dataOf(operations);
      const completed = result === undefined ? before : complete(before, to, result.value);
      return this.operations.numberOf(this.#options.clients?.refused?.(message) === true ? forget(completed, to) : completed);
    });
  }

  #remembered(id: ProcessId, state: number): Map<number | string, Handled> {
    const ofProcess = this.#handled[id];
    if (ofProcess === undefined) throw new RangeError(`there is no process ${id}`);
    let ofState = ofProcess[state];
    if (ofState === undefined) {
      ofState = new Map();
      ofProcess[state] = ofState;
    }
    return ofState;
  }

  #run(id: ProcessId, state: number | undefined, what: () => string, run: Run<State, Message>): Handled {
    const process = this.#options.processes[id];
    const interner = this.states[id];
    if (process === undefined || interner === undefined) throw new RangeError(`there is no process ${id}`);
    const once = () => {
      const effects: AnyEffect<Message>[] = [];
      const own = state === undefined ? undefined : copyOf(interner.dataOf(state));
      return { state: run(process, own as State, effects), effects };
    };
    const first = once();
    const number = interner.numberOf(first.state);
    // Prepared before the second run: a handler that keeps hold of its effects could still change them.
    const effects = first.effects.map((effect) => this.#prepared(id, effect));
    const again = once();
    if (!isEqual(first, again)) {
      throw nondeterministic(what(), firstDifference(first, again) ?? { path: '', one: 'one', other: 'another' });
    }
    return { state: number, effects, isNothing: effects.length === 0 && number === state };
  }

  #prepared(from: ProcessId, effect: AnyEffect<Message>): Prepared {
    if (effect.kind === 'send') {
      return { kind: 'send', envelope: this.envelopes.numberOf({ from, to: processId(effect.to), message: effect.message }) };
    }
    if (effect.kind === 'persist') return this.#preparedPersist(from, effect.stored, effect.then);
    return { kind: effect.kind, timer: effect.timer };
  }

  #preparedPersist(id: ProcessId, stored: unknown, released: readonly AnyEffect<Message>[]): PreparedPersist {
    return {
      kind: 'persist',
      persist: this.persists.numberOf([{ stored, released }]),
      stored: this.stored.numberOf(stored),
      released: released.map((effect) => this.#prepared(id, effect)),
    };
  }
}

function isEqual(one: unknown, other: unknown): boolean {
  const [first, second] = [fingerprintOf(one), fingerprintOf(other)];
  return first.low === second.low && first.high === second.high;
}

function remembered(memory: Map<number, number>[], operations: number, envelope: number, after: () => number): number {
  let ofOperations = memory[operations];
  if (ofOperations === undefined) {
    ofOperations = new Map();
    memory[operations] = ofOperations;
  }
  let number = ofOperations.get(envelope);
  if (number === undefined) {
    number = after();
    ofOperations.set(envelope, number);
  }
  return number;
}
