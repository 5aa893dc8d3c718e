/** Requests of a change to homes that say nothing, beside which a stand-in was asked: whoever answers first counts, and the last to fail fails the slot. */
import type { Target } from './topology.ts';

/** A request's tag begins with its slot; what follows tells the requests of one slot apart. */
const SLOT_BITS = 5;

export function tagOf(slot: number, request: number): number {
  return slot | (request << SLOT_BITS);
}

export function slotOfTag(tag: number): number {
  return tag & ((1 << SLOT_BITS) - 1);
}

export interface Asked {
  readonly slot: number;
  readonly tag: number;
  readonly target: Target;
  readonly standsInFor: string | undefined;
  readonly correlation: number;
}

export class AskedBefore {
  #all: readonly Asked[] = [];

  add(asked: Asked): void {
    this.#all = [...this.#all, asked];
  }

  get isEmpty(): boolean {
    return this.#all.length === 0;
  }

  /** Takes out the one with that tag, if it is one of these. */
  remove(tag: number): Asked | undefined {
    const found = this.#all.find((asked) => asked.tag === tag);
    if (found !== undefined) this.#all = this.#all.filter((asked) => asked !== found);
    return found;
  }

  /** Takes out one that still owes an answer for the slot. */
  take(slot: number): Asked | undefined {
    const tag = this.#all.find((asked) => asked.slot === slot)?.tag;
    return tag === undefined ? undefined : this.remove(tag);
  }

  cancel(): void {
    for (const { target, correlation } of this.#all) target.peer?.cancel(correlation);
  }
}
