/**
 * A state of a group as a row of small numbers: of each process its state, what it has stored, its persists under way and its timers;
 * then the crashes, the losses, the duplicates, the operations of the clients; then the network, each message with how many of it are under way, by
 * ascending number, so that a network is the same whatever order it came about in.
 */
import type { Fingerprint } from '../plain-data/index.ts';
import { mixed } from '../plain-data/index.ts';
import type { ClientOperations } from './client-operations.ts';
import type { Envelope, GroupState, Persist, UnderWay } from './group-options.ts';
import type { HandledEvents } from './handled.ts';

const COLUMNS = 4;

/** Where things stand in the row. */
export class Layout {
  readonly processes: number;
  readonly crashes: number;
  readonly losses: number;
  readonly duplicates: number;
  readonly operations: number;
  readonly network: number;

  constructor(processes: number) {
    this.processes = processes;
    this.crashes = COLUMNS * processes;
    this.losses = this.crashes + 1;
    this.duplicates = this.losses + 1;
    this.operations = this.duplicates + 1;
    this.network = this.operations + 1;
  }

  state(process: number): number {
    return process;
  }

  stored(process: number): number {
    return this.processes + process;
  }

  persists(process: number): number {
    return 2 * this.processes + process;
  }

  timers(process: number): number {
    return 3 * this.processes + process;
  }
}

/** What a number in the row stands for. */
export interface Dictionary<State, Message extends { readonly kind: string }> {
  readonly layout: Layout;
  readonly handled: HandledEvents<State, Message>;
}

export class PackedGroup<State, Message extends { readonly kind: string }> implements GroupState<State, Message> {
  readonly words: readonly number[];
  readonly #dictionary: Dictionary<State, Message>;

  constructor(words: readonly number[], dictionary: Dictionary<State, Message>) {
    this.words = words;
    this.#dictionary = dictionary;
  }

  at(place: number): number {
    return this.words[place] ?? 0;
  }

  get states(): readonly State[] {
    const { layout, handled } = this.#dictionary;
    return handled.states.map((states, process) => states.dataOf(this.at(layout.state(process))));
  }

  get stored(): readonly unknown[] {
    const { layout, handled } = this.#dictionary;
    return handled.states.map((_states, process) => handled.stored.dataOf(this.at(layout.stored(process))));
  }

  get persists(): readonly (readonly Persist<Message>[])[] {
    const { layout, handled } = this.#dictionary;
    return handled.states.map((_states, process) => handled.persists.dataOf(this.at(layout.persists(process))));
  }

  get timers(): readonly (readonly string[])[] {
    const { layout, handled } = this.#dictionary;
    return handled.states.map((_states, process) => handled.timers.dataOf(this.at(layout.timers(process))));
  }

  get network(): readonly UnderWay<Message>[] {
    const { layout, handled } = this.#dictionary;
    const network: UnderWay<Message>[] = [];
    for (let place = layout.network; place < this.words.length; place += 2) {
      network.push({ ...handled.envelopes.dataOf(this.at(place)), copies: this.at(place + 1) });
    }
    return network;
  }

  get crashes(): number {
    return this.at(this.#dictionary.layout.crashes);
  }

  get losses(): number {
    return this.at(this.#dictionary.layout.losses);
  }

  get duplicates(): number {
    return this.at(this.#dictionary.layout.duplicates);
  }

  get operations(): ClientOperations {
    return this.#dictionary.handled.operations.dataOf(this.at(this.#dictionary.layout.operations));
  }

  /** From the fingerprints of the parts: numbers differ from thread to thread, by the order in which the parts were met. */
  fingerprint(into: Fingerprint): void {
    const { layout, handled } = this.#dictionary;
    const { words } = this;
    const spent = (this.crashes * 31 + this.losses) * 31 + this.duplicates;
    let low = mixed(spent + 1);
    let high = mixed(Math.imul(spent, 0x9e3779b1) + 2);
    for (let process = 0; process < layout.processes; process++) {
      const place = COLUMNS * process;
      const states = handled.states[process];
      if (states === undefined) continue;
      const state = this.at(layout.state(process));
      const stored = this.at(layout.stored(process));
      const persists = this.at(layout.persists(process));
      const timers = this.at(layout.timers(process));
      low += states.lowAt(state, place) + handled.stored.lowAt(stored, place + 1);
      low += handled.persists.lowAt(persists, place + 2) + handled.timers.lowAt(timers, place + 3);
      high += states.highAt(state, place) + handled.stored.highAt(stored, place + 1);
      high += handled.persists.highAt(persists, place + 2) + handled.timers.highAt(timers, place + 3);
      low |= 0;
      high |= 0;
    }
    const operations = this.at(layout.operations);
    low += handled.operations.lowAt(operations, layout.operations);
    high += handled.operations.highAt(operations, layout.operations);
    for (let place = layout.network; place < words.length; place += 2) {
      // A message counts by its content and its copies, wherever in the row it stands here.
      const copies = layout.network + this.at(place + 1);
      low = (low + handled.envelopes.lowAt(this.at(place), copies)) | 0;
      high = (high + handled.envelopes.highAt(this.at(place), copies)) | 0;
    }
    into.low = mixed(low);
    into.high = mixed(high);
  }

  /** As plain data, for people. */
  plain(): GroupState<State, Message> {
    const { states, stored, persists, timers, network, crashes, losses, duplicates, operations } = this;
    return { states, stored, persists, timers, network, crashes, losses, duplicates, operations };
  }

  /** The parts themselves, for another thread: of many states at once each part travels only once. */
  pack(): PackedParts<State, Message> {
    const { layout, handled } = this.#dictionary;
    const envelopes: Envelope<Message>[] = [];
    const copies: number[] = [];
    for (let place = layout.network; place < this.words.length; place += 2) {
      envelopes.push(handled.envelopes.dataOf(this.at(place)));
      copies.push(this.at(place + 1));
    }
    const { states, stored, persists, timers, crashes, losses, duplicates, operations } = this;
    return { states, stored, persists, timers, crashes, losses, duplicates, operations, envelopes, copies };
  }

  static unpack<State, Message extends { readonly kind: string }>(
    parts: PackedParts<State, Message>,
    dictionary: Dictionary<State, Message>,
  ): PackedGroup<State, Message> {
    const { handled } = dictionary;
    const network = parts.envelopes
      .map((envelope, place) => [handled.envelopes.numberOfShared(envelope), parts.copies[place] ?? 0] as const)
      .sort(([one], [other]) => one - other);
    const words = [
      ...parts.states.map((state, process) => handled.states[process]?.numberOfShared(state) ?? 0),
      ...parts.stored.map((stored) => handled.stored.numberOfShared(stored)),
      ...parts.persists.map((persists) => handled.persists.numberOfShared(persists)),
      ...parts.timers.map((timers) => handled.timers.numberOfShared(timers)),
      parts.crashes,
      parts.losses,
      parts.duplicates,
      handled.operations.numberOfShared(parts.operations),
      ...network.flat(),
    ];
    return new PackedGroup(words, dictionary);
  }
}

/** What a row of numbers stands for, in the thread that made it. */
export interface PackedParts<State, Message> extends Omit<GroupState<State, Message>, 'network'> {
  readonly envelopes: readonly Envelope<Message>[];
  readonly copies: readonly number[];
}
