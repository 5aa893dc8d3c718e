/** A run of a model as rows: what each step was, when its message was sent, what it changed and what it sent. */
import type { GroupView, Model, Step, Trace } from '../model-checker/index.ts';

export type Fields = ReadonlyMap<string, string>;

export interface Message {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  /** After how many steps it was under way; 0: from the beginning. Unknown if the model never had it among its actions. */
  readonly sentAt: number | undefined;
}

export interface Change {
  readonly process: number;
  readonly field: string;
  /** Undefined: there was no such field. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

export interface SequenceRow {
  /** From 1. */
  readonly number: number;
  readonly step: Step;
  /** Whose step it is: who receives, or would have. */
  readonly process: number;
  readonly sentAt: number | undefined;
  readonly changes: readonly Change[];
  readonly sends: readonly Message[];
}

export interface Sequence {
  readonly processes: readonly string[];
  /** What was under way in the beginning. */
  readonly sendsAtStart: readonly Message[];
  readonly rows: readonly SequenceRow[];
  /** Per number of steps done, per process. */
  readonly states: readonly (readonly Fields[])[];
  /** Messages that nobody has received at the end. */
  readonly underWay: readonly Message[];
  readonly loopsTo: number | undefined;
}

/** When a message was sent is seen from the first state since which it could always have been delivered. */
export function sequenceOf<State, Action>(model: Model<State, Action>, trace: Trace<State, Action>): Sequence {
  const view = model.group ?? viewWithoutProcesses(model);
  const states = [view.statesOf(trace.initial), ...trace.steps.map(({ state }) => view.statesOf(state))];
  let underWay = messagesIn(model, view, trace.initial, 0, new Map());
  const sendsAtStart = [...underWay.values()];
  const received = new Set<string>();
  const rows = trace.steps.map(({ action, state }, place): SequenceRow => {
    const step = view.stepOf(action);
    const number = place + 1;
    const known = new Map(underWay);
    const message = 'from' in step ? known.get(keyOf(step)) : undefined;
    if ('from' in step) {
      received.add(keyOf(step));
      // Who sends to itself what it has just received has sent it anew.
      if (step.from === step.to) known.delete(keyOf(step));
    }
    underWay = messagesIn(model, view, state, number, known);
    return {
      number,
      step,
      process: 'from' in step ? step.to : step.process,
      sentAt: message?.sentAt,
      changes: changesBetween(states[place] ?? [], states[number] ?? []),
      sends: [...underWay.values()].filter(({ sentAt }) => sentAt === number),
    };
  });
  const last = trace.steps.at(-1)?.state ?? trace.initial;
  const waits = (key: string) => !received.has(key) || canBeReceived(model, view, last, key);
  return {
    processes: view.processes,
    sendsAtStart,
    rows,
    states,
    underWay: [...underWay].flatMap(([key, message]) => (waits(key) ? [message] : [])),
    loopsTo: trace.loopsTo,
  };
}

/** `server 0 -> server 2: promise ...`, or `server 0: timer retry`. */
export function describeStep({ processes }: Pick<Sequence, 'processes'>, step: Step, arrow = '->'): string {
  if (!('from' in step)) {
    const what = step.kind === 'timer' ? `timer ${step.text}` : step.text;
    return `${nameOf(processes, step.process)}: ${what}`;
  }
  const lost = step.kind === 'lost' ? ' (lost)' : '';
  return `${nameOf(processes, step.from)} ${arrow} ${nameOf(processes, step.to)}${lost}: ${step.text}`;
}

/** In a word or two, where there is no room. */
export function markOf(step: Extract<Step, { readonly process: number }>): string {
  if (step.kind === 'crashed') return 'crash';
  return step.kind === 'persisted' ? 'on disk' : step.text;
}

export function nameOf(processes: readonly string[], process: number): string {
  return processes[process] ?? `process ${process}`;
}

function viewWithoutProcesses<State, Action>(model: Model<State, Action>): GroupView<State, Action> {
  return {
    processes: ['the model'],
    stepOf: (action) => ({ kind: 'internal', process: 0, text: model.describeAction(action) }),
    statesOf: (state) => [new Map([['state', model.describeState(state)]])],
  };
}

function keyOf({ from, to, text }: Pick<Message, 'from' | 'to' | 'text'>): string {
  return `${from} ${to} ${text}`;
}

/** Those that can be delivered or lost, with the time since when. */
function messagesIn<State, Action>(
  model: Model<State, Action>,
  view: GroupView<State, Action>,
  state: State,
  now: number,
  before: ReadonlyMap<string, Message>,
): Map<string, Message> {
  const messages = new Map<string, Message>();
  for (const action of model.actions(state)) {
    const step = view.stepOf(action);
    if (!('from' in step)) continue;
    const { from, to, text } = step;
    messages.set(keyOf(step), before.get(keyOf(step)) ?? { from, to, text, sentAt: now });
  }
  return messages;
}

function canBeReceived<State, Action>(
  model: Model<State, Action>,
  view: GroupView<State, Action>,
  state: State,
  key: string,
): boolean {
  return model.actions(state).some((action) => {
    const step = view.stepOf(action);
    return step.kind === 'delivered' && keyOf(step) === key && model.next(state, action) !== undefined;
  });
}

function changesBetween(before: readonly Fields[], after: readonly Fields[]): readonly Change[] {
  return after.flatMap((fields, process) => {
    const old: Fields = before[process] ?? new Map();
    const names = new Set([...old.keys(), ...fields.keys()]);
    return [...names].flatMap((field) =>
      old.get(field) === fields.get(field) ? [] : [{ process, field, before: old.get(field), after: fields.get(field) }],
    );
  });
}
