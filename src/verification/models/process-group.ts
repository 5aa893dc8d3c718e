/**
 * A model of a group of processes on an asynchronous network, made of their production handlers: "select a message, deliver it,
 * update the process state machine, the process can send new messages" (the notes).
 *
 * What may happen next, in any order: a message under way is delivered; one is lost, at most `lossesMaximum` times; a timer that is set
 * fires; a persist comes through, if the disk is slow; a process crashes and comes back with what it stored, at most
 * `crashesMaximum` times. Being down for a while needs no step of its own: to the others it is the same as messages that take
 * long. A message whose handler changes nothing and wants nothing stays in the network; so a process may leave one for later.
 */
import type { Effect, Process, ProcessId } from '../../protocols/process/index.ts';
import { processId } from '../../protocols/process/index.ts';
import type { Model, Property } from '../model-checker/index.ts';
import { copyOf, textOf } from '../plain-data/index.ts';
import { type Call, type ClientOperations, complete, forget, invoke, NO_OPERATIONS } from './client-operations.ts';

type AnyEffect<Message> = Effect<Message, string, unknown>;
export type GroupProcess<State, Message> = Process<State, Message, string, unknown>;

export interface Envelope<Message> {
  readonly from: ProcessId;
  readonly to: ProcessId;
  readonly message: Message;
  /** How many of the same are under way. */
  readonly copies: number;
}

interface Persist<Message> {
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
  /** Sorted, so that a network is the same whatever order it came about in. */
  readonly network: readonly Envelope<Message>[];
  readonly crashes: number;
  readonly losses: number;
  readonly operations: ClientOperations;
}

export type GroupAction<Message> =
  | { readonly kind: 'deliver'; readonly envelope: Envelope<Message> }
  | { readonly kind: 'lose'; readonly envelope: Envelope<Message> }
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
  /** How many copies of one message are under way at most: 1 makes resending by timers finite. */
  readonly copiesMaximum?: number;
  readonly withinBounds?: (state: GroupState<State, Message>) => boolean;
}

export function processGroup<State, Message extends { readonly kind: string }>(
  options: GroupOptions<State, Message>,
): Model<GroupState<State, Message>, GroupAction<Message>> {
  const { name, properties, withinBounds } = options;
  return {
    name,
    properties,
    initialStates: () => [initialState(options)],
    actions: (state) => possible(options, state),
    next: (state, action) => next(options, state, action),
    ...(withinBounds === undefined ? {} : { withinBounds }),
    describeAction,
    describeState: (state) => textOf(state),
  };
}

/** A state being made: only what changes is copied. */
interface Draft<State, Message> {
  readonly options: GroupOptions<State, Message>;
  readonly states: State[];
  readonly stored: unknown[];
  readonly persists: (readonly Persist<Message>[])[];
  readonly timers: (readonly string[])[];
  readonly network: Map<string, Envelope<Message>>;
  crashes: number;
  losses: number;
  operations: ClientOperations;
}

function initialState<State, Message>(options: GroupOptions<State, Message>): GroupState<State, Message> {
  const { processes } = options;
  const draft: Draft<State, Message> = {
    options,
    states: [],
    stored: processes.map(() => undefined),
    persists: processes.map(() => []),
    timers: processes.map(() => []),
    network: new Map(),
    crashes: 0,
    losses: 0,
    operations: NO_OPERATIONS,
  };
  processes.forEach((_process, place) => {
    start(draft, processId(place));
  });
  return finished(draft);
}

function possible<State, Message>(
  options: GroupOptions<State, Message>,
  state: GroupState<State, Message>,
): readonly GroupAction<Message>[] {
  const { crashesMaximum = 0, lossesMaximum = 0, mayCrash = () => true, processes } = options;
  const actions: GroupAction<Message>[] = [];
  for (const envelope of state.network) {
    if (envelope.to < processes.length) actions.push({ kind: 'deliver', envelope });
    if (state.losses < lossesMaximum) actions.push({ kind: 'lose', envelope });
  }
  processes.forEach((_process, place) => {
    const process = processId(place);
    for (const timer of state.timers[place] ?? []) actions.push({ kind: 'fire', process, timer });
    if ((state.persists[place]?.length ?? 0) > 0) actions.push({ kind: 'sync', process });
    if (state.crashes < crashesMaximum && mayCrash(process)) actions.push({ kind: 'crash', process });
  });
  return actions;
}

function next<State, Message>(
  options: GroupOptions<State, Message>,
  before: GroupState<State, Message>,
  action: GroupAction<Message>,
): GroupState<State, Message> | undefined {
  const draft = draftOf(options, before);
  if (action.kind === 'lose') {
    takeOne(draft, action.envelope);
    draft.losses++;
  } else if (action.kind === 'deliver') {
    if (!deliver(draft, action.envelope)) return undefined;
  } else if (action.kind === 'fire') {
    draft.timers[action.process] = (draft.timers[action.process] ?? []).filter((timer) => timer !== action.timer);
    handle(draft, action.process, (process, state, effects) => process.onTimer?.(state, action.process, action.timer, effects));
  } else if (action.kind === 'sync') sync(draft, action.process);
  else {
    draft.crashes++;
    draft.persists[action.process] = [];
    draft.timers[action.process] = [];
    start(draft, action.process);
  }
  return finished(draft);
}

function deliver<State, Message>(draft: Draft<State, Message>, envelope: Envelope<Message>): boolean {
  const { from, to, message } = envelope;
  takeOne(draft, envelope);
  const before = draft.states[to];
  const { clients } = draft.options;
  const result = clients?.result(message);
  // The response comes before what the client does next.
  const operations = result === undefined ? draft.operations : complete(draft.operations, to, result.value);
  const earlier = draft.operations;
  draft.operations = clients?.refused?.(message) === true ? forget(operations, to) : operations;
  const effects = handle(draft, to, (process, state, out) => process.onMessage(state, to, from, message, out));
  if (effects > 0 || textOf(before) !== textOf(draft.states[to])) return true;
  draft.operations = earlier;
  return false;
}

/** Run a handler on a copy of its state, and carry out its effects; how many there were. */
function handle<State, Message>(
  draft: Draft<State, Message>,
  id: ProcessId,
  handler: (process: GroupProcess<State, Message>, state: State, effects: AnyEffect<Message>[]) => void,
): number {
  const process = draft.options.processes[id];
  if (process === undefined) return 0;
  const state = copyOf(draft.states[id]) as State;
  const effects: AnyEffect<Message>[] = [];
  handler(process, state, effects);
  draft.states[id] = state;
  carryOut(draft, id, effects);
  return effects.length;
}

function start<State, Message>(draft: Draft<State, Message>, id: ProcessId): void {
  const effects: AnyEffect<Message>[] = [];
  const process = draft.options.processes[id];
  if (process === undefined) return;
  draft.states[id] = copyOf(process.start(id, copyOf(draft.stored[id]), effects));
  carryOut(draft, id, effects);
}

function carryOut<State, Message>(draft: Draft<State, Message>, id: ProcessId, effects: readonly AnyEffect<Message>[]): void {
  for (const effect of effects) {
    const timers = (draft.timers[id] ?? []).filter((timer) => !('timer' in effect) || timer !== effect.timer);
    if (effect.kind === 'set-timer') draft.timers[id] = [...timers, effect.timer].sort();
    else if (effect.kind === 'cancel-timer') draft.timers[id] = timers;
    else if (effect.kind === 'send') send(draft, id, effect.to, effect.message);
    else {
      draft.persists[id] = [...(draft.persists[id] ?? []), { stored: copyOf(effect.stored), released: copyOf(effect.then) }];
      if (draft.options.slowDisk !== true) sync(draft, id);
    }
  }
}

function sync<State, Message>(draft: Draft<State, Message>, id: ProcessId): void {
  const [persist, ...later] = draft.persists[id] ?? [];
  if (persist === undefined) return;
  draft.stored[id] = persist.stored;
  draft.persists[id] = later;
  carryOut(draft, id, persist.released);
}

function send<State, Message>(draft: Draft<State, Message>, from: ProcessId, to: ProcessId, message: Message): void {
  const { clients, copiesMaximum = Number.POSITIVE_INFINITY } = draft.options;
  const call = clients?.call(message);
  if (call !== undefined) draft.operations = invoke(draft.operations, from, call);
  const key = textOf([from, to, message]);
  const copies = draft.network.get(key)?.copies ?? 0;
  if (copies < copiesMaximum) draft.network.set(key, { from, to, message: copyOf(message), copies: copies + 1 });
}

function takeOne<State, Message>(draft: Draft<State, Message>, { from, to, message, copies }: Envelope<Message>): void {
  const key = textOf([from, to, message]);
  if (copies > 1) draft.network.set(key, { from, to, message, copies: copies - 1 });
  else draft.network.delete(key);
}

function draftOf<State, Message>(
  options: GroupOptions<State, Message>,
  state: GroupState<State, Message>,
): Draft<State, Message> {
  const { states, stored, persists, timers, network, crashes, losses, operations } = state;
  return {
    options,
    states: [...states],
    stored: [...stored],
    persists: [...persists],
    timers: [...timers],
    network: new Map(network.map((envelope) => [textOf([envelope.from, envelope.to, envelope.message]), envelope])),
    crashes,
    losses,
    operations,
  };
}

function finished<State, Message>(draft: Draft<State, Message>): GroupState<State, Message> {
  const { states, stored, persists, timers, network, crashes, losses, operations } = draft;
  const sorted = [...network].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, envelope]) => envelope);
  return { states, stored, persists, timers, network: sorted, crashes, losses, operations };
}

function describeAction<Message extends { readonly kind: string }>(action: GroupAction<Message>): string {
  if (action.kind === 'fire') return `process ${action.process}: timer ${action.timer}`;
  if (action.kind === 'sync') return `process ${action.process}: persist comes through`;
  if (action.kind === 'crash') return `process ${action.process}: crashes and starts again`;
  const { from, to, message } = action.envelope;
  const { kind, ...data } = message;
  const arrow = action.kind === 'lose' ? `${from} -> nowhere` : `${from} -> ${to}`;
  return `${arrow}: ${kind}${Object.keys(data).length > 0 ? ` ${textOf(data)}` : ''}`;
}
