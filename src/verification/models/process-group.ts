/**
 * A model of a group of processes on an asynchronous network, made of their production handlers: "select a message, deliver it,
 * update the process state machine, the process can send new messages" (the notes).
 *
 * What may happen next, in any order: a message under way is delivered; one is lost, at most `lossesMaximum` times, or doubled, at most `duplicatesMaximum` times; a timer that is set
 * fires; a persist comes through, if the disk is slow; a process crashes and comes back with what it stored, at most
 * `crashesMaximum` times. Being down for a while needs no step of its own: to the others it is the same as messages that take
 * long. A message whose handler changes nothing and wants nothing stays in the network; so a process may leave one for later.
 *
 * On an infinite run that counts, a message that is under way for ever is delivered, a timer that is set for ever fires, and a persist
 * comes through (weak fairness); nobody is owed a crash, a loss or a duplicate.
 */
import { type ProcessId, processId } from '../../protocols/process/index.ts';
import type { Model } from '../model-checker/index.ts';
import { textOf } from '../plain-data/index.ts';
import { NO_OPERATIONS } from './client-operations.ts';
import type { GroupAction, GroupOptions, GroupState } from './group-options.ts';
import { Representatives } from './group-symmetry.ts';
import { HandledEvents, type Prepared } from './handled.ts';
import { type Dictionary, Layout, PackedGroup, type PackedParts } from './packed-group.ts';

export type { ClientView, GroupAction, GroupOptions, GroupProcess, GroupState } from './group-options.ts';

export function processGroup<State, Message extends { readonly kind: string }>(
  options: GroupOptions<State, Message>,
): Model<GroupState<State, Message>, GroupAction<Message>> {
  const group = new Group(options);
  const { name, properties, withinBounds, view, symmetry } = options;
  const representatives = symmetry === undefined ? undefined : new Representatives(symmetry, group.dictionary);
  const packed = (state: GroupState<State, Message>): PackedGroup<State, Message> => {
    if (state instanceof PackedGroup) return state;
    throw new TypeError('a state of a group can only come from its model');
  };
  return {
    name,
    properties,
    initialStates: () => [group.initial()],
    actions: (state) => group.actions(packed(state)),
    next: (state, action) => group.next(packed(state), action),
    fingerprint: (state, into) => packed(state).fingerprint(into),
    transport: {
      pack: (state) => packed(state).pack(),
      // What another thread of the same program has packed.
      unpack: (parts) => PackedGroup.unpack(parts as PackedParts<State, Message>, group.dictionary),
    },
    fairness: { weak: (action) => (OWED.has(action.kind) ? group.describe(action) : undefined) },
    ...(representatives === undefined ? {} : { representative: (state) => representatives.of(packed(state)) }),
    ...(withinBounds === undefined ? {} : { withinBounds }),
    ...(view === undefined ? {} : { group: view }),
    describeAction: (action) => group.describe(action),
    describeState: (state) => textOf(packed(state).plain()),
  };
}

const OWED: ReadonlySet<GroupAction<never>['kind']> = new Set(['deliver', 'fire', 'sync']);

type Deliverable<Message> = Extract<GroupAction<Message>, { readonly envelope: unknown }>;

class Group<State, Message extends { readonly kind: string }> {
  readonly #options: GroupOptions<State, Message>;
  readonly #handled: HandledEvents<State, Message>;
  readonly #layout: Layout;
  readonly dictionary: Dictionary<State, Message>;
  /** By the number of the envelope. */
  readonly #deliveries: (Deliverable<Message> | undefined)[] = [];
  readonly #losses: (Deliverable<Message> | undefined)[] = [];
  readonly #duplicates: (Deliverable<Message> | undefined)[] = [];
  readonly #numbers = new WeakMap<Deliverable<Message>['envelope'], number>();
  readonly #descriptions = new WeakMap<GroupAction<Message>, string>();

  constructor(options: GroupOptions<State, Message>) {
    this.#options = options;
    this.#handled = new HandledEvents(options);
    this.#layout = new Layout(options.processes.length);
    this.dictionary = { layout: this.#layout, handled: this.#handled };
  }

  initial(): PackedGroup<State, Message> {
    const { layout, handled } = this.dictionary;
    const words: number[] = new Array(layout.network).fill(0);
    const nothing = { stored: handled.stored.numberOf(undefined), persists: handled.persists.numberOf([]) };
    const timers = handled.timers.numberOf([]);
    for (let process = 0; process < layout.processes; process++) {
      words[layout.stored(process)] = nothing.stored;
      words[layout.persists(process)] = nothing.persists;
      words[layout.timers(process)] = timers;
    }
    words[layout.operations] = handled.operations.numberOf(NO_OPERATIONS);
    for (let process = 0; process < layout.processes; process++) this.#start(words, processId(process));
    return new PackedGroup(words, this.dictionary);
  }

  actions(state: PackedGroup<State, Message>): readonly GroupAction<Message>[] {
    const {
      crashesMaximum = 0,
      lossesMaximum = 0,
      duplicatesMaximum = 0,
      mayDuplicate = () => true,
      mayCrash = () => true,
    } = this.#options;
    const layout = this.#layout;
    const actions: GroupAction<Message>[] = [];
    for (let place = layout.network; place < state.words.length; place += 2) {
      const envelope = state.at(place);
      const delivery = this.#ofEnvelope('deliver', this.#deliveries, envelope);
      if (delivery.envelope.to < layout.processes) actions.push(delivery);
      if (state.losses < lossesMaximum) actions.push(this.#ofEnvelope('lose', this.#losses, envelope));
      if (state.duplicates < duplicatesMaximum && mayDuplicate(delivery.envelope))
        actions.push(this.#ofEnvelope('duplicate', this.#duplicates, envelope));
    }
    for (let number = 0; number < layout.processes; number++) {
      const process = processId(number);
      for (const timer of this.#handled.timers.dataOf(state.at(layout.timers(number))))
        actions.push({ kind: 'fire', process, timer });
      if (this.#handled.persists.dataOf(state.at(layout.persists(number))).length > 0) actions.push({ kind: 'sync', process });
      if (state.at(layout.crashes) < crashesMaximum && mayCrash(process)) actions.push({ kind: 'crash', process });
    }
    return actions;
  }

  next(state: PackedGroup<State, Message>, action: GroupAction<Message>): PackedGroup<State, Message> | undefined {
    const words = action.kind === 'deliver' ? this.#deliver(state, action) : state.words.slice();
    if (words === undefined) return undefined;
    const layout = this.#layout;
    if (action.kind === 'lose') {
      takeOne(words, layout, this.#numberOf(action.envelope));
      add(words, layout.losses, 1);
    } else if (action.kind === 'duplicate') {
      if (!this.#addOne(words, this.#numberOf(action.envelope))) return undefined;
      add(words, layout.duplicates, 1);
    } else if (action.kind === 'fire') this.#fire(words, action.process, action.timer);
    else if (action.kind === 'sync') this.#sync(words, action.process);
    else if (action.kind === 'crash') {
      add(words, layout.crashes, 1);
      words[layout.persists(action.process)] = this.#handled.persists.numberOf([]);
      words[layout.timers(action.process)] = this.#handled.timers.numberOf([]);
      this.#start(words, action.process);
    }
    return new PackedGroup(words, this.dictionary);
  }

  describe(action: GroupAction<Message>): string {
    let text = this.#descriptions.get(action);
    if (text === undefined) {
      text = describeAction(action);
      this.#descriptions.set(action, text);
    }
    return text;
  }

  #deliver(before: PackedGroup<State, Message>, { envelope }: Deliverable<Message>): number[] | undefined {
    const layout = this.#layout;
    const number = this.#numberOf(envelope);
    const handled = this.#handled.message(before.at(layout.state(envelope.to)), number);
    if (handled.isNothing) return undefined;
    const words = before.words.slice();
    takeOne(words, layout, number);
    // The response comes before what the client does next.
    words[layout.operations] = this.#handled.operationsAfterReceipt(before.at(layout.operations), number);
    words[layout.state(envelope.to)] = handled.state;
    this.#carryOut(words, envelope.to, handled.effects);
    return words;
  }

  #fire(words: number[], process: ProcessId, timer: string): void {
    const layout = this.#layout;
    words[layout.timers(process)] = this.#handled.withTimer(words[layout.timers(process)] ?? 0, timer, false);
    const handled = this.#handled.timer(process, words[layout.state(process)] ?? 0, timer);
    words[layout.state(process)] = handled.state;
    this.#carryOut(words, process, handled.effects);
  }

  #start(words: number[], process: ProcessId): void {
    const handled = this.#handled.start(process, words[this.#layout.stored(process)] ?? 0);
    words[this.#layout.state(process)] = handled.state;
    this.#carryOut(words, process, handled.effects);
  }

  #carryOut(words: number[], process: ProcessId, effects: readonly Prepared[]): void {
    const layout = this.#layout;
    for (const effect of effects) {
      if (effect.kind === 'send') this.#send(words, effect.envelope);
      else if (effect.kind === 'persist') {
        const place = layout.persists(process);
        if (this.#options.slowDisk === true) words[place] = this.#handled.withPersist(words[place] ?? 0, effect.persist);
        else {
          words[layout.stored(process)] = effect.stored;
          this.#carryOut(words, process, effect.released);
        }
      } else {
        const place = layout.timers(process);
        words[place] = this.#handled.withTimer(words[place] ?? 0, effect.timer, effect.kind === 'set-timer');
      }
    }
  }

  #sync(words: number[], process: ProcessId): void {
    const place = this.#layout.persists(process);
    const oldest = this.#handled.firstPersist(process, words[place] ?? 0);
    if (oldest === undefined) return;
    words[this.#layout.stored(process)] = oldest.effect.stored;
    words[place] = oldest.rest;
    this.#carryOut(words, process, oldest.effect.released);
  }

  #send(words: number[], envelope: number): void {
    const { operations } = this.#layout;
    words[operations] = this.#handled.operationsAfterSend(words[operations] ?? 0, envelope);
    this.#addOne(words, envelope);
  }

  /** @returns false if there are as many as may be. */
  #addOne(words: number[], envelope: number): boolean {
    const { copiesMaximum = Number.POSITIVE_INFINITY } = this.#options;
    const { network } = this.#layout;
    let place = network;
    while (place < words.length && (words[place] ?? 0) < envelope) place += 2;
    if (words[place] !== envelope) words.splice(place, 0, envelope, 1);
    else if ((words[place + 1] ?? 0) < copiesMaximum) add(words, place + 1, 1);
    else return false;
    return true;
  }

  #ofEnvelope(
    kind: Deliverable<Message>['kind'],
    known: (Deliverable<Message> | undefined)[],
    number: number,
  ): Deliverable<Message> {
    const action = known[number] ?? { kind, envelope: this.#handled.envelopes.dataOf(number) };
    known[number] = action;
    return action;
  }

  #numberOf(envelope: Deliverable<Message>['envelope']): number {
    let number = this.#numbers.get(envelope);
    if (number === undefined) {
      number = this.#handled.envelopes.numberOf(envelope);
      this.#numbers.set(envelope, number);
    }
    return number;
  }
}

function add(words: number[], place: number, count: number): void {
  words[place] = (words[place] ?? 0) + count;
}

function takeOne(words: number[], { network }: Layout, envelope: number): void {
  let place = network;
  while (place < words.length && words[place] !== envelope) place += 2;
  if ((words[place + 1] ?? 0) > 1) add(words, place + 1, -1);
  else words.splice(place, 2);
}

function describeAction<Message extends { readonly kind: string }>(action: GroupAction<Message>): string {
  if (action.kind === 'fire') return `process ${action.process}: timer ${action.timer}`;
  if (action.kind === 'sync') return `process ${action.process}: persist comes through`;
  if (action.kind === 'crash') return `process ${action.process}: crashes and starts again`;
  const { from, to, message } = action.envelope;
  const { kind, ...data } = message;
  const arrow = { deliver: `${from} -> ${to}`, lose: `${from} -> nowhere`, duplicate: `${from} -> ${to}, once more` }[
    action.kind
  ];
  return `${arrow}: ${kind}${Object.keys(data).length > 0 ? ` ${textOf(data)}` : ''}`;
}
