/**
 * The records that were read last, as they lie on the disk and known to be intact: so that a record that is read again need neither
 * be looked up nor checked again.
 *
 * A fixed number of bytes, however many records there are: they lie one behind the other in a ring of chunks, the oldest make room.
 * A table of numbers tells where each is; a key has two places there, so two keys that want the same one seldom lose each
 * other. It starts small and grows while there is more to remember.
 */

const CHUNK_BYTES = 1 << 20;
/** 32 MiB. */
const MAX_CHUNKS = 32;
const INITIAL_SLOTS = 1 << 12;
const MAX_SLOTS = 1 << 18;
const GROWTH = 4;
/** Larger records would push out hundreds of others, and are a small part of what it costs to send them. */
const MAX_ENTRY_BYTES = 1 << 14;
/** An entry: length of the key 2, length of the record 2, key, record. */
const HEADER_BYTES = 4;

export class RecordCache {
  readonly #chunks: Uint8Array[] = [];
  /** Counts the chunks that were begun; chunk c is at c modulo their number. */
  #chunkNumber = -1;
  #used = CHUNK_BYTES;
  /** Where an entry is: the number of its chunk times {@link CHUNK_BYTES}, and where in it, plus one; 0: nowhere. */
  #slots = new Float64Array(INITIAL_SLOTS);
  #added = 0;

  /** A view, valid until the next call of any method. */
  get(key: Uint8Array): Uint8Array | undefined {
    const slot = this.#slotOf(key);
    return slot < 0 ? undefined : this.#recordAt(this.#slots[slot] as number);
  }

  /** The key's record is this, and intact. */
  put(key: Uint8Array, record: Uint8Array): void {
    const bytes = HEADER_BYTES + key.length + record.length;
    if (bytes > MAX_ENTRY_BYTES) {
      this.forget(key);
      return;
    }
    if (++this.#added > this.#slots.length && this.#slots.length < MAX_SLOTS) this.#grow();
    if (this.#used + bytes > CHUNK_BYTES) this.#nextChunk();
    const at = this.#used;
    const chunk = this.#chunks[this.#chunkNumber % MAX_CHUNKS] as Uint8Array;
    chunk[at] = key.length >>> 8;
    chunk[at + 1] = key.length;
    chunk[at + 2] = record.length >>> 8;
    chunk[at + 3] = record.length;
    chunk.set(key, at + HEADER_BYTES);
    chunk.set(record, at + HEADER_BYTES + key.length);
    this.#used += bytes;
    this.#slots[this.#slotFor(key)] = this.#chunkNumber * CHUNK_BYTES + at + 1;
  }

  /** The key's record changes. */
  forget(key: Uint8Array): void {
    const slot = this.#slotOf(key);
    if (slot >= 0) this.#slots[slot] = 0;
  }

  /** Where the key is; -1: nowhere. */
  #slotOf(key: Uint8Array): number {
    const first = hashOf(key) & (this.#slots.length - 1);
    if (this.#isAt(first, key)) return first;
    return this.#isAt(first ^ 1, key) ? first ^ 1 : -1;
  }

  /** Where the key is to be: where it is, or else the place of the two that was taken earlier. */
  #slotFor(key: Uint8Array): number {
    const known = this.#slotOf(key);
    if (known >= 0) return known;
    const first = hashOf(key) & (this.#slots.length - 1);
    return (this.#slots[first] as number) <= (this.#slots[first ^ 1] as number) ? first : first ^ 1;
  }

  #isAt(slot: number, key: Uint8Array): boolean {
    const place = this.#slots[slot] as number;
    if (place === 0) return false;
    const chunkNumber = Math.floor((place - 1) / CHUNK_BYTES);
    // Its chunk has been used again.
    if (chunkNumber <= this.#chunkNumber - MAX_CHUNKS) return false;
    const chunk = this.#chunks[chunkNumber % MAX_CHUNKS] as Uint8Array;
    const at = (place - 1) % CHUNK_BYTES;
    const { length } = key;
    if (lengthAt(chunk, at) !== length) return false;
    const from = at + HEADER_BYTES;
    for (let index = 0; index < length; index++) if (chunk[from + index] !== key[index]) return false;
    return true;
  }

  #recordAt(place: number): Uint8Array {
    const chunk = this.#chunks[Math.floor((place - 1) / CHUNK_BYTES) % MAX_CHUNKS] as Uint8Array;
    const at = (place - 1) % CHUNK_BYTES;
    const from = at + HEADER_BYTES + lengthAt(chunk, at);
    return chunk.subarray(from, from + lengthAt(chunk, at + 2));
  }

  #nextChunk(): void {
    this.#chunkNumber++;
    if (this.#chunks.length < MAX_CHUNKS) this.#chunks.push(new Uint8Array(CHUNK_BYTES));
    this.#used = 0;
  }

  /** What is known is forgotten: it is read again, or not worth it. */
  #grow(): void {
    this.#slots = new Float64Array(this.#slots.length * GROWTH);
    this.#added = 0;
  }
}

function lengthAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

/** FNV-1a (Fowler, Noll, Vo), with the high bits folded into the low ones that choose the slot. */
function hashOf(key: Uint8Array): number {
  let hash = 0x811c_9dc5;
  for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ (key[index] as number), 0x0100_0193);
  return hash ^ (hash >>> 15);
}
