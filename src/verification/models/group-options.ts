/** What a group of processes under the checker is, and what its states and actions are to those who look at them. */
import type { Effect, Process, ProcessId } from '../../protocols/process/index.ts';
import type { GroupView, Property } from '../model-checker/index.ts';
import type { Call, ClientOperations } from './client-operations.ts';

export type AnyEffect<Message> = Effect<Message, string, unknown>;
export type GroupProcess<State, Message> = Process<State, Message, string, unknown>;

export interface Envelope<Message> {
  readonly from: ProcessId;
  readonly to: ProcessId;
  readonly message: Message;
}

export interface UnderWay<Message> extends Envelope<Message> {
  /** How many of the same are under way. */
  readonly copies: number;
}

export interface Persist<Message> {
  readonly stored: unknown;
  readonly released: readonly AnyEffect<Message>[];
}

export interface GroupState<State, Message> {
  readonly states: readonly State[];
  readonly stored: readonly unknown[];
  /** Per process, oldest first. */
  readonly persists: readonly (readonly Persist<Message>[])[];
  /** Per process, sorted. */
  readonly timers: readonly (readonly string[])[];
  /** In no particular order. */
  readonly network: readonly UnderWay<Message>[];
  readonly crashes: number;
  readonly losses: number;
  readonly duplicates: number;
  readonly operations: ClientOperations;
}

export type GroupAction<Message> =
  | { readonly kind: 'deliver'; readonly envelope: Envelope<Message> }
  | { readonly kind: 'lose' | 'duplicate'; readonly envelope: Envelope<Message> }
  | { readonly kind: 'fire'; readonly process: ProcessId; readonly timer: string }
  | { readonly kind: 'sync'; readonly process: ProcessId }
  | { readonly kind: 'crash'; readonly process: ProcessId };

/** What a message means to the client that sends or receives it. */
export interface ClientView<Message> {
  call(message: Message): Call | undefined;
  result(message: Message): { readonly value: string | undefined } | undefined;
  /** That the call did not happen, and never will. */
  refused?(message: Message): boolean;
}

/** Processes that could change places without anybody noticing. */
export interface GroupSymmetry {
  readonly alike: readonly ProcessId[];
  /** A state, a message or what is stored, with other names for the processes in it; lists of processes in a fixed order. */
  renamed(data: unknown, rename: (id: ProcessId) => ProcessId): unknown;
}

export interface GroupOptions<State, Message> {
  readonly name: string;
  /** Process i is the i-th. */
  readonly processes: readonly GroupProcess<State, Message>[];
  readonly clients?: ClientView<Message>;
  readonly properties: readonly Property<GroupState<State, Message>>[];
  /** Whether a crash can come before a persist. */
  readonly slowDisk?: boolean;
  /** Who may crash, and how often altogether. */
  readonly mayCrash?: (process: ProcessId) => boolean;
  readonly crashesMaximum?: number;
  readonly lossesMaximum?: number;
  readonly duplicatesMaximum?: number;
  /** Which messages may be doubled; without it any. */
  readonly mayDuplicate?: (envelope: Envelope<Message>) => boolean;
  /** How many copies of one message are under way at most: 1 makes resending by timers finite. */
  readonly copiesMaximum?: number;
  readonly withinBounds?: (state: GroupState<State, Message>) => boolean;
  /** Only for groups whose clients are processes like any other: the operations of `clients` know nothing of it. */
  readonly symmetry?: GroupSymmetry;
  readonly view?: GroupView<GroupState<State, Message>, GroupAction<Message>>;
}
