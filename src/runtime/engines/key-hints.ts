/**
 * What is remembered of each entry's key, so that hardly any comparison has to fetch it: to which group it belongs, all of whose keys
 * begin with the same bytes, and the four bytes behind those. With the stores' keys a group is a bucket within a partition, and the
 * four bytes are a piece of a hash, of which few are the same.
 *
 * Source: the key-prefix sort of Nyberg, Barclay, Cvetanovic, Gray, Lomet, "AlphaSort: a cache-sensitive parallel external sort"
 * (1995). Invariant: where group or hint decide, the keys compare so; where they do not, the keys are fetched.
 */
import { compareBytes } from '../bytes/index.ts';

/** The key of an entry, in bytes that stay. */
export type CopyKey = (entry: number) => Uint8Array;

/** Numbers of groups that have the same prefix. */
export type Groups = number[];

/** Where the stores' keys tell the length of the bucket's name, which comes next. */
const LENGTH_AT = 3;
/** Of one prefix; the keys of further ones are compared byte by byte. */
const MOST_GROUPS = 32;
const NO_GROUP = 0;
const NO_BYTES = new Uint8Array(0);
const LAST_GROUP = 0xffff;
const INITIAL_ENTRIES = 1024;

export class KeyHints {
  readonly #copyKey: CopyKey;
  /** By number: what all keys of a group begin with. */
  #groups: Uint8Array[] = [NO_BYTES];
  #groupOf = new Uint16Array(INITIAL_ENTRIES);
  #hintOf = new Uint32Array(INITIAL_ENTRIES);

  constructor(copyKey: CopyKey) {
    this.#copyKey = copyKey;
  }

  /** @param groups - of the entries with the same prefix; a new one is added. */
  add(entry: number, groups: Groups, bytes: Uint8Array, from: number, to: number): void {
    if (entry >= this.#groupOf.length) this.#grow();
    const end = from + LENGTH_AT + 1 + (from + LENGTH_AT < to ? (bytes[from + LENGTH_AT] as number) : 0);
    this.#groupOf[entry] = end <= to ? this.#groupFor(groups, bytes, from, end) : NO_GROUP;
    this.#hintOf[entry] = hintAt(bytes, end, to);
  }

  clear(): void {
    this.#groups = [NO_BYTES];
  }

  /** The order of the keys of two entries. */
  compare(a: number, b: number): number {
    const known = this.known(a, b);
    return known === 0 ? compareBytes(this.#copyKey(a), this.#copyKey(b)) : known;
  }

  /** The same as far as it is known without the keys; 0: it is not, or they are equal. */
  known(a: number, b: number): number {
    const group = this.#groupOf[a];
    const isShared = group === this.#groupOf[b] && group !== NO_GROUP;
    return isShared ? (this.#hintOf[a] as number) - (this.#hintOf[b] as number) : 0;
  }

  /** The order of an entry's key and another one, or of a bound between keys. */
  compareWith(entry: number, key: Uint8Array): number {
    const group = this.#groups[this.#groupOf[entry] as number] as Uint8Array;
    const shared = Math.min(group.length, key.length);
    for (let index = 0; index < shared; index++) {
      const difference = (group[index] as number) - (key[index] as number);
      if (difference !== 0) return difference;
    }
    if (group !== NO_BYTES && shared === group.length) {
      const difference = (this.#hintOf[entry] as number) - hintAt(key, shared, key.length);
      if (difference !== 0) return difference;
    }
    return compareBytes(this.#copyKey(entry), key);
  }

  #groupFor(groups: Groups, bytes: Uint8Array, from: number, end: number): number {
    for (const group of groups) if (isAt(this.#groups[group] as Uint8Array, bytes, from, end)) return group;
    if (groups.length === MOST_GROUPS || this.#groups.length > LAST_GROUP) return NO_GROUP;
    groups.push(this.#groups.length);
    this.#groups.push(bytes.slice(from, end));
    return this.#groups.length - 1;
  }

  #grow(): void {
    const groupOf = new Uint16Array(this.#groupOf.length * 2);
    groupOf.set(this.#groupOf);
    this.#groupOf = groupOf;
    const hintOf = new Uint32Array(this.#hintOf.length * 2);
    hintOf.set(this.#hintOf);
    this.#hintOf = hintOf;
  }
}

function isAt(group: Uint8Array, bytes: Uint8Array, from: number, end: number): boolean {
  if (group.length !== end - from) return false;
  // From the end: that is where groups of a prefix differ.
  for (let index = group.length - 1; index >= 0; index--) if (group[index] !== bytes[from + index]) return false;
  return true;
}

/** Four bytes as a number; those that a short key lacks count as zero, which keeps the order: who has them comes later or is equal so far. */
function hintAt(bytes: Uint8Array, at: number, to: number): number {
  let hint = 0;
  for (let index = at; index < at + 4; index++) hint = hint * 256 + (index < to ? (bytes[index] as number) : 0);
  return hint;
}
