/** An item's place in a {@link Chain}; known to the chain alone. */
export class ChainLink<Item> {
  readonly item: Item;
  chain: Chain<Item> | undefined;
  previous: ChainLink<Item> | undefined;
  next: ChainLink<Item> | undefined;

  constructor(item: Item, chain: Chain<Item>) {
    this.item = item;
    this.chain = chain;
  }
}

/** A doubly linked list: an item joins at the end and leaves from anywhere, both in constant time. */
export class Chain<Item> {
  #first: ChainLink<Item> | undefined;
  #last: ChainLink<Item> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get first(): Item | undefined {
    return this.#first?.item;
  }

  /** First to last; what joins or leaves meanwhile may be missed. */
  *[Symbol.iterator](): Iterator<Item> {
    for (let link = this.#first; link !== undefined; link = link.next) yield link.item;
  }

  removeFirst(): void {
    if (this.#first !== undefined) this.remove(this.#first);
  }

  append(item: Item): ChainLink<Item> {
    const link = new ChainLink(item, this);
    link.previous = this.#last;
    if (this.#last === undefined) this.#first = link;
    else this.#last.next = link;
    this.#last = link;
    this.#size += 1;
    return link;
  }

  /** No effect if it has left already. */
  remove(link: ChainLink<Item>): void {
    if (link.chain !== this) return;
    link.chain = undefined;
    if (link.previous === undefined) this.#first = link.next;
    else link.previous.next = link.next;
    if (link.next === undefined) this.#last = link.previous;
    else link.next.previous = link.previous;
    // A link that has left and grown old must not keep alive all that came after it: the collector would carry them along as well.
    link.previous = undefined;
    link.next = undefined;
    this.#size -= 1;
  }
}
