/** What is here of partitions of which this node has no seat and shall have none: it goes as soon as whoever has a seat lacks nothing of it. */
import type { Seating } from '../seating/index.ts';
import type { ServiceParts } from '../service-parts.ts';
import type { Errand } from './outgoing.ts';
import { entriesOf, nOf } from './partition-records.ts';

/** So many partitions are looked into each time at most, and no further one after so long: it is milliseconds when much waits in the engine's log. */
const MOST_LOOKS = 8;
const MOST_LOOKS_MS = 1;
/** What may have been left over is looked for every so many times, and then in so many partitions. */
const STRAY_LOOKS = 5;
const STRAYS_LOOKED_AT = 8;
/** Of a partition's records, which may be of buckets with another N. */
const STRAYS_SHOWN = 64;

interface Partition {
  readonly n: number;
  readonly partition: number;
}

export class Releases {
  readonly #parts: ServiceParts;
  readonly #seating: Seating;
  readonly #isHanding: (which: Partition) => boolean;
  #looks = 0;
  #strayFrom = 0;
  /** Partitions without a seat of this node of which it has not been looked yet whether there is anything. */
  readonly #unseen = new Set<number>();
  /** Of those that have been looked into: whether there was anything. */
  readonly #isHeld = new Map<number, boolean>();
  #errands: readonly Errand[] = [];

  /** @param isHanding - whether it is about to be handed over, which ends with letting go of it */
  constructor(parts: ServiceParts, isHanding: (which: Partition) => boolean) {
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
    this.#lookForStrays();
  }

  /**
   * What was on its way to this node when it passed a partition on may arrive after it has dropped all: a few partitions each time
   * are looked at for that.
   */
  #lookForStrays(): void {
    if (this.#looks++ % STRAY_LOOKS > 0) return;
    const { configuration, world } = this.#parts;
    for (let count = 0; count < Math.min(STRAYS_LOOKED_AT, configuration.partitions); count++) {
      const partition = this.#strayFrom++ % configuration.partitions;
      for (const errand of this.#errandsOf(partition)) {
        if (this.#errands.some((other) => other.n === errand.n && other.partition === partition)) continue;
        const entries = entriesOf(world.engine, partition, undefined, STRAYS_SHOWN);
        if (!entries.some(({ key }) => nOf(configuration, key) === errand.n)) continue;
        this.#isHeld.set(partition, true);
        this.#errands = [...this.#errands, errand];
      }
    }
  }

  #forget(partition: number): void {
    this.#isHeld.delete(partition);
    this.#unseen.delete(partition);
  }

  #errandsOf(partition: number): Errand[] {
    return this.#seating.ns.flatMap((n) => this.#errandOf(n, partition));
  }

  #errandOf(n: number, partition: number): Errand[] {
    const holders = this.#seating.holders(n, partition);
    const { nodeName } = this.#parts.configuration;
    const isHome = [...holders, ...this.#seating.wanted.replicas(partition, n)].some((name) => name === nodeName);
    const [to] = holders;
    // What was accepted may be this node's by now, though it has not heard of it.
    const isAwaited = this.#parts.registerSeats.isAwaited(n, partition);
    const isNeeded = !isHome && !isAwaited && !this.#isHanding({ n, partition });
    return isNeeded && to !== undefined ? [{ purpose: 'release', n, partition, place: 0, to }] : [];
  }
}
