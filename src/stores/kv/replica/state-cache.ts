/**
 * Remembers of which state the records are that were compared last, by fingerprints: so that a replica that is asked "is yours
 * the same as mine?", as it is at most reads, need not fetch the record to say yes.
 *
 * A fixed number of bytes, however many keys there are: each key has one slot, the last one to come takes it. It starts small
 * and grows while keys push each other out.
 *
 * Why a fingerprint of 64 bits is enough: a state is named by dots, and no dot is ever used for two keys (actor-identity.ts), so
 * what must not be confused are the few states of one key; that two of them have one fingerprint has odds of 2^-64. And who is
 * told "the same" wrongly has one read that counts this replica as agreeing when it does not.
 */

const INITIAL_SLOTS = 1 << 12;
/** 16 MiB. */
const MAX_SLOTS = 1 << 20;
/** Of 32-bit numbers: the fingerprint of the key, then that of the state. */
const SLOT_WORDS = 4;
const GROWTH = 4;

export class StateCache {
  #words = new Int32Array(INITIAL_SLOTS * SLOT_WORDS);
  /** How often a key took the slot of another one since the last growth. */
  #evictions = 0;
  /** The second half of the last fingerprint. */
  #high = 0;

  /** Whether the key's record is known to be of the state that the clock section is from; `false` if nothing is known. */
  holds(storageKey: Uint8Array, section: Uint8Array): boolean {
    const at = this.#slotOf(storageKey);
    if (!this.#isOf(at)) return false;
    const low = this.#fingerprint(section);
    return this.#words[at + 2] === low && this.#words[at + 3] === this.#high;
  }

  /** The key's record is of the state that the clock section is from. */
  remember(storageKey: Uint8Array, section: Uint8Array): void {
    let at = this.#slotOf(storageKey);
    if (!this.#isOf(at) && this.#words[at] !== 0 && this.#mustGrow()) at = this.#slotOf(storageKey);
    this.#words[at] = this.#low;
    this.#words[at + 1] = this.#high;
    this.#words[at + 2] = this.#fingerprint(section);
    this.#words[at + 3] = this.#high;
  }

  /** The key's record changes. */
  forget(storageKey: Uint8Array): void {
    const at = this.#slotOf(storageKey);
    if (this.#isOf(at)) this.#words[at] = 0;
  }

  /** The first half of the last key's fingerprint; never 0, which marks a free slot. */
  #low = 0;

  #slotOf(storageKey: Uint8Array): number {
    this.#low = this.#fingerprint(storageKey) || 1;
    return ((this.#high >>> 0) % (this.#words.length / SLOT_WORDS)) * SLOT_WORDS;
  }

  #isOf(at: number): boolean {
    return this.#words[at] === this.#low && this.#words[at + 1] === this.#high;
  }

  #mustGrow(): boolean {
    const slots = this.#words.length / SLOT_WORDS;
    this.#evictions++;
    if (this.#evictions < slots / 2 || slots === MAX_SLOTS) return false;
    this.#evictions = 0;
    this.#words = new Int32Array(slots * GROWTH * SLOT_WORDS);
    return true;
  }

  /** Two runs of FNV-1a (Fowler, Noll, Vo) with different primes, each finished as MurmurHash3 does (Appleby). */
  #fingerprint(bytes: Uint8Array): number {
    let low = 0x811c_9dc5;
    let high = 0x9e37_79b9;
    for (let index = 0; index < bytes.length; index++) {
      const byte = bytes[index] as number;
      low = Math.imul(low ^ byte, 0x0100_0193);
      high = Math.imul(high ^ byte, 0x85eb_ca6b);
    }
    this.#high = finish(high ^ bytes.length);
    return finish(low);
  }
}

function finish(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return mixed ^ (mixed >>> 16);
}
