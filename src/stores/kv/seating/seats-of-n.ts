/**
 * The seats of all partitions for buckets of one N, and what follows from them: worked out once, and again for those partitions alone
 * of which a seat has changed hands. While a node joins that happens hundreds of times, in the middle of requests.
 */
import type { NodeName, Partition, Ring } from '../../../protocols/ring/index.ts';
import {
  firstSeats,
  holdersOf,
  isLater,
  mergeSeats,
  movesOf,
  type Seat,
  type SeatMove,
  type Seats,
  VACANT,
} from '../../../protocols/transfer/index.ts';

/** What the seats are judged by. */
export interface Basis {
  /** Where the seats are before anything has moved. */
  readonly first: Ring;
  readonly wanted: Ring;
  /** Nodes that were removed: they answer for nothing, and pass nothing on. */
  readonly lost: ReadonlySet<string>;
}

type PerPartition<Value> = (Value | undefined)[];

const NO_MOVES: readonly SeatMove[] = [];

export class SeatsOfN {
  readonly #n: number;
  #basis: Basis;
  /** Of partitions of which a seat has changed hands: those seats, and `VACANT` for the others. */
  readonly #changed = new Map<Partition, Seats>();
  #seats: PerPartition<Seats> = [];
  #holders: PerPartition<readonly NodeName[]> = [];
  #moves: PerPartition<readonly SeatMove[]> = [];
  /** Of how many partitions each node is a holder. */
  #counts: Map<NodeName, number> | undefined;
  #answering: readonly (readonly NodeName[])[] | undefined;
  /** Partitions of which others answer than `#answering` says. */
  readonly #outdated = new Set<Partition>();

  constructor(n: number, basis: Basis) {
    this.#n = n;
    this.#basis = basis;
  }

  /** Whether no seat has ever changed hands. */
  get isUntouched(): boolean {
    return this.#changed.size === 0;
  }

  /** Each partition of which a seat has ever changed hands. */
  get changed(): ReadonlyMap<Partition, Seats> {
    return this.#changed;
  }

  follow(basis: Basis): void {
    const { first, lost } = this.#basis;
    if (basis.first !== first || basis.lost !== lost) {
      this.#seats = [];
      this.#holders = [];
      this.#counts = undefined;
    }
    this.#basis = basis;
    this.#moves = [];
    this.#answering = undefined;
  }

  /** @returns what was known of the seat so far; `undefined` if this is no news. */
  take(partition: Partition, place: number, seat: Seat): Seat | undefined {
    const before = this.#changed.get(partition);
    const old = before?.[place] ?? VACANT;
    if (!isLater(seat, old)) return undefined;
    if (this.#counts !== undefined) count(this.#counts, this.holders(partition), -1);
    this.#changed.set(partition, (before ?? new Array<Seat>(this.#n).fill(VACANT)).with(place, seat));
    this.#seats[partition] = undefined;
    this.#holders[partition] = undefined;
    this.#moves[partition] = undefined;
    this.#outdated.add(partition);
    if (this.#counts !== undefined) count(this.#counts, this.holders(partition), 1);
    return old;
  }

  seats(partition: Partition): Seats {
    const known = this.#seats[partition];
    if (known !== undefined) return known;
    const first = firstSeats(this.#basis.first.replicas(partition, this.#n), this.#n);
    const changed = this.#changed.get(partition);
    const seats = changed === undefined ? first : mergeSeats(first, changed);
    this.#seats[partition] = seats;
    return seats;
  }

  /** Who answers for a partition. */
  holders(partition: Partition): readonly NodeName[] {
    const known = this.#holders[partition];
    if (known !== undefined) return known;
    const { first, lost } = this.#basis;
    const all = this.#changed.has(partition) ? holdersOf(this.seats(partition)) : first.replicas(partition, this.#n);
    const holders = lost.size === 0 ? all : all.filter((name) => !lost.has(name));
    this.#holders[partition] = holders;
    return holders;
  }

  moves(partition: Partition): readonly SeatMove[] {
    const known = this.#moves[partition];
    if (known !== undefined) return known;
    const { wanted, lost } = this.#basis;
    const replicas = wanted.replicas(partition, this.#n);
    // Nobody is to get a seat: mostly that is all there is to see.
    const moves = areSame(this.holders(partition), replicas)
      ? NO_MOVES
      : movesOf(this.seats(partition), replicas, (name) => lost.has(name));
    this.#moves[partition] = moves;
    return moves;
  }

  /** Every holder, and of how many partitions. */
  get counts(): ReadonlyMap<NodeName, number> {
    if (this.#counts !== undefined) return this.#counts;
    const counts = new Map<NodeName, number>();
    for (let partition = 0; partition < this.#basis.wanted.partitions; partition++) count(counts, this.holders(partition), 1);
    this.#counts = counts;
    return counts;
  }

  /** The holders of each partition, in the order of the wanted ring where they are the same nodes. Another array when one of them is. */
  get answering(): readonly (readonly NodeName[])[] {
    let answering = this.#answering?.slice();
    if (answering === undefined)
      answering = Array.from({ length: this.#basis.wanted.partitions }, (_unused, partition) => this.#answer(partition));
    else if (this.#outdated.size === 0) return this.#answering as typeof answering;
    else for (const partition of this.#outdated) answering[partition] = this.#answer(partition);
    this.#outdated.clear();
    this.#answering = answering;
    return answering;
  }

  #answer(partition: Partition): readonly NodeName[] {
    const holders = this.holders(partition);
    const wanted = this.#basis.wanted.replicas(partition, this.#n);
    return areSame(holders, wanted) ? wanted : holders;
  }
}

function count(counts: Map<NodeName, number>, names: readonly NodeName[], by: 1 | -1): void {
  for (const name of names) {
    const now = (counts.get(name) ?? 0) + by;
    if (now === 0) counts.delete(name);
    else counts.set(name, now);
  }
}

/** Whether these are the same nodes, in whatever order. Nobody is in either twice. */
function areSame(names: readonly NodeName[], others: readonly NodeName[]): boolean {
  if (names.length !== others.length) return false;
  for (const name of names) if (!others.includes(name)) return false;
  return true;
}
