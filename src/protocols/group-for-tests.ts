/**
 * A group of processes on a network that a test controls step by step: which message is delivered or lost, which timer fires, which
 * persist comes through, who crashes. Small and slow next to the simulated world and the model checker, and independent of both.
 */
import type { Effect, Process, ProcessId } from './process/index.ts';

export interface Envelope<Message> {
  readonly from: ProcessId;
  readonly to: ProcessId;
  readonly message: Message;
}

/** Outside the group there are clients, masters: what is sent to them is noted, and nothing else. */
interface Running<State, Message, Timer, Stored> {
  readonly process: Process<State, Message, Timer, Stored>;
  /** `undefined`: down. */
  state: State | undefined;
  stored: Stored | undefined;
  /** Persists under way, in order. */
  persists: Extract<Effect<Message, Timer, Stored>, { readonly kind: 'persist' }>[];
  readonly timers: Set<Timer>;
}

export interface GroupOptions {
  /** Whether a persist takes a step of its own, so that a crash can come before it. */
  readonly slowDisk?: boolean;
}

export class Group<State, Message extends { readonly kind: string }, Timer = never, Stored = never> {
  /** What is under way between members, in order of sending. */
  readonly network: Envelope<Message>[] = [];
  /** What was sent to processes outside the group, in order. */
  readonly outside: Envelope<Message>[] = [];
  readonly #members = new Map<ProcessId, Running<State, Message, Timer, Stored>>();
  /** May be changed on the way. */
  slowDisk: boolean;

  constructor(processes: ReadonlyMap<ProcessId, Process<State, Message, Timer, Stored>>, options: GroupOptions = {}) {
    this.slowDisk = options.slowDisk ?? false;
    for (const [id, process] of processes) {
      this.#members.set(id, { process, state: undefined, stored: undefined, persists: [], timers: new Set() });
      this.start(id);
    }
  }

  get ids(): readonly ProcessId[] {
    return [...this.#members.keys()];
  }

  isUp(id: ProcessId): boolean {
    return this.#member(id).state !== undefined;
  }

  state(id: ProcessId): State {
    const { state } = this.#member(id);
    if (state === undefined) throw new Error(`process ${id} is down`);
    return state;
  }

  /** The states of all that are up. */
  states(): State[] {
    return this.ids.filter((id) => this.isUp(id)).map((id) => this.state(id));
  }

  stored(id: ProcessId): Stored | undefined {
    return this.#member(id).stored;
  }

  timers(id: ProcessId): readonly Timer[] {
    return [...this.#member(id).timers];
  }

  start(id: ProcessId): void {
    const member = this.#member(id);
    const effects: Effect<Message, Timer, Stored>[] = [];
    member.state = member.process.start(id, member.stored, effects);
    this.#carryOut(id, effects);
  }

  /** State and timers are gone, and persists that have not come through. */
  crash(id: ProcessId): void {
    const member = this.#member(id);
    member.state = undefined;
    member.persists = [];
    member.timers.clear();
  }

  /** A message from anywhere; lost if the process is down. */
  send(from: ProcessId, to: ProcessId, message: Message): void {
    const member = this.#member(to);
    if (member.state === undefined) return;
    const effects: Effect<Message, Timer, Stored>[] = [];
    member.process.onMessage(member.state, to, from, message, effects);
    this.#carryOut(to, effects);
  }

  deliver(place = 0): void {
    const envelope = this.drop(place);
    this.send(envelope.from, envelope.to, envelope.message);
  }

  drop(place = 0): Envelope<Message> {
    const [envelope] = this.network.splice(place, 1);
    if (envelope === undefined) throw new Error(`no message ${place} is under way`);
    return envelope;
  }

  /** Deliver the first message under way that is of a kind, and to someone if said. */
  deliverKind(kind: Message['kind'], to?: ProcessId): void {
    this.deliver(this.network.findIndex(({ message, to: at }) => message.kind === kind && (to === undefined || to === at)));
  }

  /** Deliver everything, and what that brings about, in order of sending. */
  settle(): void {
    while (this.network.length > 0) this.deliver();
  }

  fire(id: ProcessId, timer: Timer): void {
    const member = this.#member(id);
    if (member.state === undefined || !member.timers.delete(timer)) throw new Error(`process ${id} has not set ${timer}`);
    const effects: Effect<Message, Timer, Stored>[] = [];
    member.process.onTimer?.(member.state, id, timer, effects);
    this.#carryOut(id, effects);
  }

  /** Let the oldest persist under way come through. */
  sync(id: ProcessId): void {
    const member = this.#member(id);
    const persist = member.persists.shift();
    if (persist === undefined) throw new Error(`process ${id} persists nothing`);
    member.stored = persist.stored;
    this.#carryOut(id, persist.then);
  }

  /** One of all steps possible now, and crashes as long as `mayCrash`; `choice` is any number. False if there is none. */
  step(choice: number, mayCrash: (id: ProcessId) => boolean, mayLose = false): boolean {
    const steps: (() => void)[] = [];
    this.network.forEach((_envelope, place) => {
      steps.push(() => this.deliver(place));
      if (mayLose) steps.push(() => this.drop(place));
    });
    for (const [id, member] of this.#members) {
      if (member.state === undefined) {
        steps.push(() => this.start(id));
        continue;
      }
      if (member.persists.length > 0) steps.push(() => this.sync(id));
      if (mayCrash(id)) steps.push(() => this.crash(id));
    }
    // Timers are slow next to messages: else everything is given up before it is done.
    if (steps.length === 0 || choice % 8 === 0) {
      for (const [id, { timers }] of this.#members) for (const timer of timers) steps.push(() => this.fire(id, timer));
    }
    steps[choice % steps.length]?.();
    return steps.length > 0;
  }

  #carryOut(id: ProcessId, effects: readonly Effect<Message, Timer, Stored>[]): void {
    const member = this.#member(id);
    for (const effect of effects) {
      if (effect.kind === 'send') {
        const envelope = { from: id, to: effect.to, message: copyOf(effect.message) };
        (this.#members.has(effect.to) ? this.network : this.outside).push(envelope);
      } else if (effect.kind === 'set-timer') member.timers.add(effect.timer);
      else if (effect.kind === 'cancel-timer') member.timers.delete(effect.timer);
      else {
        member.persists.push({ ...effect, stored: copyOf(effect.stored) });
        if (!this.slowDisk) this.sync(id);
      }
    }
  }

  #member(id: ProcessId): Running<State, Message, Timer, Stored> {
    const member = this.#members.get(id);
    if (member === undefined) throw new Error(`no process ${id} in the group`);
    return member;
  }
}

/** A copy of plain data, so that what is under way cannot change under the process that sent it. */
function copyOf<Data>(data: Data): Data {
  if (data === null || typeof data !== 'object') return data;
  let copy: unknown;
  if (Array.isArray(data)) copy = data.map(copyOf);
  else if (data instanceof Map) copy = new Map([...data].map(([key, value]) => [copyOf(key), copyOf(value)]));
  else if (data instanceof Set) copy = new Set([...data].map(copyOf));
  else copy = Object.fromEntries(Object.entries(data).map(([name, value]) => [name, copyOf(value)]));
  return copy as Data;
}
