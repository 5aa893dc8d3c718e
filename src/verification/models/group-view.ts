/** How a group of processes is drawn: its steps as arrows between named processes, its states as tables of fields. */
import type { GroupView, Step } from '../model-checker/index.ts';
import { textOf } from '../plain-data/index.ts';
import type { ClientOperations } from './client-operations.ts';
import type { GroupAction, GroupState } from './group-options.ts';
import { shortMessage, shortText } from './short-text.ts';

/**
 * For the option `view` of `processGroup`.
 * @param names - of the processes, in their order; those that have none are called by their number.
 */
export function groupView<State, Message extends { readonly kind: string }>(
  names: readonly string[],
): GroupView<GroupState<State, Message>, GroupAction<Message>> {
  return {
    processes: names,
    stepOf,
    statesOf: (state) => names.map((_name, process) => fieldsOf(state, process)),
  };
}

/** `server 0`, `server 1`, `client 2`: kind after kind, with the number that each process has in messages and states. */
export function namesOf(...kinds: readonly (readonly [kind: string, count: number])[]): readonly string[] {
  return kinds.flatMap(([kind, count]) => new Array<string>(count).fill(kind)).map((kind, number) => `${kind} ${number}`);
}

function stepOf<Message extends { readonly kind: string }>(action: GroupAction<Message>): Step {
  if (action.kind === 'fire') return { kind: 'timer', process: action.process, text: action.timer };
  if (action.kind === 'sync') return { kind: 'persisted', process: action.process, text: 'persist comes through' };
  if (action.kind === 'crash') return { kind: 'crashed', process: action.process, text: 'crashes and starts again' };
  const { from, to, message } = action.envelope;
  if (action.kind === 'duplicate')
    return { kind: 'internal', process: from, text: `${shortMessage(message)} is under way once more` };
  return { kind: action.kind === 'deliver' ? 'delivered' : 'lost', from, to, text: shortMessage(message) };
}

function fieldsOf<State, Message>(state: GroupState<State, Message>, process: number): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  flatten(state.states[process], '', fields);
  const operations = operationsOf(state.operations, process);
  if (operations !== undefined) fields.set('operations', operations);
  const timers = state.timers[process] ?? [];
  if (timers.length > 0) fields.set('timers', timers.join(', '));
  const stored = state.stored[process];
  if (stored !== undefined) fields.set('stored', isAllIn(stored, state.states[process]) ? 'the same' : shortText(stored));
  const persists = state.persists[process] ?? [];
  if (persists.length > 0) fields.set('on its way to the disk', persists.map((one) => shortText(one.stored)).join(', then '));
  return fields;
}

/** Two levels: the parts of a process and their fields. What has a kind, and numbers of processes, are read better in one piece. */
function flatten(value: unknown, prefix: string, into: Map<string, string>): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    if (prefix === '' && isPart(inner)) flatten(inner, `${name}.`, into);
    else into.set(`${prefix}${name}`, shortText(inner));
  }
}

function isPart(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return false;
  return !('kind' in value) && !('process' in value);
}

/** Whether each field of what is stored is found unchanged in the state or in one of its parts. */
function isAllIn(stored: unknown, state: unknown): boolean {
  if (typeof stored !== 'object' || stored === null || typeof state !== 'object' || state === null) return false;
  const places = [state, ...Object.values(state).filter(isPart)];
  return Object.entries(stored).every(([name, value]) =>
    places.some((place) => Object.hasOwn(place, name) && textOf(Reflect.get(place, name)) === textOf(value)),
  );
}

/** What a client did and saw, in its order. */
function operationsOf({ completed, begun }: ClientOperations, process: number): string | undefined {
  const words: string[] = [];
  for (const [client, operations] of completed) {
    if (client !== process) continue;
    for (const { call, result } of operations) {
      words.push(
        call.kind === 'write' ? `wrote ${shortText(call.value)}` : `read ${result === undefined ? 'nothing' : shortText(result)}`,
      );
    }
  }
  for (const [client, { call }] of begun) {
    if (client === process) words.push(call.kind === 'write' ? `writing ${shortText(call.value)}` : 'reading');
  }
  return words.length === 0 ? undefined : words.join(', ');
}
