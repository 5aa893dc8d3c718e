/**
 * The requests of a peer that have no reply yet, by correlation id. Ids count up, so the slot of an id is the id modulo the number
 * of slots: a lookup is one array access, and a request leaves no garbage behind, where a map would reorganise itself for ever.
 * An id whose slot is still taken by a much older request is passed over.
 */
import { invariant } from '../errors/index.ts';

const LAST_CORRELATION = 0xffff_ffff;
/** Few: a large cluster has many peers that are hardly ever asked. */
const INITIAL_SLOTS = 8;

export class PendingRequests<Requester> {
  #ids = new Uint32Array(INITIAL_SLOTS);
  #tags = new Int32Array(INITIAL_SLOTS);
  /** Over which of the peer's links each went. */
  #routes = new Uint8Array(INITIAL_SLOTS);
  #requesters = new Array<Requester | undefined>(INITIAL_SLOTS).fill(undefined);
  #size = 0;
  #next: number;

  /** @param next - the id to begin with. */
  constructor(next = 1) {
    this.#next = next;
  }

  get size(): number {
    return this.#size;
  }

  /** The id that {@link add} will take; 0 never is one. */
  nextId(): number {
    if (this.#size * 2 >= this.#requesters.length) this.#grow();
    while (this.#next === 0 || this.#requesters[this.#slotOf(this.#next)] !== undefined) {
      this.#next = this.#next === LAST_CORRELATION ? 0 : this.#next + 1;
    }
    return this.#next;
  }

  /** @param id - what {@link nextId} gave. */
  add(id: number, requester: Requester, tag: number, route: number): void {
    const slot = this.#slotOf(id);
    this.#ids[slot] = id;
    this.#tags[slot] = tag;
    this.#routes[slot] = route;
    this.#requesters[slot] = requester;
    this.#size++;
    this.#next = id === LAST_CORRELATION ? 0 : id + 1;
  }

  get(id: number): Requester | undefined {
    const slot = this.#slotOf(id);
    return this.#ids[slot] === id ? this.#requesters[slot] : undefined;
  }

  /** Of a pending request. */
  tagOf(id: number): number {
    return this.#tags[this.#slotOf(id)] as number;
  }

  /** Of a pending request. */
  routeOf(id: number): number {
    return this.#routes[this.#slotOf(id)] as number;
  }

  /** @returns whether it was pending. */
  delete(id: number): boolean {
    if (this.get(id) === undefined) return false;
    this.#requesters[this.#slotOf(id)] = undefined;
    this.#size--;
    return true;
  }

  /** Those pending now, the oldest first. */
  ids(): readonly number[] {
    const pending = [...this.#ids.keys()].filter((slot) => this.#requesters[slot] !== undefined);
    // Ages, since ids start over after the last one.
    const age = (id: number): number => (this.#next - id) >>> 0;
    return pending.map((slot) => this.#ids[slot] as number).sort((a, b) => age(b) - age(a));
  }

  #slotOf(id: number): number {
    return id & (this.#requesters.length - 1);
  }

  #grow(): void {
    const ids = this.ids();
    const requesters = ids.map((id) => this.get(id));
    const tags = ids.map((id) => this.tagOf(id));
    const routes = ids.map((id) => this.routeOf(id));
    const slots = this.#requesters.length * 2;
    this.#ids = new Uint32Array(slots);
    this.#tags = new Int32Array(slots);
    this.#routes = new Uint8Array(slots);
    this.#requesters = new Array<Requester | undefined>(slots).fill(undefined);
    for (const [index, id] of ids.entries()) {
      const slot = this.#slotOf(id);
      // Two ids that differ modulo the old number of slots differ modulo the new one.
      invariant(this.#requesters[slot] === undefined, `two pending requests share slot ${slot}`);
      this.#ids[slot] = id;
      this.#tags[slot] = tags[index] as number;
      this.#routes[slot] = routes[index] as number;
      this.#requesters[slot] = requesters[index];
    }
  }
}
