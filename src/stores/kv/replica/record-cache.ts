/**
 * The records that were read last, as they lie on the disk and known to be intact: so that a record that is read again need neither
 * be looked up nor checked again.
 *
 * A fixed number of bytes, however many records there are: they lie one behind the other in a ring, the oldest make room.
 * A table of numbers tells where each is; a key has two places there, so two keys that want the same one seldom lose each
 * other. It starts small and grows while there is more to remember.
 *
 * Invariant: the table names entries of the present lap around the ring and of the one before only, so one bit tells which.
 */
import { fnv1a } from '../../../runtime/hash/index.ts';

const RING_BITS = 25;
/** 32 MiB. In one piece: memory that grows by pieces makes the garbage collector look through everything for each few of them. */
const RING_BYTES = 1 << RING_BITS;
/** Until this is full; a small store never needs more. */
const FIRST_BYTES = 1 << 20;
const INITIAL_SLOTS = 1 << 12;
const MAX_SLOTS = 1 << 18;
const GROWTH = 4;
/** Larger records would push out hundreds of others, and are a small part of what it costs to send them. */
const MAX_ENTRY_BYTES = 1 << 14;
/** An entry: length of the key 2, length of the record 2, key, record. */
const HEADER_BYTES = 4;

export class RecordCache {
  #ring = new Uint8Array(0);
  /** Where in the ring the next entry goes. */
  #used = 0;
  #lap: 0 | 1 = 0;
  /** Where an entry is: the lap's bit, where in the ring, plus one; 0: nowhere. */
  #slots = new Int32Array(INITIAL_SLOTS);
  #added = 0;

  /** A view, valid until the next call of any method. */
  get(key: Uint8Array): Uint8Array | undefined {
    const slot = this.#slotOf(key, fnv1a(key));
    if (slot < 0) return undefined;
    const at = offsetOf(this.#slots[slot] as number);
    const from = at + HEADER_BYTES + lengthAt(this.#ring, at);
    return this.#ring.subarray(from, from + lengthAt(this.#ring, at + 2));
  }

  /** The key's record is this, and intact. */
  put(key: Uint8Array, record: Uint8Array): void {
    const bytes = HEADER_BYTES + key.length + record.length;
    if (bytes > MAX_ENTRY_BYTES) {
      this.forget(key);
      return;
    }
    if (++this.#added > this.#slots.length && this.#slots.length < MAX_SLOTS) this.#growTable();
    if (this.#used + bytes > this.#ring.length) this.#makeRoom();
    const ring = this.#ring;
    const at = this.#used;
    ring[at] = key.length >>> 8;
    ring[at + 1] = key.length;
    ring[at + 2] = record.length >>> 8;
    ring[at + 3] = record.length;
    ring.set(key, at + HEADER_BYTES);
    ring.set(record, at + HEADER_BYTES + key.length);
    this.#used += bytes;
    this.#slots[this.#slotFor(key)] = placeOf(this.#lap, at);
  }

  /** The key's record changes. */
  forget(key: Uint8Array): void {
    const slot = this.#slotOf(key, fnv1a(key));
    if (slot >= 0) this.#slots[slot] = 0;
  }

  /** Where the key is; -1: nowhere. */
  #slotOf(key: Uint8Array, hash: number): number {
    const first = hash & (this.#slots.length - 1);
    if (this.#isAt(first, key)) return first;
    return this.#isAt(first ^ 1, key) ? first ^ 1 : -1;
  }

  /** Where the key is to be: where it is, or else the place of the two that was taken earlier. */
  #slotFor(key: Uint8Array): number {
    const hash = fnv1a(key);
    const known = this.#slotOf(key, hash);
    if (known >= 0) return known;
    const first = hash & (this.#slots.length - 1);
    return this.#ageOf(first) >= this.#ageOf(first ^ 1) ? first : first ^ 1;
  }

  #isAt(slot: number, key: Uint8Array): boolean {
    const place = this.#slots[slot] as number;
    if (place === 0) return false;
    const at = offsetOf(place);
    // Written over in this lap.
    if (lapOf(place) !== this.#lap && at < this.#used) return false;
    const ring = this.#ring;
    const { length } = key;
    if (lengthAt(ring, at) !== length) return false;
    const from = at + HEADER_BYTES;
    for (let index = 0; index < length; index++) if (ring[from + index] !== key[index]) return false;
    return true;
  }

  /** How much has been written since what the slot names; more than a whole lap if it names nothing. */
  #ageOf(slot: number): number {
    const place = this.#slots[slot] as number;
    if (place === 0) return 2 * RING_BYTES;
    const age = this.#used - offsetOf(place);
    return lapOf(place) === this.#lap ? age : age + RING_BYTES;
  }

  #makeRoom(): void {
    if (this.#ring.length < RING_BYTES) {
      const ring = new Uint8Array(this.#ring.length === 0 ? FIRST_BYTES : RING_BYTES);
      ring.set(this.#ring);
      this.#ring = ring;
      return;
    }
    this.#lap = this.#lap === 0 ? 1 : 0;
    this.#used = 0;
    const slots = this.#slots;
    // What was written in the lap that had this bit before has been written over.
    for (let slot = 0; slot < slots.length; slot++) if (lapOf(slots[slot] as number) === this.#lap) slots[slot] = 0;
  }

  /** What is known is forgotten: it is read again, or not worth it. */
  #growTable(): void {
    this.#slots = new Int32Array(this.#slots.length * GROWTH);
    this.#added = 0;
  }
}

function placeOf(lap: 0 | 1, at: number): number {
  return ((lap << RING_BITS) | at) + 1;
}

function offsetOf(place: number): number {
  return (place - 1) & (RING_BYTES - 1);
}

function lapOf(place: number): number {
  return (place - 1) >>> RING_BITS;
}

function lengthAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}
