/**
 * Symmetry of a group: of the states that differ only by which of several equal processes is which, one stands for all.
 *
 * C. N. Ip, D. L. Dill, "Better Verification Through Symmetry", 1996. Every permutation is tried and the state with the least
 * fingerprint taken, so that each orbit has exactly one representative; what a part becomes under a permutation is remembered.
 */
import { type ProcessId, processId } from '../../protocols/process/index.ts';
import type { Fingerprint } from '../plain-data/index.ts';
import type { AnyEffect, Envelope, GroupSymmetry, Persist } from './group-options.ts';
import type { Interner } from './interner.ts';
import { type Dictionary, PackedGroup } from './packed-group.ts';

/** One permutation of the alike, with what it has made of the parts so far. */
interface Permutation {
  readonly rename: (id: ProcessId) => ProcessId;
  readonly renamed: Map<object, Map<number, number>>;
}

export class Representatives<State, Message extends { readonly kind: string }> {
  readonly #symmetry: GroupSymmetry;
  readonly #dictionary: Dictionary<State, Message>;
  readonly #permutations: readonly Permutation[];

  constructor(symmetry: GroupSymmetry, dictionary: Dictionary<State, Message>) {
    this.#symmetry = symmetry;
    this.#dictionary = dictionary;
    this.#permutations = ordersOf(symmetry.alike).map((order) => {
      const names = new Map(symmetry.alike.map((id, place) => [id, order[place] ?? id]));
      return { rename: (id) => names.get(id) ?? id, renamed: new Map() };
    });
  }

  of(state: PackedGroup<State, Message>): PackedGroup<State, Message> {
    let least = state;
    const leastMark: Fingerprint = { low: 0, high: 0 };
    const mark: Fingerprint = { low: 0, high: 0 };
    state.fingerprint(leastMark);
    for (const permutation of this.#permutations) {
      const candidate = this.#permuted(state, permutation);
      candidate.fingerprint(mark);
      if (mark.low > leastMark.low || (mark.low === leastMark.low && mark.high >= leastMark.high)) continue;
      least = candidate;
      Object.assign(leastMark, mark);
    }
    return least;
  }

  #permuted(state: PackedGroup<State, Message>, permutation: Permutation): PackedGroup<State, Message> {
    const { layout, handled } = this.#dictionary;
    const words = state.words.slice(0, layout.network);
    const rename = (data: unknown) => this.#symmetry.renamed(data, permutation.rename);
    for (let process = 0; process < layout.processes; process++) {
      const to = permutation.rename(processId(process));
      const [from, into] = [handled.states[process], handled.states[to]];
      if (from === undefined || into === undefined) continue;
      // What the process itself made, renamed by the model that made it.
      words[layout.state(to)] = remembered(
        permutation,
        from,
        into,
        state.at(layout.state(process)),
        (own) => rename(own) as State,
      );
      words[layout.stored(to)] = remembered(
        permutation,
        handled.stored,
        handled.stored,
        state.at(layout.stored(process)),
        rename,
      );
      words[layout.timers(to)] = state.at(layout.timers(process));
      words[layout.persists(to)] = remembered(
        permutation,
        handled.persists,
        handled.persists,
        state.at(layout.persists(process)),
        (persists) => persists.map((persist) => this.#persist(persist, permutation)),
      );
    }
    const network: [envelope: number, copies: number][] = [];
    for (let place = layout.network; place < state.words.length; place += 2) {
      const envelope = remembered(permutation, handled.envelopes, handled.envelopes, state.at(place), (one) =>
        this.#envelope(one, permutation),
      );
      network.push([envelope, state.at(place + 1)]);
    }
    network.sort(([one], [other]) => one - other);
    return new PackedGroup([...words, ...network.flat()], this.#dictionary);
  }

  #envelope({ from, to, message }: Envelope<Message>, { rename }: Permutation): Envelope<Message> {
    return { from: rename(from), to: rename(to), message: this.#symmetry.renamed(message, rename) as Message };
  }

  #persist({ stored, released }: Persist<Message>, permutation: Permutation): Persist<Message> {
    return {
      stored: this.#symmetry.renamed(stored, permutation.rename),
      released: released.map((effect) => this.#effect(effect, permutation)),
    };
  }

  #effect(effect: AnyEffect<Message>, permutation: Permutation): AnyEffect<Message> {
    const { rename } = permutation;
    if (effect.kind === 'send') {
      return { kind: 'send', to: rename(effect.to), message: this.#symmetry.renamed(effect.message, rename) as Message };
    }
    if (effect.kind !== 'persist') return effect;
    const { stored, released: then } = this.#persist({ stored: effect.stored, released: effect.then }, permutation);
    return { kind: 'persist', stored, then };
  }
}

function remembered<Data>(
  { renamed }: Permutation,
  from: Interner<Data>,
  into: Interner<Data>,
  number: number,
  rename: (data: Data) => Data,
): number {
  let memory = renamed.get(from);
  if (memory === undefined) {
    memory = new Map();
    renamed.set(from, memory);
  }
  let known = memory.get(number);
  if (known === undefined) {
    known = into.numberOf(rename(from.dataOf(number)));
    memory.set(number, known);
  }
  return known;
}

function ordersOf(ids: readonly ProcessId[]): ProcessId[][] {
  if (ids.length === 0) return [[]];
  return ids.flatMap((id, place) => ordersOf(ids.toSpliced(place, 1)).map((rest) => [id, ...rest]));
}
