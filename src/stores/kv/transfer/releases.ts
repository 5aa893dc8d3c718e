/** What is here of partitions of which this node has no seat and shall have none: it goes as soon as whoever has a seat lacks nothing of it. */
import type { Clock, Engine } from '../../../runtime/world/index.ts';
import type { Seating } from '../seating/index.ts';
import type { Errand } from './outgoing.ts';
import { entriesOf } from './partition-records.ts';

/** So many partitions are looked into each time at most, and no further one after so long: it is milliseconds when much waits in the engine's log. */
const MOST_LOOKS = 8;
const MOST_LOOKS_MS = 1;

interface Partition {
  readonly n: number;
  readonly partition: number;
}

export interface ReleasesParts {
  readonly configuration: { readonly nodeName: string; readonly partitions: number };
  readonly seating: Pick<Seating, 'ns' | 'holders' | 'wanted'>;
  readonly world: { readonly clock: Clock; readonly engine: Pick<Engine, 'range'> };
  readonly registerSeats: { isAwaited(n: number, partition: number): boolean };
}

export class Releases {
  readonly #parts: ReleasesParts;
  readonly #seating: ReleasesParts['seating'];
  readonly #isHanding: (which: Partition) => boolean;
  /** Partitions without a seat of this node of which it has not been looked yet whether there is anything. */
  readonly #unseen = new Set<number>();
  /** Of those that have been looked into: whether there was anything, or is by now. */
  readonly #isHeld = new Map<number, boolean>();
  /** Of those that are about to be emptied: in which something has been written since. */
  readonly #emptying = new Map<number, boolean>();
  #errands: readonly Errand[] = [];

  /** @param isHanding - whether it is about to be handed over, which ends with letting go of it, or to be this node's */
  constructor(parts: ReleasesParts, isHanding: (which: Partition) => boolean) {
    this.#parts = parts;
    this.#seating = parts.seating;
    this.#isHanding = isHanding;
  }

  get errands(): readonly Errand[] {
    return this.#errands;
  }

  /** The seats are others than before. */
  plan(): void {
    const errands: Errand[] = [];
    for (let partition = 0; partition < this.#parts.configuration.partitions; partition++) {
      const here = this.#errandsOf(partition);
      if (here.length === 0) this.#forget(partition);
      else if (this.#isHeld.get(partition) === true) errands.push(...here);
      else if (!this.#isHeld.has(partition)) this.#unseen.add(partition);
    }
    this.#errands = errands;
  }

  done({ n, partition }: Partition): void {
    this.#errands = this.#errands.filter((errand) => errand.n !== n || errand.partition !== partition);
    // To be looked into again when the seats change.
    if (!this.#errands.some((errand) => errand.partition === partition)) this.#forget(partition);
  }

  /** Now and then. */
  look(): void {
    const { clock, engine } = this.#parts.world;
    const began = clock.now();
    let looks = 0;
    for (const partition of this.#unseen) {
      if (looks++ === MOST_LOOKS || clock.now() - began > MOST_LOOKS_MS) return;
      this.#unseen.delete(partition);
      const isHeld = entriesOf(engine, partition, undefined, 1).length > 0;
      this.#isHeld.set(partition, isHeld);
      if (isHeld)
        this.#errands = [...this.#errands.filter((errand) => errand.partition !== partition), ...this.#errandsOf(partition)];
    }
  }

  /**
   * Something is about to be written. What was on its way to this node when it passed a partition on may arrive after it has dropped
   * all.
   */
  onWrite(partition: number): void {
    if (this.#emptying.has(partition)) this.#emptying.set(partition, true);
    if (this.#isHeld.get(partition) !== false) return;
    this.#isHeld.delete(partition);
    this.#unseen.add(partition);
  }

  /** This node begins to drop what it has of a partition. */
  emptying(partition: number): void {
    this.#emptying.set(partition, false);
  }

  /** It is done with that. @param isEmpty - all that it had when it began is gone. */
  emptied(partition: number, isEmpty: boolean): void {
    const isKnownEmpty = isEmpty && this.#emptying.get(partition) === false && this.#seating.ns.length === 1;
    if (isKnownEmpty) this.#isHeld.set(partition, false);
    else this.#unseen.add(partition);
    this.#emptying.delete(partition);
  }

  #forget(partition: number): void {
    this.#isHeld.delete(partition);
    this.#unseen.delete(partition);
  }

  #errandsOf(partition: number): Errand[] {
    const { ns } = this.#seating;
    const [n] = ns;
    // Asked of every partition whenever a seat has changed hands.
    return ns.length === 1 && n !== undefined
      ? this.#errandOf(n, partition)
      : ns.flatMap((each) => this.#errandOf(each, partition));
  }

  #errandOf(n: number, partition: number): Errand[] {
    const holders = this.#seating.holders(n, partition);
    const { nodeName } = this.#parts.configuration;
    const [to] = holders;
    if (isAmong(holders, nodeName) || isAmong(this.#seating.wanted.replicas(partition, n), nodeName)) return [];
    // What was accepted may be this node's by now, though it has not heard of it.
    const isAwaited = this.#parts.registerSeats.isAwaited(n, partition);
    const isNeeded = !isAwaited && !this.#isHanding({ n, partition });
    return isNeeded && to !== undefined ? [{ purpose: 'release', n, partition, place: 0, to }] : [];
  }
}

function isAmong(names: readonly string[], name: string): boolean {
  return names.includes(name);
}
