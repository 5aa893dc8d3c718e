/** What is here of partitions of which this node has no seat and shall have none: it goes as soon as whoever has a seat lacks nothing of it. */
import type { Seating } from '../seating/index.ts';
import type { ServiceParts } from '../service-parts.ts';
import type { Errand } from './outgoing.ts';
import { entriesOf, nOf } from './partition-records.ts';

/** Looked for every so many times, and then in so many partitions. */
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
    const { configuration, world } = this.#parts;
    this.#errands = Array.from({ length: configuration.partitions }, (_unused, partition) => partition)
      .filter((partition) => entriesOf(world.engine, partition, undefined, 1).length > 0)
      .flatMap((partition) => this.#seating.ns.flatMap((n) => this.#errandOf(n, partition)));
  }

  done({ n, partition }: Partition): void {
    this.#errands = this.#errands.filter((errand) => errand.n !== n || errand.partition !== partition);
  }

  /**
   * What was on its way to this node when it passed a partition on may arrive after it has dropped all: a few partitions each time
   * are looked at for that.
   */
  lookForStrays(): void {
    if (this.#looks++ % STRAY_LOOKS > 0) return;
    const { configuration, world } = this.#parts;
    for (let count = 0; count < Math.min(STRAYS_LOOKED_AT, configuration.partitions); count++) {
      const partition = this.#strayFrom++ % configuration.partitions;
      for (const errand of this.#seating.ns.flatMap((n) => this.#errandOf(n, partition))) {
        if (this.#errands.some((other) => other.n === errand.n && other.partition === partition)) continue;
        const entries = entriesOf(world.engine, partition, undefined, STRAYS_SHOWN);
        if (entries.some(({ key }) => nOf(configuration, key) === errand.n)) this.#errands = [...this.#errands, errand];
      }
    }
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
