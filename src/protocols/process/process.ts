/**
 * The shape of a protocol: what one process of it is, apart from any network, clock or disk.
 *
 * "Select a message, deliver it, update the process state machine, the process can send new messages" (the notes). The handlers
 * are plain functions that change the state they are given, and nothing else, and put down what shall happen in the world as
 * data. So the same functions run on real sockets, in the simulated world and under the model checker.
 *
 * What a handler must keep to:
 * - the state is plain data: numbers, strings, booleans, undefined, arrays, objects, maps, sets, byte arrays; no functions, no
 *   class with hidden fields. Anyone can copy it, encode it and compare it;
 * - a message, once sent, is never changed;
 * - the same state and the same event give the same new state and the same effects.
 */

/** A process of one group. Numbers, so that a permutation of the processes (symmetry) is a permutation of numbers. */
export type ProcessId = number & { readonly brand: 'ProcessId' };

export function processId(number: number): ProcessId {
  return number as ProcessId;
}

/** What a process wants of the world. `Stored` is what it keeps through a crash, `Timer` the names of its timers. */
export type Effect<Message, Timer = never, Stored = never> =
  | { readonly kind: 'send'; readonly to: ProcessId; readonly message: Message }
  /** Replace what is stored, durably; only then let `then` happen. A crash before that may leave the old or the new. */
  | { readonly kind: 'persist'; readonly stored: Stored; readonly then: readonly Effect<Message, Timer, Stored>[] }
  /** (Re)start a timer. How long it takes is the runner's business: under the checker it may fire at any moment. */
  | { readonly kind: 'set-timer'; readonly timer: Timer }
  | { readonly kind: 'cancel-timer'; readonly timer: Timer };

/** Where handlers put their effects, in order. */
export type Effects<Message, Timer = never, Stored = never> = Effect<Message, Timer, Stored>[];

/** One kind of process. `self` is who the process is; what else it needs to know is in its state or captured at its making. */
export interface Process<State, Message, Timer = never, Stored = never> {
  /** @param stored - what the last incarnation persisted; undefined at the very first start. */
  start(self: ProcessId, stored: Stored | undefined, effects: Effects<Message, Timer, Stored>): State;
  onMessage(state: State, self: ProcessId, from: ProcessId, message: Message, effects: Effects<Message, Timer, Stored>): void;
  onTimer?(state: State, self: ProcessId, timer: Timer, effects: Effects<Message, Timer, Stored>): void;
}
