/** Items 0 .. n - 1 in ascending order of their keys, of equal keys the lesser item first; a key that changes a little costs little. */
export class Ranking {
  readonly #keys: Float64Array;
  readonly #order: Int32Array;
  readonly #places: Int32Array;

  constructor(keys: Float64Array) {
    this.#keys = keys;
    this.#order = new Int32Array(keys.length);
    this.#places = new Int32Array(keys.length);
    // Numbers sort without a comparison to be called; then each key has the places from that of its first one on.
    const next = new Map<number, number>();
    const sorted = keys.toSorted();
    for (let place = sorted.length - 1; place >= 0; place--) next.set(sorted[place] as number, place);
    for (let item = 0; item < keys.length; item++) {
      const place = next.get(this.keyOf(item)) as number;
      next.set(this.keyOf(item), place + 1);
      this.#put(item, place);
    }
  }

  get size(): number {
    return this.#order.length;
  }

  /** The item with so many before it. */
  at(place: number): number {
    return this.#order[place] as number;
  }

  keyOf(item: number): number {
    return this.#keys[item] as number;
  }

  change(item: number, key: number): void {
    this.#keys[item] = key;
    let place = this.#places[item] as number;
    while (place > 0 && this.#compare(item, this.at(place - 1)) < 0) this.#put(this.at(place - 1), place--);
    while (place + 1 < this.size && this.#compare(item, this.at(place + 1)) > 0) this.#put(this.at(place + 1), place++);
    this.#put(item, place);
  }

  #put(item: number, place: number): void {
    this.#order[place] = item;
    this.#places[item] = place;
  }

  #compare(a: number, b: number): number {
    return (this.#keys[a] as number) - (this.#keys[b] as number) || a - b;
  }
}
